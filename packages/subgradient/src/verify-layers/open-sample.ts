import { signOfDyadic, type Dyadic } from '../exact/dyadic.js';
import { seed } from './clear-samples.js';
import { ExactSample, type Allowance } from './exact-sample.js';
import type { NetworkRisk } from './network-risk.js';
import { outward, tiny, unit } from './rounding.js';

/** Numbers with bounds of their errors, side by side. */
interface Bounded {
  readonly value: Float64Array;
  readonly radius: Float64Array;
}

/** A hidden unit whose z is exactly 0. */
export interface Zero {
  readonly layer: number;
  readonly unit: number;
}

/**
 * One sample whose signs the common bound leaves open: each number with a running error bound of its own, and exact
 * arithmetic for the signs that this hides, too.
 */
export class OpenSample {
  readonly sample: number;
  readonly exact: ExactSample;
  readonly zeros: Zero[] = [];
  private readonly risk: NetworkRisk;
  private readonly theta: Float64Array;
  /** −1, 0, 1 of z, hidden layer by hidden layer. */
  private readonly signs: Int8Array[] = [];
  private readonly activations: Bounded[] = [];
  private readonly outputs: Bounded;
  /** Derivatives of the loss by the activations. */
  private cotangents: Bounded[] = [];
  private outputCotangent: Bounded;

  constructor(
    risk: NetworkRisk,
    theta: Float64Array,
    parameter: (t: number) => Dyadic,
    sample: number,
    allowance: Allowance,
  ) {
    this.risk = risk;
    this.theta = theta;
    this.sample = sample;
    this.exact = new ExactSample(risk, parameter, sample, allowance);
    const hidden = risk.layers.length - 1;
    for (let k = 0; k < hidden; k++) this.activate(k, this.affine(k));
    this.outputs = this.affine(hidden);
    this.outputCotangent = room(this.outputs.value.length);
  }

  private affine(k: number): Bounded {
    const { theta } = this;
    const { weights, bias, width, fanIn } = this.risk.layers[k]!;
    const below = this.below(k);
    const z = room(width);
    for (let i = 0; i < width; i++) {
      let sum = theta[bias + i]!;
      let error = 0;
      for (let j = 0; j < fanIn; j++) {
        const w = theta[weights + i * fanIn + j]!;
        const a = below.value[j]!;
        const da = below.radius[j]!;
        if (w === 0 || (a === 0 && da === 0)) continue;
        const product = w * a;
        sum += product;
        error += Math.abs(w) * da + (Math.abs(product) + Math.abs(sum)) * unit + tiny;
      }
      z.value[i] = sum;
      z.radius[i] = error * outward;
    }
    return z;
  }

  private below(k: number): Bounded {
    if (k > 0) return this.activations[k - 1]!;
    const { fanIn } = this.risk.layers[0]!;
    const value = this.risk.inputs.subarray(this.sample * fanIn, (this.sample + 1) * fanIn);
    return { value, radius: new Float64Array(fanIn) };
  }

  private activate(k: number, { value, radius }: Bounded): void {
    const { slope } = this.risk;
    const signs = new Int8Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const size = Math.abs(value[i]!);
      signs[i] =
        size > radius[i]! && radius[i]! < Infinity
          ? Math.sign(value[i]!)
          : signOfDyadic(this.exact.preactivation(k, i));
      if (signs[i] === 0) this.zeros.push({ layer: k, unit: i });
      if (signs[i]! > 0) continue;
      if (signs[i] === 0 || slope === 0) value[i] = radius[i] = 0;
      else {
        value[i]! *= slope;
        radius[i] = (slope * radius[i]! + Math.abs(value[i]!) * unit + tiny) * outward;
      }
    }
    this.signs.push(signs);
    this.activations.push({ value, radius });
  }

  /** Derivatives of the loss by all activations, with this derivative of units at 0. */
  backward(atZero: number): void {
    const { risk } = this;
    const { value, radius } = this.outputs;
    seed(risk, this.sample, value, this.outputCotangent.value);
    const c = this.outputCotangent;
    let farthest = 0;
    let doubt = 0;
    for (let i = 0; i < value.length; i++) {
      for (let j = 0; j < i; j++) farthest = Math.max(farthest, Math.abs(value[i]! - value[j]!));
      doubt = Math.max(doubt, radius[i]!);
    }
    // softmax: of differences known to 2·doubt and rounded once
    const relative =
      doubt < 1 / 8 ? 4 * doubt + (4 * farthest + 2 * value.length + 16) * unit : Infinity;
    for (let i = 0; i < value.length; i++) {
      const size = Math.abs(c.value[i]!);
      c.radius[i] =
        risk.loss === 'squared'
          ? (2 * radius[i]! + 2 * size * unit + tiny) * outward
          : (size * relative + (value.length + 1) * tiny) * outward;
    }
    this.cotangents = this.pull(risk.layers.length - 1, c, atZero);
  }

  private pull(from: number, seed: Bounded, atZero: number): Bounded[] {
    const { theta } = this;
    const found: Bounded[] = [];
    let above = seed;
    for (let k = from; k > 0; k--) {
      const { weights, fanIn, width } = this.risk.layers[k]!;
      const below = room(fanIn);
      for (let i = 0; i < width; i++) {
        const factor = k === from ? 1 : this.factor(k, i, atZero);
        if (factor === 0) continue;
        const c = above.value[i]! * factor;
        const dc = (above.radius[i]! * factor + Math.abs(c) * unit + tiny) * outward;
        if (above.value[i] === 0 && above.radius[i] === 0) continue;
        for (let j = 0; j < fanIn; j++) {
          const w = theta[weights + i * fanIn + j]!;
          if (w === 0) continue;
          const product = c * w;
          below.value[j]! += product;
          below.radius[j]! +=
            Math.abs(w) * dc + (Math.abs(product) + Math.abs(below.value[j]!)) * unit + tiny;
        }
      }
      for (let j = 0; j < fanIn; j++) below.radius[j]! *= outward;
      found[k - 1] = below;
      above = below;
    }
    return found;
  }

  private factor(k: number, i: number, atZero: number): number {
    const sign = this.signs[k]![i]!;
    return sign > 0 ? 1 : sign < 0 ? this.risk.slope : atZero;
  }

  /** After `backward`: the derivative of the loss by the activation of a unit, with its error. */
  cotangentOf({ layer, unit: i }: Zero): { value: number; radius: number } {
    const { value, radius } = this.cotangents[layer]!;
    return { value: value[i]!, radius: radius[i]! };
  }

  /** After `backward`: adds the gradient of the loss of the sample. */
  addGradient(atZero: number, into: Float64Array): void {
    const last = this.risk.layers.length - 1;
    this.risk.layers.forEach(({ weights, bias, width, fanIn }, k) => {
      const below = this.below(k).value;
      const c = k === last ? this.outputCotangent.value : this.cotangents[k]!.value;
      for (let i = 0; i < width; i++) {
        const factor = k === last ? 1 : this.factor(k, i, atZero);
        if (factor === 0 || c[i] === 0) continue;
        into[bias + i]! += c[i]! * factor;
        for (let j = 0; j < fanIn; j++) {
          into[weights + i * fanIn + j]! += c[i]! * factor * below[j]!;
        }
      }
    });
  }

  /**
   * Whether |z| of a zero has no influence of first order on the risk, nor on the z of these other zeros, whatever the
   * signs of all zeros are: its derivatives with halves at all zeros are exactly 0. (By induction from the last layer
   * down: then so are those that pass no other zero, and those of later zeros without influence.)
   */
  isWithoutInfluence(zero: Zero, others: readonly Zero[], half: number): boolean {
    const { layer, unit: i } = zero;
    const isNothing = ({
      value,
      radius,
    }: {
      value: number;
      radius: number;
    }): boolean | undefined =>
      value === 0 && radius === 0 ? true : Math.abs(value) > radius ? false : undefined;
    const byLoss =
      isNothing(this.cotangentOf(zero)) ?? isExactly0(this.exact.cotangents(half)[layer]![i]!);
    return (
      byLoss &&
      others.every(
        (other) =>
          other.layer <= layer ||
          isExactly0(this.exact.influences(other.layer, other.unit, half)[layer]![i]!),
      )
    );
  }
}

function isExactly0({ value, radius }: { value: Dyadic; radius: Dyadic }): boolean {
  return value.n === 0n && radius.n === 0n;
}

function room(length: number): Bounded {
  return { value: new Float64Array(length), radius: new Float64Array(length) };
}
