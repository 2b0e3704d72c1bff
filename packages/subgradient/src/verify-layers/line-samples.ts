import type { NetworkRisk } from './network-risk.js';
import { gamma, outward, tiny } from './rounding.js';

/**
 * What `ClearSamples` does, for one input, one hidden layer, one output and squared errors: unit after unit over all
 * samples, in loops that are long and without branches. The bound is the same: R = γ₂(max|b| + max|w|·|x|) + tiny.
 */
export class LineSamples {
  private readonly risk: NetworkRisk;
  private readonly errors: Float64Array;
  private readonly isClear: Uint8Array;
  private readonly outputs: Float64Array;
  private readonly sums = new Float64Array(3);

  constructor(risk: NetworkRisk) {
    this.risk = risk;
    this.errors = new Float64Array(risk.samples);
    this.isClear = new Uint8Array(risk.samples);
    this.outputs = new Float64Array(risk.samples);
  }

  static fits({ layers, loss }: NetworkRisk): boolean {
    return (
      loss === 'squared' && layers.length === 2 && layers[0]!.fanIn === 1 && layers[1]!.width === 1
    );
  }

  /** Sets `gradient` to the sum over the clear samples of the gradients of their losses; returns the other samples. */
  run(theta: Float64Array, gradient: Float64Array): number[] {
    const { inputs, targets, samples, slope, layers } = this.risk;
    const { errors, isClear, outputs, sums } = this;
    const [hidden, output] = layers as [(typeof layers)[0], (typeof layers)[0]];
    const most = this.bound(theta);
    outputs.fill(theta[output.bias]!);
    for (let i = 0; i < hidden.width; i++) {
      const w = theta[hidden.weights + i]!;
      const b = theta[hidden.bias + i]!;
      forward(w, b, slope, theta[output.weights + i]!, inputs, outputs, errors, most, isClear);
    }
    const others: number[] = [];
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      if (isClear[s] === 0) others.push(s);
      outputs[s] = isClear[s] === 0 ? 0 : 2 * (outputs[s]! - targets[s]!);
      sum += outputs[s]!;
    }
    gradient[output.bias] = sum;
    for (let i = 0; i < hidden.width; i++) {
      const w = theta[hidden.weights + i]!;
      const b = theta[hidden.bias + i]!;
      const v = theta[output.weights + i]!;
      backward(w, b, slope, inputs, outputs, sums);
      gradient[output.weights + i] = sums[0]!;
      gradient[hidden.bias + i] = v * sums[1]!;
      gradient[hidden.weights + i] = v * sums[2]!;
    }
    return others;
  }

  /** R for each sample; returns the largest. */
  private bound(theta: Float64Array): number {
    const { inputs, samples, layers } = this.risk;
    const { weights, bias, width } = layers[0]!;
    let [largest, shift, most] = [0, 0, 0];
    for (let i = 0; i < width; i++) {
      largest = Math.max(largest, Math.abs(theta[weights + i]!));
      shift = Math.max(shift, Math.abs(theta[bias + i]!));
    }
    for (let s = 0; s < samples; s++) {
      const error = (gamma(2) * (shift + largest * Math.abs(inputs[s]!)) + tiny) * outward;
      this.errors[s] = error;
      // a finite bound excludes overflow on the way, and so everything that is no number
      this.isClear[s] = error < Infinity ? 1 : 0;
      most = Math.max(most, error);
    }
    return most;
  }
}

/**
 * Adds v·activation to the outputs, the activation as slope·z + (1 − slope)·(z + |z|)/2, where (z + |z|)/2 is exactly z
 * or 0. Samples whose |z| is not beyond their error, and so neither beyond the largest, are not clear.
 */
function forward(
  w: number,
  b: number,
  slope: number,
  v: number,
  inputs: Float64Array,
  outputs: Float64Array,
  errors: Float64Array,
  most: number,
  isClear: Uint8Array,
): void {
  const linear = v * slope;
  const bent = (v - linear) / 2;
  for (let s = 0; s < outputs.length; s++) {
    const z = w * inputs[s]! + b;
    const size = Math.abs(z);
    if (!(size > most) && !(size > errors[s]!)) isClear[s] = 0;
    outputs[s]! += linear * z + bent * (z + size);
  }
}

/** Σ c·activation, Σ c·activation′ and Σ c·activation′·x. */
function backward(
  w: number,
  b: number,
  slope: number,
  inputs: Float64Array,
  cotangents: Float64Array,
  sums: Float64Array,
): void {
  let [byValue, byBias, byWeight] = [0, 0, 0];
  for (let s = 0; s < inputs.length; s++) {
    const x = inputs[s]!;
    const z = w * x + b;
    const c = cotangents[s]!;
    const active = z > 0 ? c : slope * c;
    byValue += active * z;
    byBias += active;
    byWeight += active * x;
  }
  sums[0] = byValue;
  sums[1] = byBias;
  sums[2] = byWeight;
}
