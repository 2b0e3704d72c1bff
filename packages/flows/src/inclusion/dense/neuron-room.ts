import type { Segment } from '@nonsmooth/ode';
import type { Entries } from '../kinked-function.js';
import type { Pattern } from '../pattern.js';
import type { DenseLayout } from './dense-layout.js';

/**
 * Finds kinks of a first layer that may be met on a step. A neuron whose weights and bias are within its room of where
 * it was measured, min |z − kink| ÷ ‖(x, 1)‖ over all groups, has met none of its kinks: groups are looked at only where
 * a step may leave that.
 */
export class NeuronRoom {
  private readonly layout: DenseLayout;
  /** By group: ‖(x, 1)‖. */
  private readonly sizes: Float64Array;
  /** By input: that of every group. */
  private readonly columns: readonly Float64Array[];
  /** By neuron: its room, and where it was measured. */
  private readonly room: Float64Array;
  private readonly measured: Float64Array;
  private readonly z: Float64Array;

  constructor(layout: DenseLayout, sizes: Float64Array) {
    const { groups, layers } = layout;
    const { inputs, width } = layers[0]!;
    this.layout = layout;
    this.sizes = sizes;
    this.columns = Array.from({ length: inputs }, (_, l) =>
      Float64Array.from({ length: groups.count }, (_unused, g) => groups.inputs[g * inputs + l]!),
    );
    this.room = new Float64Array(width).fill(-1);
    this.measured = new Float64Array(width * (inputs + 1));
    this.z = new Float64Array(groups.count);
  }

  /** Nothing has been measured yet. */
  forget(): void {
    this.room.fill(-1);
  }

  /** Adds the suspects; `changes` are, by neuron, how far weights and bias move on the step at most. */
  find({ coefficients }: Segment, changes: Float64Array, { held }: Pattern, out: Entries): void {
    const { layout, room, sizes, z } = this;
    const { width, kinks } = layout.layers[0]!;
    const { at } = layout.hinges;
    const x = coefficients[0]!;
    const count = sizes.length;
    for (let i = 0; i < width; i++) {
      // a little more, for rounding
      const change = 1.000001 * changes[i]! + 1e-300;
      if (this.distance(x, i) + change < room[i]!) continue;
      this.measure(x, i);
      let least = Infinity;
      for (let h = 0; h < kinks.length; h++) {
        const zero = at[h]!;
        const first = kinks[h]! + i;
        for (let g = 0; g < count; g++) {
          const gap = Math.abs(z[g]! - zero);
          const size = sizes[g]!;
          if (gap < least * size) least = gap / size;
          if (gap <= change * size && held[first + g * width] === 0) out.add(first + g * width);
        }
      }
      room[i] = least / 1.000001;
    }
  }

  /** How far weights and bias of a neuron are from where they were measured. */
  private distance(x: Float64Array, i: number): number {
    const { measured, columns } = this;
    const { inputs, weights, biases } = this.layout.layers[0]!;
    const from = i * (inputs + 1);
    let square = (x[biases + i]! - measured[from + inputs]!) ** 2;
    for (let l = 0; l < columns.length; l++) {
      square += (x[weights + i * inputs + l]! - measured[from + l]!) ** 2;
    }
    return Math.sqrt(square);
  }

  /** Finds the affine values of a neuron on all groups. */
  private measure(x: Float64Array, i: number): void {
    const { measured, columns, z } = this;
    const { inputs, weights, biases } = this.layout.layers[0]!;
    const from = i * (inputs + 1);
    z.fill(x[biases + i]!);
    measured[from + inputs] = x[biases + i]!;
    for (let l = 0; l < columns.length; l++) {
      const w = x[weights + i * inputs + l]!;
      const column = columns[l]!;
      measured[from + l] = w;
      for (let g = 0; g < z.length; g++) z[g] = z[g]! + w * column[g]!;
    }
  }
}
