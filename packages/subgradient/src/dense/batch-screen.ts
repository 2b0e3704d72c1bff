import { defaultKernels, type Workspace } from '@nonsmooth/kernels';
import { roundoff } from '../procedure/ball.js';
import type { DenseProgram } from './dense-risk.js';

/** Covers the rounding of the bounds themselves: sums of up to 2²⁰ terms. */
const outward = 1 + 2 ** -30;
const inward = 1 - 2 ** -30;

/** γ_n = nu/(1 − nu), the relative error of any sum of n rounded products (Higham, Accuracy and Stability, §3.1). */
function gamma(n: number): number {
  return (n * roundoff) / (1 - n * roundoff);
}

/** What the radius of constancy needs of one sample and layer. */
export interface LayerBounds {
  /** min over the units with z ≠ 0 of (|z| − error)/S, where S is the growth of z per movement of the parameters. */
  reach: Float64Array;
  /** Lower bound of S over the units. */
  leastGrowth: Float64Array;
  /** Upper bound of Σ S over the units that are not off. */
  totalGrowth: Float64Array;
}

interface ScreenedLayer extends LayerBounds {
  readonly width: number;
  readonly fanIn: number;
  readonly weights: Float64Array;
  readonly absolute: Float64Array;
  readonly activations: Float64Array;
  readonly growth: Float64Array;
  /** The largest absolute row sum of W, rounded up. */
  norm: number;
}

/**
 * All pre-activations of all samples at once, with one error bound per sample and layer:
 * R = γ_{n+2}(max|b| + ‖W‖∞X) + ‖W‖∞E with X the largest activation and E the error of the layer below. It holds for
 * every order of summation, fused or not. Where the smallest |z| of a sample exceeds R its signs are certain.
 */
export class BatchScreen {
  private readonly dense: DenseProgram;
  private readonly workspace: Workspace;
  private readonly layers: readonly ScreenedLayer[];
  private readonly inputs: Float64Array;
  private readonly inputSize: Float64Array;
  private readonly inputSum: Float64Array;
  /** Largest |activation|, Σ |activation|, error and smallest |z| of the layer at hand, by sample. */
  private readonly largest: Float64Array;
  private readonly total: Float64Array;
  private readonly error: Float64Array;
  private readonly least: Float64Array;
  /** Error of the layer below. */
  private readonly below: Float64Array;
  private readonly isHidden: Uint8Array;

  constructor(dense: DenseProgram) {
    const { samples, hidden, inputs } = dense;
    this.dense = dense;
    const isShallow = hidden.length === 1;
    const lengths = hidden.flatMap(({ width, fanIn }) => [
      width * fanIn,
      width * fanIn,
      isShallow && fanIn <= smallFanIn ? 0 : samples * width,
      isShallow ? 0 : samples * width,
    ]);
    this.workspace = defaultKernels.workspace(
      'f64',
      [inputs.length, ...lengths],
      hidden.reduce((most, { fanIn }) => Math.max(most, fanIn), 0),
    );
    const arrays = this.workspace.arrays as readonly Float64Array[];
    this.inputs = arrays[0]!;
    this.inputs.set(inputs);
    this.layers = hidden.map(({ width, fanIn }, k) => ({
      width,
      fanIn,
      weights: arrays[4 * k + 1]!,
      absolute: arrays[4 * k + 2]!,
      activations: arrays[4 * k + 3]!,
      growth: arrays[4 * k + 4]!,
      norm: 0,
      reach: new Float64Array(samples),
      leastGrowth: new Float64Array(samples),
      totalGrowth: new Float64Array(samples),
    }));
    const columns = hidden[0]!.fanIn;
    this.inputSize = new Float64Array(samples);
    this.inputSum = new Float64Array(samples);
    for (let s = 0; s < samples; s++) {
      for (let j = 0; j < columns; j++) {
        const x = Math.abs(inputs[s * columns + j]!);
        this.inputSum[s]! += x;
        if (x > this.inputSize[s]!) this.inputSize[s] = x;
      }
    }
    this.largest = new Float64Array(samples);
    this.total = new Float64Array(samples);
    this.error = new Float64Array(samples);
    this.below = new Float64Array(samples);
    this.least = new Float64Array(samples);
    this.isHidden = new Uint8Array(samples);
  }

  /** The samples in which rounding may hide a sign. */
  run(theta: Float64Array): number[] {
    const { largest, total, error, isHidden } = this;
    largest.set(this.inputSize);
    total.set(this.inputSum);
    error.fill(0);
    isHidden.fill(0);
    this.layers.forEach((layer, k) => {
      const { weights, bias, width } = this.dense.hidden[k]!;
      layer.weights.set(theta.subarray(weights, weights + width * layer.fanIn));
      const b = theta.subarray(bias, bias + width);
      this.measure(layer, k);
      this.bound(layer, b);
      if (this.layers.length === 1 && layer.fanIn <= smallFanIn) this.narrow(layer, b);
      else this.wide(layer, b, k);
    });
    const samples: number[] = [];
    for (let s = 0; s < isHidden.length; s++) if (isHidden[s] === 1) samples.push(s);
    return samples;
  }

  /** Row sums of |W|. */
  private measure(layer: ScreenedLayer, k: number): void {
    const { weights, absolute, width, fanIn } = layer;
    let norm = 0;
    for (let i = 0, at = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < fanIn; j++, at++) {
        const size = Math.abs(weights[at]!);
        if (k > 0) absolute[at] = size;
        sum += size;
      }
      if (!(sum <= norm)) norm = sum;
    }
    layer.norm = norm * outward;
  }

  /** R by sample, in place of the error of the layer below. */
  private bound({ norm, fanIn }: ScreenedLayer, bias: Float64Array): void {
    const { largest, error, below } = this;
    below.set(error);
    let shift = 0;
    for (const b of bias) shift = Math.max(shift, Math.abs(b));
    const factor = gamma(fanIn + 2);
    for (let s = 0; s < error.length; s++) {
      const size = largest[s]! + error[s]!;
      error[s] = (factor * (shift + norm * size) + norm * error[s]! + fanIn * 2 ** -1020) * outward;
    }
  }

  /** One hidden layer and few inputs: the smallest |z| by sample is all that is needed, and nothing is stored. */
  private narrow(layer: ScreenedLayer, bias: Float64Array): void {
    const { inputs, least, error, total } = this;
    const { weights, width, fanIn, reach, leastGrowth } = layer;
    const samples = least.length;
    least.fill(Infinity);
    for (let i = 0; i < width; i++) {
      const b = bias[i]!;
      if (fanIn === 1) {
        const w = weights[i]!;
        for (let s = 0; s < samples; s++) {
          const size = Math.abs(w * inputs[s]! + b);
          if (size < least[s]!) least[s] = size;
        }
      } else {
        for (let s = 0, at = 0; s < samples; s++) {
          let z = b;
          for (let j = 0; j < fanIn; j++) z += weights[i * fanIn + j]! * inputs[at++]!;
          const size = Math.abs(z);
          if (size < least[s]!) least[s] = size;
        }
      }
    }
    for (let s = 0; s < samples; s++) {
      const growth = (1 + total[s]!) * outward;
      leastGrowth[s] = 1;
      reach[s] = ((least[s]! - error[s]!) / growth) * inward;
      // a finite bound excludes overflow, and with it NaN
      if (!(least[s]! > error[s]! && error[s]! < Infinity)) this.isHidden[s] = 1;
    }
  }

  private wide(layer: ScreenedLayer, bias: Float64Array, k: number): void {
    const { samples, hidden } = this.dense;
    const { width, fanIn, activations, growth } = layer;
    const shape = { m: samples, k: fanIn, n: width, transposeB: true };
    const below = k === 0 ? undefined : this.layers[k - 1]!;
    const { workspace, largest, total, error, isHidden, below: errorBelow } = this;
    workspace.product(below?.activations ?? this.inputs, layer.weights, activations, shape);
    const isDeep = this.layers.length > 1;
    if (below !== undefined) workspace.product(below.growth, layer.absolute, growth, shape);
    const { slope } = hidden[k]!;
    for (let s = 0, at = 0; s < samples; s++) {
      const bound = error[s]!;
      const base = (1 + total[s]! + fanIn * errorBelow[s]!) * outward;
      let reach = Infinity;
      let most = 0;
      let sum = 0;
      let sumOfGrowth = 0;
      let least = Infinity;
      let leastGrowth = Infinity;
      for (let i = 0; i < width; i++, at++) {
        const z = activations[at]! + bias[i]!;
        const size = Math.abs(z);
        const grown = below === undefined ? base : (base + growth[at]!) * outward;
        if (!(size >= least)) least = size;
        const quotient = (size - bound) / grown;
        if (quotient < reach) reach = quotient;
        if (grown < leastGrowth) leastGrowth = grown;
        const factor = z > 0 ? 1 : slope;
        activations[at] = factor * z;
        if (isDeep) growth[at] = factor * grown;
        const output = factor * size;
        if (output > most) most = output;
        sum += output;
        sumOfGrowth += factor * grown;
      }
      if (!(least > bound && bound < Infinity)) isHidden[s] = 1;
      layer.reach[s] = reach * inward;
      layer.leastGrowth[s] = leastGrowth * inward;
      layer.totalGrowth[s] = sumOfGrowth * outward;
      largest[s] = most;
      total[s] = sum * outward;
    }
  }

  /** Where the bounds of a sample are replaced, once it is known better. */
  boundsOf(k: number): LayerBounds {
    return this.layers[k]!;
  }

  /**
   * ρ such that no z ≠ 0 changes its sign while no parameter moves by more than ρ. A unit of layer k moves by at most
   * ρS + q_k, where q_1 = 0 and q_k = ‖W‖∞q_{k−1} + ρ(ρΣS + n·q_{k−1}) holds what is of second order.
   */
  radius(refinements: number): number {
    const { layers } = this;
    const samples = this.error.length;
    let upper = Infinity;
    for (const { reach } of layers) {
      for (let s = 0; s < samples; s++) if (!(reach[s]! >= upper)) upper = reach[s]!;
    }
    if (upper === Infinity || !(upper > 0)) return upper > 0 ? Infinity : 0;
    if (layers.length === 1) return upper;
    const holds = (rho: number): boolean => {
      for (let s = 0; s < samples; s++) {
        let rest = 0;
        for (let k = 0; k < layers.length; k++) {
          const { reach, leastGrowth, norm, fanIn } = layers[k]!;
          if (k > 0) {
            const moved = rho * layers[k - 1]!.totalGrowth[s]! + fanIn * rest;
            rest = (norm * rest + rho * moved) * outward;
          }
          if (reach[s] === Infinity) continue;
          if (!(rho < reach[s]! && rest < (reach[s]! - rho) * leastGrowth[s]! * inward))
            return false;
        }
      }
      return true;
    };
    let rho = upper * 0.75;
    for (let halvings = 0; !holds(rho); halvings++) {
      if (halvings === 60) return 0;
      upper = rho;
      rho /= 2;
    }
    for (let i = 0; i < refinements; i++) {
      const middle = (rho + upper) / 2;
      if (holds(middle)) rho = middle;
      else upper = middle;
    }
    return rho;
  }
}

/** Up to so many inputs plain loops are faster than a product of matrices. */
const smallFanIn = 4;
