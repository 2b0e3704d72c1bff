import type { DenseLayout, KinkPlace } from './dense-layout.js';
import type { FrozenNetwork } from './frozen-network.js';

/** Passes of single groups of equal inputs through the frozen network. */
export class SamplePass {
  private readonly layout: DenseLayout;
  private readonly frozen: () => FrozenNetwork;
  /** By layer: its inputs, their rates, and the cotangents of its affine values. */
  private readonly inputs: readonly Float64Array[];
  private readonly rates: readonly Float64Array[];
  private readonly deltas: readonly Float64Array[];
  private readonly below: readonly Float64Array[];

  constructor(layout: DenseLayout, frozen: () => FrozenNetwork) {
    this.layout = layout;
    this.frozen = frozen;
    const perInput = (): readonly Float64Array[] =>
      layout.layers.map(({ inputs }) => new Float64Array(inputs));
    this.inputs = perInput();
    this.rates = perInput();
    this.below = perInput();
    this.deltas = layout.layers.map(({ width }) => new Float64Array(width));
  }

  /** Finds the inputs of the layers up to this one, for a group. */
  forward(x: Float64Array, group: number, layer: number): void {
    const { layers, groups } = this.layout;
    const [first] = this.inputs;
    for (let l = 0; l < first!.length; l++) first![l] = groups.inputs[group * first!.length + l]!;
    for (let k = 0; k < layer && k + 1 < layers.length; k++) {
      const { width } = layers[k]!;
      const slopes = this.frozen().slopes[k]!;
      const shifts = this.frozen().shifts[k]!;
      const to = this.inputs[k + 1]!;
      for (let i = 0; i < width; i++) {
        const at = group * width + i;
        const slope = slopes[at]!;
        to[i] = slope === 0 ? shifts[at]! : slope * this.affine(x, k, i) + shifts[at]!;
      }
    }
  }

  /** The affine value of a neuron, after `forward` up to its layer. */
  affine(x: Float64Array, layer: number, neuron: number): number {
    const { inputs, weights, biases } = this.layout.layers[layer]!;
    const from = this.inputs[layer]!;
    const row = weights + neuron * inputs;
    let z = x[biases + neuron]!;
    for (let j = 0; j < inputs; j++) if (from[j] !== 0) z += x[row + j]! * from[j]!;
    return z;
  }

  /** Writes the arguments of the hidden kinks of the group, after `forward` through all layers. */
  writeArguments(group: number, x: Float64Array, out: Float64Array): void {
    const { layers, hinges } = this.layout;
    for (let k = 0; k + 1 < layers.length; k++) {
      const { width, kinks } = layers[k]!;
      for (let i = 0; i < width; i++) {
        const z = this.affine(x, k, i);
        for (let h = 0; h < kinks.length; h++) {
          out[kinks[h]! + group * width + i] = z - hinges.at[h]!;
        }
      }
    }
  }

  /** Writes the gradient of the affine value of a neuron on a group. */
  gradient(x: Float64Array, { layer, group, neuron }: KinkPlace, out: Float64Array): void {
    const { layers } = this.layout;
    this.forward(x, group, layer);
    out.fill(0);
    this.deltas[layer]!.fill(0);
    this.deltas[layer]![neuron] = 1;
    for (let k = layer; k >= 0; k--) {
      const { inputs, width, weights, biases } = layers[k]!;
      const delta = this.deltas[k]!;
      const from = this.inputs[k]!;
      const below = this.below[k]!;
      below.fill(0);
      for (let i = 0; i < width; i++) {
        const d = delta[i]!;
        if (d === 0) continue;
        out[biases + i] = d;
        const row = weights + i * inputs;
        for (let j = 0; j < inputs; j++) {
          out[row + j] = d * from[j]!;
          below[j] = below[j]! + d * x[row + j]!;
        }
      }
      if (k === 0) break;
      const slopes = this.frozen().slopes[k - 1]!;
      const under = this.deltas[k - 1]!;
      for (let j = 0; j < inputs; j++) under[j] = slopes[group * inputs + j]! * below[j]!;
    }
  }

  /** The cotangent of a hidden neuron's activation in the last gradient. */
  cotangent({ layer, neuron }: KinkPlace): number {
    return this.below[layer + 1]![neuron]!;
  }

  /** The derivative of the affine value of a neuron on a group along v. */
  velocity(x: Float64Array, v: Float64Array, { layer, group, neuron }: KinkPlace): number {
    const { layers } = this.layout;
    this.forward(x, group, layer);
    this.rates[0]!.fill(0);
    for (let k = 0; k < layer; k++) {
      const { width } = layers[k]!;
      const to = this.rates[k + 1]!;
      for (let i = 0; i < width; i++) {
        const slope = this.frozen().slopes[k]![group * width + i]!;
        to[i] = slope === 0 ? 0 : slope * this.rate(x, v, k, i);
      }
    }
    return this.rate(x, v, layer, neuron);
  }

  private rate(x: Float64Array, v: Float64Array, layer: number, neuron: number): number {
    const { inputs, weights, biases } = this.layout.layers[layer]!;
    const from = this.inputs[layer]!;
    const rates = this.rates[layer]!;
    const row = weights + neuron * inputs;
    let z = v[biases + neuron]!;
    for (let j = 0; j < inputs; j++) z += v[row + j]! * from[j]! + x[row + j]! * rates[j]!;
    return z;
  }

  /** The size of the terms that the affine value of a neuron is a sum of. */
  size(x: Float64Array, { layer, group, neuron }: KinkPlace): number {
    const { layers, groups } = this.layout;
    const [first] = this.rates;
    for (let l = 0; l < first!.length; l++) {
      first![l] = Math.abs(groups.inputs[group * first!.length + l]!);
    }
    for (let k = 0; k < layer; k++) {
      const { width } = layers[k]!;
      const to = this.rates[k + 1]!;
      for (let i = 0; i < width; i++) {
        const at = group * width + i;
        const slope = Math.abs(this.frozen().slopes[k]![at]!);
        const shift = Math.abs(this.frozen().shifts[k]![at]!);
        to[i] = slope === 0 ? shift : slope * this.sizeOf(x, k, i) + shift;
      }
    }
    return this.sizeOf(x, layer, neuron);
  }

  private sizeOf(x: Float64Array, layer: number, neuron: number): number {
    const { inputs, weights, biases } = this.layout.layers[layer]!;
    const from = this.rates[layer]!;
    const row = weights + neuron * inputs;
    let sum = Math.abs(x[biases + neuron]!);
    for (let j = 0; j < inputs; j++) sum += Math.abs(x[row + j]!) * from[j]!;
    return sum;
  }
}
