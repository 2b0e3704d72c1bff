import type { Segment } from '@nonsmooth/ode';
import type { Entries } from '../kinked-function.js';
import type { HeldRow, Pattern } from '../pattern.js';
import { DenseFunction } from './dense-function.js';
import type { DenseLayout } from './dense-layout.js';
import { LineSides } from './line-sides.js';

/** Whether a network has one hidden layer between one input and one output. */
export function isLine({ layers }: DenseLayout): boolean {
  return layers.length === 2 && layers[0]!.inputs === 1 && layers[1]!.width === 1;
}

/**
 * The risk of a network N(x) = c + Σ_i v_i·A(w_i·x + b_i) of one input and one output. Over sorted inputs, each hinge
 * of a neuron has one side up to some input and the other one from some input on: between these places N is one line
 * A·x + C, and all sums over samples are sums of few sums over the pieces. An evaluation costs O(samples + neurons).
 */
export class LineFunction extends DenseFunction {
  private readonly sides: LineSides;
  /** By group: outputs of the network and their cotangents, in the last sweep. */
  private readonly outputs: Float64Array;
  private readonly delta: Float64Array;
  private readonly v: Float64Array;
  /** By hinge of a neuron: Σ slope·δ and Σ slope·δ·x. */
  private readonly sums: Float64Array;
  private readonly momentSums: Float64Array;
  /** The line of what ends at a break and later. */
  private readonly later: Float64Array;
  private readonly laterShift: Float64Array;
  /** Sums of δ and of δ·x over the pieces. */
  private readonly pieces: Float64Array;
  private readonly pieceMoments: Float64Array;

  constructor(layout: DenseLayout) {
    super(layout);
    const { groups, layers, hinges } = layout;
    const { width } = layers[0]!;
    const count = width * hinges.at.length;
    this.sides = new LineSides(layout);
    this.outputs = new Float64Array(groups.count);
    this.delta = new Float64Array(groups.count);
    this.v = new Float64Array(width);
    this.sums = new Float64Array(count);
    this.momentSums = new Float64Array(count);
    this.later = new Float64Array(2 * count + 1);
    this.laterShift = new Float64Array(2 * count + 1);
    this.pieces = new Float64Array(2 * count + 1);
    this.pieceMoments = new Float64Array(2 * count + 1);
  }

  override changed(sides: Float64Array, entry: number): void {
    super.changed(sides, entry);
    this.sides.change(entry);
  }

  override sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): number {
    const { layout, outputs, delta, v } = this;
    const line = this.sides;
    line.compile(sides);
    if (line.isIrregular || (rows && lambda)) {
      this.isLineSwept = false;
      return super.sweep(x, sides, gradient, rows, lambda);
    }
    this.isLineSwept = true;
    const { width, weights, biases } = layout.layers[0]!;
    const last = layout.layers[1]!;
    for (let i = 0; i < width; i++) v[i] = x[last.weights + i]!;
    this.findOutputs(x, x[last.biases]!);
    let value = layout.loss.evaluate(outputs, delta);
    if (layout.loss.kinks) value += this.addLossKinks(sides);
    const { at } = layout.hinges;
    const perNeuron = at.length;
    const total = this.sumPieces();
    const moment = this.moment;
    this.sumHinges(total, moment);
    for (let i = 0; i < width; i++) {
      const w = x[weights + i]!;
      const b = x[biases + i]!;
      const out = v[i]!;
      let sum = line.slope * total;
      let sumX = line.slope * moment;
      let shift = 0;
      for (let h = 0; h < perNeuron; h++) {
        const s = this.sums[i * perNeuron + h]!;
        sum += s;
        sumX += this.momentSums[i * perNeuron + h]!;
        shift += at[h]! * s;
      }
      gradient[weights + i] = out * sumX;
      gradient[biases + i] = out * sum;
      gradient[last.weights + i] = w * sumX + b * sum - shift;
    }
    gradient[last.biases] = total;
    return value;
  }

  override boundOf(kink: number): number {
    const { layout, place } = this;
    if (!this.isLineSwept || kink >= layout.lossKinks) return super.boundOf(kink);
    layout.locate(kink, place);
    return layout.hinges.weights[place.hinge]! * this.delta[place.group]! * this.v[place.neuron]!;
  }

  override suspects(segment: Segment, pattern: Pattern, out: Entries): void {
    const line = this.sides;
    line.compile(pattern.sides);
    if (line.isIrregular || this.layout.loss.kinks) {
      super.suspects(segment, pattern, out);
      return;
    }
    out.clear();
    const { watched } = line;
    for (let i = 0; i < watched.count; i++) {
      const entry = watched.list[i]!;
      if (!pattern.held[entry]) out.add(entry);
    }
  }

  private isLineSwept = false;
  /** Σ δ·x over all groups, after `sumPieces`. */
  private moment = 0;

  /** Outputs of all groups, line by line: what ends later, and what has begun before. */
  private findOutputs(x: Float64Array, bias: number): void {
    const { layout, outputs, v, later, laterShift } = this;
    const { order, inputs, breaks, places, neurons, hinge, befores, afters } = this.sides;
    const { slope, constant, perNeuron } = this.sides;
    const { width, weights, biases } = layout.layers[0]!;
    const { at } = layout.hinges;
    let a = 0;
    let c = bias;
    for (let i = 0; i < width; i++) {
      const w = x[weights + i]!;
      const b = x[biases + i]!;
      const out = v[i]!;
      if (slope !== 0) {
        a += out * slope * w;
        c += out * slope * b;
      }
      for (let h = 0; h < perNeuron; h++) {
        const pull = out * constant[i * perNeuron + h]!;
        if (pull === 0) continue;
        a += pull * w;
        c += pull * (b - at[h]!);
      }
    }
    later[breaks] = 0;
    laterShift[breaks] = 0;
    for (let e = breaks - 1; e >= 0; e--) {
      const i = neurons[e]!;
      const pull = v[i]! * befores[e]!;
      later[e] = later[e + 1]! + pull * x[weights + i]!;
      laterShift[e] = laterShift[e + 1]! + pull * (x[biases + i]! - at[hinge[e]!]!);
    }
    let k = 0;
    for (let e = 0; e <= breaks; e++) {
      const end = e < breaks ? places[e]! : order.length;
      const slopeHere = a + later[e]!;
      const shiftHere = c + laterShift[e]!;
      for (; k < end; k++) outputs[order[k]!] = slopeHere * inputs[k]! + shiftHere;
      if (e === breaks) break;
      const i = neurons[e]!;
      const pull = v[i]! * afters[e]!;
      if (pull === 0) continue;
      a += pull * x[weights + i]!;
      c += pull * (x[biases + i]! - at[hinge[e]!]!);
    }
  }

  private addLossKinks(sides: Float64Array): number {
    const { lossKinks, loss } = this.layout;
    const { count, group, target, weight } = loss.kinks!;
    let value = 0;
    for (let l = 0; l < count; l++) {
      const pull = weight[l]! * sides[lossKinks + l]!;
      value += pull * (this.outputs[group[l]!]! - target[l]!);
      this.delta[group[l]!] = this.delta[group[l]!]! + pull;
    }
    return value;
  }

  /** Sums δ and δ·x over every piece; returns Σ δ over all. */
  private sumPieces(): number {
    const { delta, pieces, pieceMoments } = this;
    const { order, inputs, breaks, places } = this.sides;
    let total = 0;
    let moment = 0;
    let k = 0;
    for (let e = 0; e <= breaks; e++) {
      const end = e < breaks ? places[e]! : order.length;
      let sum = 0;
      let sumX = 0;
      for (; k < end; k++) {
        const d = delta[order[k]!]!;
        sum += d;
        sumX += d * inputs[k]!;
      }
      pieces[e] = sum;
      pieceMoments[e] = sumX;
      total += sum;
      moment += sumX;
    }
    this.moment = moment;
    return total;
  }

  /** Sums of every hinge: from the left and from the right, none of them a difference. */
  private sumHinges(total: number, moment: number): void {
    const { sums, momentSums, pieces, pieceMoments, delta } = this;
    const { breaks, neurons, hinge, befores, afters, constant, perNeuron } = this.sides;
    const { heldSlope, ends, begins, order, inputs } = this.sides;
    for (let at = 0; at < sums.length; at++) {
      let sum = constant[at]! * total;
      let sumX = constant[at]! * moment;
      const from = ends[at]!;
      const to = begins[at]!;
      if (from < to && to - from < order.length) {
        for (let k = from; k < to; k++) {
          const d = heldSlope * delta[order[k]!]!;
          sum += d;
          sumX += d * inputs[k]!;
        }
      }
      sums[at] = sum;
      momentSums[at] = sumX;
    }
    let sum = 0;
    let sumX = 0;
    for (let e = 0; e < breaks; e++) {
      sum += pieces[e]!;
      sumX += pieceMoments[e]!;
      const slope = befores[e]!;
      if (slope === 0) continue;
      const at = neurons[e]! * perNeuron + hinge[e]!;
      sums[at] = sums[at]! + slope * sum;
      momentSums[at] = momentSums[at]! + slope * sumX;
    }
    sum = 0;
    sumX = 0;
    for (let e = breaks - 1; e >= 0; e--) {
      sum += pieces[e + 1]!;
      sumX += pieceMoments[e + 1]!;
      const slope = afters[e]!;
      if (slope === 0) continue;
      const at = neurons[e]! * perNeuron + hinge[e]!;
      sums[at] = sums[at]! + slope * sum;
      momentSums[at] = momentSums[at]! + slope * sumX;
    }
  }
}
