import type { DenseLayout } from './dense-layout.js';

/** Whether a network has one hidden layer, one output, and hinges at 0 only. */
export function isShallow({ layers, hinges }: DenseLayout): boolean {
  return layers.length === 2 && layers[1]!.width === 1 && hinges.at.every((at) => at === 0);
}

/**
 * The risk of a network N(x) = c + Σ_i v_i·A(w_i·x + b_i) with the pieces of A frozen, neuron by neuron: with the
 * slopes σ_i of its active groups and the cotangents δ, all of its gradient is Σ σ_i δ and Σ σ_i δ·x.
 */
export class ShallowNetwork {
  private readonly layout: DenseLayout;
  /** By group: outputs and their cotangents δ. */
  private readonly outputs: Float64Array;
  private readonly delta: Float64Array;
  /** By input: that of every group, and times δ. */
  private readonly columns: readonly Float64Array[];
  private readonly moments: readonly Float64Array[];
  /** By neuron: the groups on which it is active, and its slopes there; groups of a neuron follow each other. */
  private readonly ends: Int32Array;
  private readonly groups: Int32Array;
  private readonly slopes: Float64Array;
  private readonly sums: Float64Array;

  constructor(layout: DenseLayout, outputs: Float64Array, delta: Float64Array) {
    this.layout = layout;
    this.outputs = outputs;
    this.delta = delta;
    const { groups } = layout;
    const { inputs, width } = layout.layers[0]!;
    this.columns = Array.from({ length: inputs }, (_, l) =>
      Float64Array.from({ length: groups.count }, (_unused, g) => groups.inputs[g * inputs + l]!),
    );
    this.moments = this.columns.map((column) => new Float64Array(column.length));
    this.ends = new Int32Array(width);
    this.groups = new Int32Array(groups.count * width);
    this.slopes = new Float64Array(groups.count * width);
    this.sums = new Float64Array(inputs);
  }

  /** Takes the slopes, groups × width. */
  compile(from: Float64Array): void {
    const { layout, ends, groups, slopes } = this;
    const { width } = layout.layers[0]!;
    let at = 0;
    for (let i = 0; i < width; i++) {
      for (let g = 0; g < layout.groups.count; g++) {
        const slope = from[g * width + i]!;
        if (slope === 0) continue;
        groups[at] = g;
        slopes[at++] = slope;
      }
      ends[i] = at;
    }
  }

  /** Writes the outputs. */
  forward(x: Float64Array): void {
    const { layout, outputs, columns, ends, groups, slopes } = this;
    const { inputs, width, weights, biases } = layout.layers[0]!;
    const last = layout.layers[1]!;
    outputs.fill(x[last.biases]!);
    const first = columns[0]!;
    const second = columns[inputs > 1 ? 1 : 0]!;
    let p = 0;
    for (let i = 0; i < width; i++) {
      const end = ends[i]!;
      const v = x[last.weights + i]!;
      const row = weights + i * inputs;
      const a = v * x[row]!;
      const b = inputs > 1 ? v * x[row + 1]! : 0;
      const c = v * x[biases + i]!;
      for (let q = p; q < end; q++) {
        const g = groups[q]!;
        outputs[g] = outputs[g]! + slopes[q]! * (a * first[g]! + b * second[g]! + c);
      }
      for (let l = 2; l < inputs; l++) {
        const column = columns[l]!;
        const w = v * x[row + l]!;
        for (let q = p; q < end; q++) {
          const g = groups[q]!;
          outputs[g] = outputs[g]! + slopes[q]! * w * column[g]!;
        }
      }
      p = end;
    }
  }

  /** Writes the gradient from the cotangents δ. */
  backward(x: Float64Array, gradient: Float64Array): void {
    const { layout, delta, columns, moments, ends, groups, slopes, sums } = this;
    const { inputs, width, weights, biases } = layout.layers[0]!;
    const last = layout.layers[1]!;
    let total = 0;
    for (let g = 0; g < delta.length; g++) total += delta[g]!;
    gradient[last.biases] = total;
    for (let l = 0; l < inputs; l++) {
      const column = columns[l]!;
      const moment = moments[l]!;
      for (let g = 0; g < delta.length; g++) moment[g] = delta[g]! * column[g]!;
    }
    const first = moments[0]!;
    const second = moments[inputs > 1 ? 1 : 0]!;
    let p = 0;
    for (let i = 0; i < width; i++) {
      const end = ends[i]!;
      let sum = 0;
      let sumFirst = 0;
      let sumSecond = 0;
      for (let q = p; q < end; q++) {
        const g = groups[q]!;
        const slope = slopes[q]!;
        sum += slope * delta[g]!;
        sumFirst += slope * first[g]!;
        sumSecond += slope * second[g]!;
      }
      sums[0] = sumFirst;
      if (inputs > 1) sums[1] = sumSecond;
      for (let l = 2; l < inputs; l++) {
        const moment = moments[l]!;
        let sumOther = 0;
        for (let q = p; q < end; q++) sumOther += slopes[q]! * moment[groups[q]!]!;
        sums[l] = sumOther;
      }
      const v = x[last.weights + i]!;
      const row = weights + i * inputs;
      let values = x[biases + i]! * sum;
      gradient[biases + i] = v * sum;
      for (let l = 0; l < inputs; l++) {
        values += x[row + l]! * sums[l]!;
        gradient[row + l] = v * sums[l]!;
      }
      gradient[last.weights + i] = values;
      p = end;
    }
  }
}
