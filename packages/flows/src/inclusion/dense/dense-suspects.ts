import type { Segment } from '@nonsmooth/ode';
import { Entries } from '../kinked-function.js';
import type { Pattern } from '../pattern.js';
import type { DenseLayout, KinkPlace } from './dense-layout.js';
import type { FrozenNetwork } from './frozen-network.js';
import { NeuronRoom } from './neuron-room.js';

/** Rooms are that many times as wide as what rows move on a step: wider ones last longer, but hold fewer groups. */
const severalTimes = 6;

/**
 * Finds kinks that may be met on a step. With Δ the largest changes of weights and biases on the step, row by row as
 * vectors with the bias, affine values of the first layer change by at most ‖Δ_i‖·‖(x, 1)‖; those of the others by
 * ‖Δ_i‖·‖(a, 1)‖ + (‖W_i‖ + ‖Δ_i‖)·‖change of a‖, whose entries are at most slope × change of the layer below. Groups
 * of deep networks that meet no kink even where all rows move several times as far are looked at again only where rows
 * leave that room.
 */
export class DenseSuspects {
  private readonly layout: DenseLayout;
  private readonly frozen: () => FrozenNetwork;
  /** By neuron of a layer: ‖Δ_i‖ and ‖W_i‖. */
  private readonly changes: readonly Float64Array[];
  private readonly norms: readonly Float64Array[];
  /** By group: ‖(a, 1)‖ and the bound for the change of a, of the layer at hand. */
  private readonly sizes: Float64Array;
  private readonly moves: Float64Array;
  private readonly inputSizes: Float64Array;
  /** By group: whether it meets no kink while no row leaves the room that it has, by layer, around `center`. */
  private readonly safe: Uint8Array;
  private readonly rooms: readonly Float64Array[];
  private readonly center: Float64Array;
  private hasCenter = false;
  /** How far rows are taken to move: `changes` or `rooms`. */
  private reach: readonly Float64Array[];
  private readonly probe = new Entries();
  private readonly place: KinkPlace = { layer: 0, hinge: 0, group: 0, neuron: 0 };
  /** Whether there are no other kinks than those of one layer. */
  readonly isOne: boolean;
  private readonly room: NeuronRoom | undefined;
  /** Inputs of the layers for one group. */
  private readonly values: readonly Float64Array[];

  constructor(layout: DenseLayout, frozen: () => FrozenNetwork) {
    this.layout = layout;
    this.frozen = frozen;
    const { layers, groups } = layout;
    this.changes = layers.map(({ width }) => new Float64Array(width));
    this.reach = this.changes;
    this.norms = layers.map(({ width }) => new Float64Array(width));
    this.safe = new Uint8Array(groups.count);
    this.rooms = layers.map(({ width }) => new Float64Array(width));
    this.center = new Float64Array(layout.dimension);
    this.sizes = new Float64Array(groups.count);
    this.moves = new Float64Array(groups.count);
    this.values = layers.map(({ inputs }) => new Float64Array(inputs));
    const width = layers[0]!.inputs;
    this.inputSizes = Float64Array.from({ length: groups.count }, (_, g) => {
      let sum = 1;
      for (let l = 0; l < width; l++) sum += groups.inputs[g * width + l]! ** 2;
      return Math.sqrt(sum);
    });
    this.isOne = layers.length === 2 && layout.kinks === layout.lossKinks;
    this.room = this.isOne ? new NeuronRoom(layout, this.inputSizes) : undefined;
  }

  /** The side of a kink has been changed; −1: another flow begins. */
  changed(kink: number): void {
    if (kink < 0) {
      this.room?.forget();
      this.hasCenter = false;
    } else if (!this.isOne) {
      this.layout.locate(kink, this.place);
      this.safe[this.place.group] = 0;
    }
  }

  find(segment: Segment, pattern: Pattern, out: Entries): void {
    out.clear();
    const { layers, groups, lossKinks, kinks, loss } = this.layout;
    const { moves } = this;
    const top = layers.length - 1;
    const hasLossKinks = kinks > lossKinks;
    const depth = hasLossKinks ? layers.length : top;
    for (let k = 0; k < depth; k++) this.measureLayer(segment, k);
    if (this.room) {
      this.room.find(segment, this.changes[0]!, pattern, out);
      return;
    }
    const x = segment.coefficients[0]!;
    if (!hasLossKinks) {
      if (!this.isWithinRooms(x)) this.takeRooms(x, pattern);
      for (let g = 0; g < groups.count; g++) if (!this.safe[g]) this.pass(x, g, pattern, out);
      return;
    }
    for (let g = 0; g < groups.count; g++) {
      this.pass(x, g, pattern, out);
      this.keepOutputs(x, g);
    }
    const { count, group, output, target } = loss.kinks!;
    const { width } = layers[top]!;
    for (let l = 0; l < count; l++) {
      const g = group[l]!;
      const i = output[l]!;
      if (pattern.held[lossKinks + l]) continue;
      const change = this.bound(top, i, this.sizes[g]!, moves[g]!);
      const z = this.frozen().outputs[g * width + i]!;
      if (Math.abs(z - target[l]!) <= change) out.add(lossKinks + l);
    }
  }

  /** Adds the suspects of a group. */
  private pass(x: Float64Array, g: number, pattern: Pattern, out: Entries): void {
    const { layers, groups } = this.layout;
    const top = layers.length - 1;
    let size = this.inputSizes[g]!;
    let move = 0;
    const [first] = this.values;
    const width = first!.length;
    for (let l = 0; l < width; l++) first![l] = groups.inputs[g * width + l]!;
    for (let k = 0; k < top; k++) {
      const squares = this.hidden(x, k, g, size, move, pattern, out);
      move = this.moved;
      size = Math.sqrt(squares + 1);
    }
    this.moves[g] = move;
    this.sizes[g] = size;
  }

  /** Whether no row leaves its room on the step, which begins at x. */
  private isWithinRooms(x: Float64Array): boolean {
    if (!this.hasCenter) return false;
    const { layers } = this.layout;
    const { center } = this;
    for (let k = 0; k + 1 < layers.length; k++) {
      const { inputs, width, weights, biases } = layers[k]!;
      const rooms = this.rooms[k]!;
      const changes = this.changes[k]!;
      for (let i = 0; i < width; i++) {
        let square = (x[biases + i]! - center[biases + i]!) ** 2;
        for (let at = weights + i * inputs; at < weights + (i + 1) * inputs; at++) {
          square += (x[at]! - center[at]!) ** 2;
        }
        if (Math.sqrt(square) + changes[i]! > rooms[i]!) return false;
      }
    }
    return true;
  }

  /** Finds the groups that meet no kink even where rows move several times as far from x as on the step. */
  private takeRooms(x: Float64Array, pattern: Pattern): void {
    const { changes, rooms, safe, probe } = this;
    for (let k = 0; k + 1 < rooms.length; k++) {
      for (let i = 0; i < rooms[k]!.length; i++) rooms[k]![i] = severalTimes * changes[k]![i]!;
    }
    this.center.set(x);
    this.hasCenter = true;
    this.reach = rooms;
    for (let g = 0; g < safe.length; g++) {
      probe.clear();
      this.pass(x, g, pattern, probe);
      safe[g] = probe.count === 0 ? 1 : 0;
    }
    this.reach = changes;
  }

  private moved = 0;

  /** Adds the suspects of a hidden layer on a group; returns Σ a² of its activations. */
  private hidden(
    x: Float64Array,
    k: number,
    g: number,
    size: number,
    move: number,
    { held }: Pattern,
    out: Entries,
  ): number {
    const { layers, hinges } = this.layout;
    const { inputs, width, weights, biases, kinks } = layers[k]!;
    const slopes = this.frozen().slopes[k]!;
    const shifts = this.frozen().shifts[k]!;
    const from = this.values[k]!;
    const to = this.values[k + 1]!;
    let squares = 0;
    let moved = 0;
    for (let i = 0; i < width; i++) {
      const row = weights + i * inputs;
      let z = x[biases + i]!;
      for (let j = 0; j < inputs; j++) z += x[row + j]! * from[j]!;
      const change = this.bound(k, i, size, move);
      const at = g * width + i;
      for (let h = 0; h < kinks.length; h++) {
        const entry = kinks[h]! + at;
        if (Math.abs(z - hinges.at[h]!) <= change && !held[entry]) out.add(entry);
      }
      const slope = slopes[at]!;
      const a = slope === 0 ? shifts[at]! : slope * z + shifts[at]!;
      to[i] = a;
      squares += a * a;
      moved += slope * slope * change * change;
    }
    this.moved = Math.sqrt(moved);
    return squares;
  }

  private bound(k: number, i: number, size: number, move: number): number {
    const change = this.reach[k]![i]!;
    // a little more, for rounding
    return 1.000001 * (change * size + (this.norms[k]![i]! + change) * move) + 1e-300;
  }

  private keepOutputs(x: Float64Array, g: number): void {
    const { layers } = this.layout;
    const top = layers.length - 1;
    const { inputs, width, weights, biases } = layers[top]!;
    const from = this.values[top]!;
    for (let i = 0; i < width; i++) {
      let z = x[biases + i]!;
      for (let j = 0; j < inputs; j++) z += x[weights + i * inputs + j]! * from[j]!;
      this.frozen().outputs[g * width + i] = z;
    }
  }

  /** ‖Δ_i‖ and ‖W_i‖ of a layer, from |change of a component| ≤ Σ_q |c_q|·reach^q. */
  private measureLayer({ coefficients, degree, start, end, step }: Segment, k: number): void {
    const reach = (end - start) / step;
    const { inputs, width, weights, biases } = this.layout.layers[k]!;
    const changes = this.changes[k]!;
    const norms = this.norms[k]!;
    const x = coefficients[0]!;
    for (let i = 0; i < width; i++) {
      let change = 0;
      let norm = 0;
      for (let j = 0; j <= inputs; j++) {
        const at = j < inputs ? weights + i * inputs + j : biases + i;
        let most = 0;
        for (let q = degree; q > 0; q--) most = (most + Math.abs(coefficients[q]![at]!)) * reach;
        change += most * most;
        if (j < inputs) norm += x[at]! ** 2;
      }
      changes[i] = Math.sqrt(change);
      norms[i] = Math.sqrt(norm);
    }
  }
}
