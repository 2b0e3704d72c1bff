import { dyadicParts, quotient } from '../exact/rational.js';
import {
  productError,
  roundoff,
  sumError,
  underflow,
  upward,
  type Ball,
} from '../procedure/ball.js';
import type { DenseProgram } from './dense-risk.js';

/** Products in exact arithmetic that one call may spend. */
const exactProducts = 1_000_000;

/** n·2^e. */
interface Dyadic {
  readonly n: bigint;
  readonly e: number;
}

interface SampleLayer {
  readonly value: Float64Array;
  readonly radius: Float64Array;
  /** −1, 0, 1 of z. */
  readonly sign: Int8Array;
  /** |z| is at least this. */
  readonly size: Float64Array;
  /** Activations and their errors. */
  readonly output: Float64Array;
  readonly outputRadius: Float64Array;
  /** Cotangents of the activations. */
  readonly cotangent: Float64Array;
  readonly cotangentRadius: Float64Array;
  readonly growth: Float64Array;
}

/**
 * One sample through the network and back, every number with a running error bound (0 where nothing was rounded);
 * signs that the bounds hide are decided in exact arithmetic, where all numbers are integers times powers of two.
 */
export class SampleSweep {
  readonly layers: readonly SampleLayer[];
  private readonly dense: DenseProgram;
  private readonly outputs: SampleLayer;
  private readonly parts = new Map<number, Dyadic>();
  private exact: (Dyadic | undefined)[][] = [];
  private spent = 0;
  private sample = 0;
  private theta: Float64Array = new Float64Array(0);

  constructor(dense: DenseProgram) {
    this.dense = dense;
    this.layers = dense.hidden.map(({ width }) => layerOf(width));
    this.outputs = layerOf(dense.output.width);
  }

  /** New parameters. */
  start(theta: Float64Array): void {
    this.theta = theta;
    this.parts.clear();
    this.spent = 0;
  }

  /** False if some sign could not be decided. */
  forward(sample: number): boolean {
    this.sample = sample;
    this.exact = this.layers.map(() => []);
    const { hidden, output } = this.dense;
    for (let k = 0; k < hidden.length; k++) {
      const layer = this.layers[k]!;
      this.affine(k, hidden[k]!, layer);
      for (let i = 0; i < layer.value.length; i++) {
        if (!this.settle(k, i, layer, hidden[k]!.slope)) return false;
      }
    }
    this.affine(hidden.length, output, this.outputs);
    return true;
  }

  private affine(
    k: number,
    { weights, bias, width, fanIn }: DenseProgram['output'],
    into: SampleLayer,
  ): void {
    const { theta, dense, sample } = this;
    const below = k === 0 ? undefined : this.layers[k - 1]!;
    const source = below?.output ?? dense.inputs;
    const offset = below === undefined ? sample * fanIn : 0;
    for (let i = 0; i < width; i++) {
      let total = theta[bias + i]!;
      let error = 0;
      const row = weights + i * fanIn;
      for (let j = 0; j < fanIn; j++) {
        const w = theta[row + j]!;
        const x = source[offset + j]!;
        const dx = below === undefined ? 0 : below.outputRadius[j]!;
        if (w === 0 || (x === 0 && dx === 0)) continue;
        const product = w * x;
        const sum = total + product;
        error +=
          dx === 0 && error === 0
            ? productError(w, x, product) + sumError(total, product, sum)
            : Math.abs(w) * dx + (Math.abs(product) + Math.abs(sum)) * roundoff + underflow;
        total = sum;
      }
      into.value[i] = total;
      into.radius[i] = upward(error);
    }
  }

  /** The sign and the activation of a unit. */
  private settle(k: number, i: number, layer: SampleLayer, slope: number): boolean {
    const { value, radius, sign, size, output, outputRadius } = layer;
    if (Math.abs(value[i]!) > radius[i]! || radius[i] === 0) {
      sign[i] = Math.sign(value[i]!);
      size[i] = Math.abs(value[i]!) - radius[i]!;
    } else {
      const z = this.exactly(k, i);
      if (z === undefined) return false;
      sign[i] = z.n > 0n ? 1 : z.n < 0n ? -1 : 0;
      value[i] = numberOf(z);
      radius[i] = z.n === 0n ? 0 : Math.abs(value[i]) * 2 ** -51 + underflow;
      size[i] = Math.max(0, Math.abs(value[i]) - radius[i]);
    }
    if (sign[i] === 1) {
      output[i] = value[i]!;
      outputRadius[i] = radius[i]!;
    } else if (sign[i] === 0 || slope === 0) {
      output[i] = 0;
      outputRadius[i] = 0;
    } else {
      const product = slope * value[i]!;
      output[i] = product;
      outputRadius[i] = upward(slope * radius[i]! + productError(slope, value[i]!, product));
    }
    return true;
  }

  private part(at: number): Dyadic {
    let known = this.parts.get(at);
    if (known === undefined) {
      const { mantissa: n, exponent: e } = dyadicParts(this.theta[at]!);
      this.parts.set(at, (known = { n, e }));
    }
    return known;
  }

  /** z of a unit without rounding. */
  private exactly(k: number, i: number): Dyadic | undefined {
    const known = this.exact[k]![i];
    if (known !== undefined) return known;
    const { weights, bias, fanIn } = this.dense.hidden[k]!;
    let { n, e } = this.part(bias + i);
    for (let j = 0; j < fanIn; j++) {
      if (this.spent++ > exactProducts) return undefined;
      const w = this.part(weights + i * fanIn + j);
      const x = w.n === 0n ? undefined : this.activation(k - 1, j);
      if (w.n === 0n || x?.n === 0n) continue;
      if (x === undefined) return undefined;
      const product = w.n * x.n;
      const exponent = w.e + x.e;
      if (exponent >= e) n += product << BigInt(exponent - e);
      else {
        n = (n << BigInt(e - exponent)) + product;
        e = exponent;
      }
    }
    return (this.exact[k]![i] = { n, e });
  }

  /** An activation, or an input for k = −1, without rounding. */
  private activation(k: number, j: number): Dyadic | undefined {
    if (k < 0) {
      const { inputs, hidden } = this.dense;
      const { mantissa: n, exponent: e } = dyadicParts(inputs[this.sample * hidden[0]!.fanIn + j]!);
      return { n, e };
    }
    const { slope } = this.dense.hidden[k]!;
    const sign = this.layers[k]!.sign[j]!;
    if (sign === 0 || (sign < 0 && slope === 0)) return { n: 0n, e: 0 };
    const z = this.exactly(k, j);
    if (z === undefined || sign > 0) return z;
    const { mantissa, exponent } = dyadicParts(slope);
    return { n: z.n * mantissa, e: z.e + exponent };
  }

  /** The loss of the sample. */
  get loss(): number {
    const { value } = this.outputs;
    const { targets, loss } = this.dense;
    if (loss === 'squared') {
      let sum = 0;
      for (let i = 0; i < value.length; i++) {
        sum += (value[i]! - targets[this.sample * value.length + i]!) ** 2;
      }
      return sum;
    }
    const shift = value.reduce((most, x) => Math.max(most, x), -Infinity);
    const total = value.reduce((sum, x) => sum + Math.exp(x - shift), 0);
    return shift - value[targets[this.sample]!]! + Math.log(total);
  }

  /** Cotangents of the outputs, without the factor that they share: N − y, or softmax N less the class. */
  private seed(): void {
    const { value, radius, cotangent, cotangentRadius } = this.outputs;
    const { targets, loss } = this.dense;
    const width = value.length;
    if (loss === 'squared') {
      for (let i = 0; i < width; i++) {
        const y = targets[this.sample * width + i]!;
        const difference = value[i]! - y;
        cotangent[i] = difference;
        cotangentRadius[i] = upward(radius[i]! + sumError(value[i]!, -y, difference));
      }
      return;
    }
    const shift = value.reduce((most, x) => Math.max(most, x), -Infinity);
    const doubt = radius.reduce((most, x) => Math.max(most, x), 0);
    const own = targets[this.sample]!;
    let others = 0;
    let total = 0;
    for (let i = 0; i < width; i++) {
      cotangent[i] = Math.exp(value[i]! - shift);
      total += cotangent[i]!;
      if (i !== own) others += cotangent[i]!;
    }
    // exp of arguments known to `doubt` and rounded once, sums, a quotient
    const farthest = value.reduce((most, x) => Math.max(most, Math.abs(x - shift)), 1);
    const relative = doubt < 1 / 8 ? 4 * doubt + (width + farthest + 16) * 2 ** -51 : Infinity;
    for (let i = 0; i < width; i++) {
      cotangent[i] = (i === own ? -others : cotangent[i]!) / total;
      cotangentRadius[i] = Math.abs(cotangent[i]!) * relative + underflow;
    }
  }

  /** Cotangents of all activations with this derivative at kinks with z = 0; they stand in the layers. */
  backward(atZero: number): void {
    this.seed();
    this.pull(this.layers.length, atZero);
  }

  /** From layer k (its z, or the outputs) down to the first. */
  private pull(from: number, atZero: number): void {
    const { theta, dense } = this;
    for (let k = from; k > 0; k--) {
      const above = k === this.layers.length ? this.outputs : this.layers[k]!;
      const { weights, fanIn, width } = k === this.layers.length ? dense.output : dense.hidden[k]!;
      const { cotangent, cotangentRadius } = this.layers[k - 1]!;
      cotangent.fill(0);
      cotangentRadius.fill(0);
      for (let i = 0; i < width; i++) {
        const factor = k === this.layers.length ? 1 : this.factor(k, i, atZero);
        let c = above.cotangent[i]!;
        let dc = above.cotangentRadius[i]!;
        if (factor === 0 || (c === 0 && dc === 0)) continue;
        if (factor !== 1) {
          const scaled = c * factor;
          dc = upward(dc * factor + productError(c, factor, scaled));
          c = scaled;
        }
        const row = weights + i * fanIn;
        for (let j = 0; j < fanIn; j++) {
          const w = theta[row + j]!;
          if (w === 0) continue;
          const product = c * w;
          const before = cotangent[j]!;
          const sum = before + product;
          cotangentRadius[j]! +=
            dc === 0 && cotangentRadius[j] === 0
              ? productError(c, w, product) + sumError(before, product, sum)
              : Math.abs(w) * dc + (Math.abs(product) + Math.abs(sum)) * roundoff + underflow;
          cotangent[j] = sum;
        }
      }
      for (let j = 0; j < cotangent.length; j++) cotangentRadius[j] = upward(cotangentRadius[j]!);
    }
  }

  /** The derivative of the activation of a unit. */
  private factor(k: number, i: number, atZero: number): number {
    const sign = this.layers[k]!.sign[i]!;
    return sign > 0 ? 1 : sign < 0 ? this.dense.hidden[k]!.slope : atZero;
  }

  /** After `backward`: adds `scale` times the gradient of the sample's loss. */
  addGradient(scale: number, atZero: number, into: Float64Array): void {
    const { dense, sample } = this;
    for (let k = this.layers.length; k >= 0; k--) {
      const isOutput = k === this.layers.length;
      const { weights, bias, width, fanIn } = isOutput ? dense.output : dense.hidden[k]!;
      const { cotangent } = isOutput ? this.outputs : this.layers[k]!;
      const source = k === 0 ? dense.inputs : this.layers[k - 1]!.output;
      const offset = k === 0 ? sample * fanIn : 0;
      const size = dense.loss === 'squared' ? 2 * scale : scale;
      for (let i = 0; i < width; i++) {
        const c = size * cotangent[i]! * (isOutput ? 1 : this.factor(k, i, atZero));
        if (c === 0) continue;
        into[bias + i]! += c;
        for (let j = 0; j < fanIn; j++) into[weights + i * fanIn + j]! += c * source[offset + j]!;
      }
    }
  }

  /** ∂z/∂(activations below) for unit i of layer k, in the place of the cotangents. */
  influence(k: number, i: number, atZero: number): void {
    const { cotangent, cotangentRadius } = this.layers[k]!;
    cotangent.fill(0);
    cotangentRadius.fill(0);
    const factor = this.factor(k, i, atZero);
    cotangent[i] = factor === 0 ? 1 : 1 / factor;
    this.pull(k, atZero);
  }

  cotangentOf(k: number, i: number): Ball {
    const { cotangent, cotangentRadius } = this.layers[k]!;
    return { value: cotangent[i]!, radius: cotangentRadius[i]! };
  }

  /** Growth of z per movement of the parameters, with what the radius of constancy needs of it. */
  measure(k: number): { reach: number; leastGrowth: number; totalGrowth: number } {
    const { theta, dense, sample } = this;
    const { weights, width, fanIn } = dense.hidden[k]!;
    const below = k === 0 ? undefined : this.layers[k - 1]!;
    const { growth, size, sign } = this.layers[k]!;
    const outward = 1 + 2 ** -30;
    let base = 1;
    for (let j = 0; j < fanIn; j++) {
      base +=
        below === undefined
          ? Math.abs(dense.inputs[sample * fanIn + j]!)
          : Math.abs(below.output[j]!) + below.outputRadius[j]!;
    }
    let reach = Infinity;
    let leastGrowth = Infinity;
    let totalGrowth = 0;
    for (let i = 0; i < width; i++) {
      let grown = base;
      if (below !== undefined) {
        for (let j = 0; j < fanIn; j++) {
          // a unit at its kink may turn on
          const factor = below.sign[j]! >= 0 ? 1 : dense.hidden[k - 1]!.slope;
          grown += Math.abs(theta[weights + i * fanIn + j]!) * factor * below.growth[j]!;
        }
      }
      grown *= outward;
      growth[i] = grown;
      if (sign[i] !== 0) reach = Math.min(reach, size[i]! / grown);
      leastGrowth = Math.min(leastGrowth, grown);
      totalGrowth += (sign[i]! >= 0 ? 1 : dense.hidden[k]!.slope) * grown;
    }
    return {
      reach: reach * (1 - 2 ** -30),
      leastGrowth: leastGrowth / outward,
      totalGrowth: totalGrowth * outward,
    };
  }
}

function layerOf(width: number): SampleLayer {
  const floats = (): Float64Array => new Float64Array(width);
  return {
    value: floats(),
    radius: floats(),
    sign: new Int8Array(width),
    size: floats(),
    output: floats(),
    outputRadius: floats(),
    cotangent: floats(),
    cotangentRadius: floats(),
    growth: floats(),
  };
}

/** A double near n·2^e. */
function numberOf({ n, e }: Dyadic): number {
  return e >= 0 ? Number(n << BigInt(e)) : quotient(n, 1n << BigInt(-e));
}
