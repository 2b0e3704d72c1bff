import type { FrozenRisk } from '@nonsmooth/kernels';
import type { HeldRow } from '../pattern.js';
import type { DenseLayout, KinkPlace } from './dense-layout.js';
import { isShallow, ShallowNetwork } from './shallow-network.js';

/**
 * The risk of a network with the pieces of its activation frozen: activation = slope·z + shift, for every group of
 * samples and every hidden neuron. Neurons with slope 0 that are not held take no part.
 */
export class FrozenNetwork {
  /** Whether sides have been changed since they were compiled: these, or any. */
  private isStale = true;
  private readonly turned: number[] = [];
  /** By hidden layer, groups × width. */
  readonly slopes: readonly Float64Array[];
  readonly shifts: readonly Float64Array[];
  readonly hasShifts: boolean;
  /** By hidden layer: how many neurons take part on each group, and which, groups × width. */
  readonly active: readonly Int32Array[];
  readonly counts: readonly Int32Array[];
  /** Inputs of each layer, groups × inputs. */
  readonly inputs: readonly Float64Array[];
  readonly outputs: Float64Array;
  private readonly layout: DenseLayout;
  /** By layer: the cotangents of its affine values, 0 for neurons that take no part. */
  private readonly deltas: readonly Float64Array[];
  private readonly below: Float64Array;
  /** Weights and sides of the last sweep. */
  private readonly theta: Float64Array;
  private readonly shallow: ShallowNetwork | undefined;
  private readonly place: KinkPlace = { layer: 0, hinge: 0, group: 0, neuron: 0 };
  /** The same network in kernels, and the gradient of those who do not ask for it. */
  private kernel: FrozenRisk | undefined;
  private unasked: Float64Array = new Float64Array(0);
  /** Of the last sweep: its sides, rows and multipliers, and the groups whose cotangents and outputs are known. */
  private sides: Float64Array = noSides;
  private rows: readonly HeldRow[] | undefined;
  private lambda: Float64Array | undefined;
  private readonly swept: Uint8Array;
  /** All groups, and some of them. */
  private readonly all: Int32Array;
  private readonly some: Int32Array;

  constructor(layout: DenseLayout) {
    this.layout = layout;
    const { layers, groups, hinges } = layout;
    const hidden = layers.slice(0, -1);
    const perNeuron = (): readonly Float64Array[] =>
      hidden.map(({ width }) => new Float64Array(groups.count * width));
    this.slopes = perNeuron();
    this.shifts = perNeuron();
    this.hasShifts = hinges.at.some((at) => at !== 0);
    this.active = hidden.map(({ width }) => new Int32Array(groups.count * width));
    this.counts = hidden.map(() => new Int32Array(groups.count));
    this.inputs = [groups.inputs, ...perNeuron()];
    this.deltas = layers.map(({ width }) => new Float64Array(groups.count * width));
    this.outputs = new Float64Array(groups.count * layers.at(-1)!.width);
    this.swept = new Uint8Array(groups.count);
    this.all = Int32Array.from({ length: groups.count }, (_, g) => g);
    this.some = new Int32Array(groups.count);
    this.below = new Float64Array(Math.max(0, ...hidden.map(({ width }) => width)));
    this.theta = new Float64Array(layout.dimension);
    this.shallow = isShallow(layout)
      ? new ShallowNetwork(layout, this.outputs, this.deltas[1]!)
      : undefined;
  }

  /** From here on computes gradients in these kernels, if any. */
  use(kernel: FrozenRisk | undefined): void {
    const { dimension } = this.layout;
    this.kernel = kernel;
    this.isStale = true;
    this.swept.fill(0);
    if (this.unasked.length < dimension) this.unasked = new Float64Array(dimension);
  }

  /** The side of this kink has been changed; −1: all have. */
  changed(kink: number): void {
    if (kink >= this.layout.lossKinks) return;
    if (kink < 0 || this.turned.length >= mostTurned) this.isStale = true;
    else this.turned.push(kink);
  }

  /** Takes the pieces of the activation that these sides say. */
  compile(sides: Float64Array): void {
    const { turned } = this;
    if (!this.isStale && turned.length === 0) return;
    if (this.isStale) this.compileAll(sides);
    else for (const kink of turned) this.turn(sides, kink);
    this.isStale = false;
    turned.length = 0;
    this.shallow?.compile(this.slopes[0]!);
  }

  /** Takes the piece of the activation of one neuron on one group, on which a side has been changed. */
  private turn(sides: Float64Array, kink: number): void {
    const { layout, place } = this;
    layout.locate(kink, place);
    const { layer: k, group: g, neuron: i } = place;
    const { width } = layout.layers[k]!;
    const at = g * width + i;
    const isActive = this.takePiece(sides, k, at);
    this.deltas[k]![at] = 0;
    this.inputs[k + 1]![at] = 0;
    const active = this.active[k]!;
    const begin = g * width;
    let end = begin + this.counts[k]![g]!;
    let p = begin;
    while (p < end && active[p]! < i) p++;
    const isListed = p < end && active[p] === i;
    if (isActive && !isListed) {
      active.copyWithin(p + 1, p, end++);
      active[p] = i;
    } else if (!isActive && isListed) active.copyWithin(p, p + 1, end--);
    this.counts[k]![g] = end - begin;
    if (this.kernel) this.giveOne(this.kernel, k, g, i);
  }

  /** Takes slope and shift at a place of layer k; returns whether it takes part. */
  private takePiece(sides: Float64Array, k: number, at: number): boolean {
    const { layers, hinges } = this.layout;
    const { kinks } = layers[k]!;
    let { slope } = hinges;
    let shift = 0;
    let isHeld = false;
    for (let h = 0; h < kinks.length; h++) {
      const side = sides[kinks[h]! + at]!;
      const weight = hinges.weights[h]! * side;
      if (side === 0) isHeld = true;
      slope += weight;
      shift -= weight * hinges.at[h]!;
    }
    this.slopes[k]![at] = slope;
    this.shifts[k]![at] = shift;
    return slope !== 0 || shift !== 0 || isHeld;
  }

  private compileAll(sides: Float64Array): void {
    const { layers, groups } = this.layout;
    for (let k = 0; k + 1 < layers.length; k++) {
      const { width } = layers[k]!;
      const active = this.active[k]!;
      const counts = this.counts[k]!;
      this.deltas[k]!.fill(0);
      this.inputs[k + 1]!.fill(0);
      for (let g = 0; g < groups.count; g++) {
        let count = 0;
        for (let i = 0; i < width; i++) {
          if (this.takePiece(sides, k, g * width + i)) active[g * width + count++] = i;
        }
        counts[g] = count;
      }
    }
    if (this.kernel) this.give(this.kernel);
  }

  /** Returns the risk and writes ∇(risk + Σ λ·r). */
  sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): number {
    this.compile(sides);
    this.theta.set(x);
    this.sides = sides;
    this.rows = rows;
    this.lambda = lambda;
    if (this.kernel && !lambda) {
      this.swept.fill(0);
      return this.kernel.gradient(x, gradient);
    }
    return this.sweepHere(gradient, this.all, this.all.length);
  }

  /** As `sweep`, but only on the groups of these rows: others follow where their cotangents are asked for. */
  sweepGroups(
    x: Float64Array,
    sides: Float64Array,
    rows: readonly HeldRow[],
    lambda: Float64Array,
  ): void {
    const { layout, place, some, swept, unasked } = this;
    this.compile(sides);
    this.theta.set(x);
    this.sides = sides;
    this.rows = rows;
    this.lambda = lambda;
    swept.fill(0);
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      layout.locate(rows[i]!.entry, place);
      if (swept[place.group] === 1) continue;
      swept[place.group] = 1;
      some[count++] = place.group;
    }
    this.sweepHere(unasked, some, count);
  }

  /** Writes the slopes of all neurons on all samples into the memory of the kernels. */
  private give({ slopes, slopeStride }: FrozenRisk): void {
    const { layers, groups } = this.layout;
    for (let k = 0; k + 1 < layers.length; k++) {
      const { width } = layers[k]!;
      const own = this.slopes[k]!;
      const given = slopes[k]!;
      for (let i = 0; i < width; i++) {
        for (let s = 0; s < groups.of.length; s++) {
          given[i * slopeStride + s] = own[groups.of[s]! * width + i]!;
        }
      }
    }
  }

  private giveOne({ slopes, slopeStride }: FrozenRisk, k: number, g: number, i: number): void {
    const { layers, groups } = this.layout;
    const slope = this.slopes[k]![g * layers[k]!.width + i]!;
    for (let s = groups.first[g]!; s < groups.of.length; s++) {
      if (groups.of[s] === g) slopes[k]![i * slopeStride + s] = slope;
      else if (groups.count === groups.of.length) break;
    }
  }

  /** Sweeps the first `count` of these groups at the last state; returns the risk if these are all. */
  private sweepHere(gradient: Float64Array, groups: Int32Array, count: number): number {
    const { theta: x, sides, rows, lambda, swept } = this;
    const { layers, loss } = this.layout;
    const top = layers.length - 1;
    if (count === swept.length) {
      swept.fill(1);
      if (this.shallow && !lambda) return this.sweepShallow(x, sides, this.shallow, gradient);
    }
    for (let k = 0; k < top; k++) this.forwardHidden(x, k, groups, count);
    this.forwardOutputs(x, groups, count);
    const delta = this.deltas[top]!;
    let value = loss.evaluate(this.outputs, delta);
    if (loss.kinks) value += this.addLossKinks(sides, delta);
    gradient.fill(0);
    if (rows && lambda) this.addTopRows(rows, lambda, delta);
    for (let k = top; k >= 0; k--) {
      if (k > 0 && rows && lambda) this.clearDelta(k - 1);
      for (let p = 0; p < count; p++) this.backwardGroup(x, k, groups[p]!, gradient);
      if (k > 0 && rows && lambda) this.addRows(x, k - 1, rows, lambda);
    }
    return value;
  }

  private sweepShallow(
    x: Float64Array,
    sides: Float64Array,
    shallow: ShallowNetwork,
    gradient: Float64Array,
  ): number {
    const { loss } = this.layout;
    const delta = this.deltas[1]!;
    shallow.forward(x);
    let value = loss.evaluate(this.outputs, delta);
    if (loss.kinks) value += this.addLossKinks(sides, delta);
    shallow.backward(x, gradient);
    return value;
  }

  /** The cotangent of a hidden neuron's activation in the last sweep. */
  cotangent({ layer, group, neuron }: KinkPlace): number {
    if (this.swept[group] === 0) this.sweepHere(this.unasked, this.all, this.all.length);
    const { width, inputs, weights } = this.layout.layers[layer + 1]!;
    const delta = this.deltas[layer + 1]!;
    let sum = 0;
    for (let i = 0; i < width; i++) {
      sum += this.theta[weights + i * inputs + neuron]! * delta[group * width + i]!;
    }
    return sum;
  }

  private forwardHidden(x: Float64Array, k: number, groups: Int32Array, count: number): void {
    const { layers } = this.layout;
    const { inputs, width, weights, biases } = layers[k]!;
    const from = this.inputs[k]!;
    const to = this.inputs[k + 1]!;
    const slopes = this.slopes[k]!;
    const shifts = this.shifts[k]!;
    const active = this.active[k]!;
    const counts = this.counts[k]!;
    const { hasShifts } = this;
    const below = k > 0 ? this.active[k - 1]! : undefined;
    for (let r = 0; r < count; r++) {
      const g = groups[r]!;
      const last = g * width + counts[g]!;
      const start = g * inputs;
      const end = below ? start + this.counts[k - 1]![g]! : 0;
      for (let p = g * width; p < last; p++) {
        const i = active[p]!;
        const row = weights + i * inputs;
        let z = x[biases + i]!;
        if (below) {
          for (let q = start; q < end; q++) {
            const j = below[q]!;
            z += x[row + j]! * from[start + j]!;
          }
        } else {
          for (let j = 0; j < inputs; j++) z += x[row + j]! * from[start + j]!;
        }
        const at = g * width + i;
        to[at] = hasShifts ? slopes[at]! * z + shifts[at]! : slopes[at]! * z;
      }
    }
  }

  private forwardOutputs(x: Float64Array, groups: Int32Array, count: number): void {
    const { layers } = this.layout;
    const top = layers.length - 1;
    const { inputs, width, weights, biases } = layers[top]!;
    const from = this.inputs[top]!;
    const { outputs } = this;
    const below = top > 0 ? this.active[top - 1]! : undefined;
    for (let r = 0; r < count; r++) {
      const g = groups[r]!;
      const start = g * inputs;
      const end = below ? start + this.counts[top - 1]![g]! : 0;
      for (let i = 0; i < width; i++) {
        const row = weights + i * inputs;
        let z = x[biases + i]!;
        if (below) {
          for (let q = start; q < end; q++) {
            const j = below[q]!;
            z += x[row + j]! * from[start + j]!;
          }
        } else {
          for (let j = 0; j < inputs; j++) z += x[row + j]! * from[start + j]!;
        }
        outputs[g * width + i] = z;
      }
    }
  }

  private addLossKinks(sides: Float64Array, delta: Float64Array): number {
    const { lossKinks, loss, layers } = this.layout;
    const { count, group, output, target, weight } = loss.kinks!;
    const { width } = layers.at(-1)!;
    let value = 0;
    for (let l = 0; l < count; l++) {
      const at = group[l]! * width + output[l]!;
      const pull = weight[l]! * sides[lossKinks + l]!;
      value += pull * (this.outputs[at]! - target[l]!);
      delta[at] = delta[at]! + pull;
    }
    return value;
  }

  private clearDelta(k: number): void {
    this.deltas[k]!.fill(0);
  }

  /** Multipliers of kinks of the loss. */
  private addTopRows(rows: readonly HeldRow[], lambda: Float64Array, delta: Float64Array): void {
    const { layout, place } = this;
    const { width } = layout.layers.at(-1)!;
    for (let i = 0; i < rows.length; i++) {
      if (rows[i]!.entry < layout.lossKinks) continue;
      layout.locate(rows[i]!.entry, place);
      const at = place.group * width + place.neuron;
      delta[at] = delta[at]! + lambda[i]!;
    }
  }

  /** Multipliers of kinks of a hidden layer. */
  private addRows(
    _x: Float64Array,
    k: number,
    rows: readonly HeldRow[],
    lambda: Float64Array,
  ): void {
    const { layout, place } = this;
    const { width } = layout.layers[k]!;
    const delta = this.deltas[k]!;
    for (let i = 0; i < rows.length; i++) {
      if (rows[i]!.entry >= layout.lossKinks) continue;
      layout.locate(rows[i]!.entry, place);
      if (place.layer !== k) continue;
      const at = place.group * width + place.neuron;
      delta[at] = delta[at]! + lambda[i]!;
    }
  }

  /** Adds the share of a group to the gradient of layer k, and writes the cotangents of the layer below. */
  private backwardGroup(x: Float64Array, k: number, g: number, gradient: Float64Array): void {
    const { layers } = this.layout;
    const { inputs, width, weights, biases } = layers[k]!;
    const delta = this.deltas[k]!;
    const from = this.inputs[k]!;
    const start = g * inputs;
    const isTop = k === layers.length - 1;
    const own = isTop ? undefined : this.active[k]!;
    const last = g * width + (isTop ? width : this.counts[k]![g]!);
    if (k === 0) {
      for (let p = g * width; p < last; p++) {
        const i = own ? own[p]! : p - g * width;
        const d = delta[g * width + i]!;
        if (d === 0) continue;
        gradient[biases + i] = gradient[biases + i]! + d;
        const row = weights + i * inputs;
        for (let j = 0; j < inputs; j++) {
          gradient[row + j] = gradient[row + j]! + d * from[start + j]!;
        }
      }
      return;
    }
    const { below } = this;
    const active = this.active[k - 1]!;
    const end = start + this.counts[k - 1]![g]!;
    for (let q = start; q < end; q++) below[active[q]!] = 0;
    for (let p = g * width; p < last; p++) {
      const i = own ? own[p]! : p - g * width;
      const d = delta[g * width + i]!;
      if (d === 0) continue;
      gradient[biases + i] = gradient[biases + i]! + d;
      const row = weights + i * inputs;
      for (let q = start; q < end; q++) {
        const j = active[q]!;
        gradient[row + j] = gradient[row + j]! + d * from[start + j]!;
        below[j] = below[j]! + d * x[row + j]!;
      }
    }
    const slopes = this.slopes[k - 1]!;
    const under = this.deltas[k - 1]!;
    for (let q = start; q < end; q++) {
      const j = active[q]!;
      under[start + j] = slopes[start + j]! * below[j]!;
    }
  }
}

const noSides = new Float64Array(0);

/** Up to so many sides are taken one by one. */
const mostTurned = 16;
