import type { Segment } from '@nonsmooth/ode';
import type { Entries } from '../kinked-function.js';
import type { HeldRow, Pattern } from '../pattern.js';
import { DenseFunction } from './dense-function.js';
import type { DenseLayer, DenseLayout } from './dense-layout.js';
import { LineMoments } from './line-moments.js';
import { LineSides } from './line-sides.js';
import { plainGradient, type LineSums } from './plain-line.js';

/** Whether a network has one hidden layer between one input and one output. */
export function isLine({ layers }: DenseLayout): boolean {
  return layers.length === 2 && layers[0]!.inputs === 1 && layers[1]!.width === 1;
}

/**
 * The risk of a network N(x) = c + Σ_i v_i·A(w_i·x + b_i) of one input and one output. Over sorted inputs, each hinge
 * of a neuron has one side up to some input and the other one from some input on: between these places N is one line
 * A·x + C, and all sums over samples are sums of few sums over the pieces. A gradient costs O(samples + neurons), that
 * of the squared loss O(neurons): its sums over a piece are combinations of moments of the samples there.
 */
export class LineFunction extends DenseFunction implements LineSums {
  private readonly sides: LineSides;
  /** Of squared losses. */
  private readonly moments: LineMoments | undefined;
  /** The version of the sides that the moments are of. */
  private momentsVersion = 0;
  /** By group: outputs of the network and their cotangents; of squared losses only where the value was asked for. */
  private readonly outputs: Float64Array;
  private readonly delta: Float64Array;
  readonly v: Float64Array;
  /** By hinge of a neuron: Σ slope·δ and Σ slope·δ·x. */
  private readonly sums: Float64Array;
  private readonly momentSums: Float64Array;
  /** By piece: A and C of the line of the last gradient. */
  readonly slopes: Float64Array;
  readonly shifts: Float64Array;
  /** Sums of δ and of δ·x over the pieces. */
  readonly pieces: Float64Array;
  readonly pieceMoments: Float64Array;
  /** Whether the last gradient was computed here, and its value is known. */
  private isLineSwept = false;
  private isValued = false;
  private lineValue = NaN;
  /** Σ δ·x over all groups, after the sums over pieces. */
  private moment = 0;

  constructor(layout: DenseLayout) {
    super(layout);
    const { groups, layers, hinges, loss } = layout;
    const { width } = layers[0]!;
    const count = width * hinges.at.length;
    this.sides = new LineSides(layout);
    this.moments = loss.squares && new LineMoments(this.sides, loss.squares);
    this.outputs = new Float64Array(groups.count);
    this.delta = new Float64Array(groups.count);
    this.v = new Float64Array(width);
    this.sums = new Float64Array(count);
    this.momentSums = new Float64Array(count);
    this.slopes = new Float64Array(2 * count + 1);
    this.shifts = new Float64Array(2 * count + 1);
    this.pieces = new Float64Array(2 * count + 1);
    this.pieceMoments = new Float64Array(2 * count + 1);
  }

  override changed(sides: Float64Array, entry: number): void {
    super.changed(sides, entry);
    this.sides.change(entry);
  }

  takeSides(x: Float64Array, sides: Float64Array, near: Entries): boolean {
    if (this.layout.loss.kinks) return false;
    super.changed(sides, -1);
    this.sides.take(x, sides, near);
    return true;
  }

  override gradient(x: Float64Array, sides: Float64Array, gradient: Float64Array): void {
    const line = this.sides;
    line.compile(sides);
    this.isLineSwept = !line.isIrregular;
    if (line.isIrregular) {
      super.gradient(x, sides, gradient);
      return;
    }
    const { v, layout } = this;
    const [hidden, last] = layout.layers as readonly [DenseLayer, DenseLayer];
    const { width } = hidden;
    if (this.moments && line.isPlain) {
      this.isValued = false;
      this.updateMoments(this.moments);
      this.moment = plainGradient(x, [hidden, last], line, this.moments, this, gradient);
      return;
    }
    for (let i = 0; i < width; i++) v[i] = x[last.weights + i]!;
    this.findLines(x, x[last.biases]!);
    this.isValued = false;
    let total: number;
    if (this.moments) {
      this.updateMoments(this.moments);
      total = this.sumSquares(this.moments);
    } else {
      this.evaluate(sides);
      total = this.sumPieces();
    }
    this.sumHinges(total, this.moment);
    this.writeGradient(x, total, gradient);
  }

  private updateMoments(moments: LineMoments): void {
    if (this.momentsVersion === this.sides.version) return;
    moments.update();
    this.momentsVersion = this.sides.version;
  }

  override valueThere(x: Float64Array, sides: Float64Array): number {
    if (!this.isLineSwept) return super.valueThere(x, sides);
    if (!this.isValued) this.evaluate(sides);
    return this.lineValue;
  }

  override sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): number {
    if (rows && lambda) {
      this.isLineSwept = false;
      return super.sweep(x, sides, gradient, rows, lambda);
    }
    this.gradient(x, sides, gradient);
    return this.valueThere(x, sides);
  }

  override sweepBounds(
    x: Float64Array,
    sides: Float64Array,
    rows: readonly HeldRow[],
    lambda: Float64Array,
  ): void {
    this.isLineSwept = false;
    super.sweepBounds(x, sides, rows, lambda);
  }

  override boundOf(kink: number): number {
    const { layout, place } = this;
    if (!this.isLineSwept || kink >= layout.lossKinks) return super.boundOf(kink);
    layout.locate(kink, place);
    const delta = this.deltaAt(this.sides.rank[place.group]!);
    return layout.hinges.weights[place.hinge]! * delta * this.v[place.neuron]!;
  }

  override suspects(segment: Segment, pattern: Pattern, out: Entries): void {
    const line = this.sides;
    line.compile(pattern.sides);
    if (line.isIrregular || this.layout.loss.kinks) {
      super.suspects(segment, pattern, out);
      return;
    }
    out.clear();
    const { coefficients, degree, start, end, step } = segment;
    const reach = Math.abs((end - start) / step);
    const { weights, biases } = this.layout.layers[0]!;
    const { at: zeros } = this.layout.hinges;
    const { watched, watchedInputs, watchedHinges, perNeuron } = line;
    const first = coefficients[0]!;
    let neuron = -1;
    let most = 0;
    let mostShift = 0;
    for (let i = 0; i < watched.count; i++) {
      const at = watchedHinges[i]!;
      const own = perNeuron === 1 ? at : Math.floor(at / perNeuron);
      if (own !== neuron) {
        // how far weight and bias move at most
        neuron = own;
        most = 0;
        mostShift = 0;
        for (let q = degree; q > 0; q--) {
          const c = coefficients[q]!;
          most = (most + Math.abs(c[weights + own]!)) * reach;
          mostShift = (mostShift + Math.abs(c[biases + own]!)) * reach;
        }
      }
      const x = watchedInputs[i]!;
      const z = first[weights + own]! * x + first[biases + own]! - zeros[at - own * perNeuron]!;
      // a little more, for rounding
      const change = 1.000001 * (most * Math.abs(x) + mostShift) + 1e-300;
      const entry = watched.list[i]!;
      if (Math.abs(z) <= change && !pattern.held[entry]) out.add(entry);
    }
  }

  /** Finds the line of every piece: of what ends later, and what has begun before. */
  private findLines(x: Float64Array, bias: number): void {
    const { layout, v, slopes, shifts } = this;
    const { breaks, neurons, hinge, befores, afters, slope, constant, perNeuron } = this.sides;
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
    let later = 0;
    let laterShift = 0;
    slopes[breaks] = 0;
    shifts[breaks] = 0;
    for (let e = breaks - 1; e >= 0; e--) {
      const before = befores[e]!;
      if (before !== 0) {
        const i = neurons[e]!;
        const pull = v[i]! * before;
        later += pull * x[weights + i]!;
        laterShift += pull * (x[biases + i]! - at[hinge[e]!]!);
      }
      slopes[e] = later;
      shifts[e] = laterShift;
    }
    for (let e = 0; e <= breaks; e++) {
      slopes[e] = slopes[e]! + a;
      shifts[e] = shifts[e]! + c;
      if (e === breaks) break;
      const after = afters[e]!;
      if (after === 0) continue;
      const i = neurons[e]!;
      const pull = v[i]! * after;
      a += pull * x[weights + i]!;
      c += pull * (x[biases + i]! - at[hinge[e]!]!);
    }
  }

  /** The loss and its derivatives at the outputs that the lines say. */
  private evaluate(sides: Float64Array): void {
    const { layout, outputs, delta, slopes, shifts } = this;
    const { order, inputs, breaks, places } = this.sides;
    let k = 0;
    for (let e = 0; e <= breaks; e++) {
      const end = e < breaks ? places[e]! : order.length;
      const a = slopes[e]!;
      const c = shifts[e]!;
      for (; k < end; k++) outputs[order[k]!] = a * inputs[k]! + c;
    }
    this.lineValue = layout.loss.evaluate(outputs, delta);
    if (layout.loss.kinks) this.lineValue += this.addLossKinks(sides);
    this.isValued = true;
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

  /** The derivative with respect to the output at the k-th input. */
  private deltaAt(k: number): number {
    const { moments, slopes, shifts } = this;
    const { breaks, places, inputs, order } = this.sides;
    if (!moments) return this.delta[order[k]!]!;
    let e = 0;
    while (e < breaks && places[e]! <= k) e++;
    const output = slopes[e]! * inputs[k]! + shifts[e]!;
    return moments.factor * (moments.counts[k]! * output - moments.targets[k]!);
  }

  /** Sums δ and δ·x over every piece, for the squared loss; returns Σ δ over all. */
  private sumSquares(moments: LineMoments): number {
    const { slopes, shifts, pieces, pieceMoments } = this;
    const { ones, xs, squares, ys, products, factor } = moments;
    const { breaks } = this.sides;
    let total = 0;
    let moment = 0;
    for (let e = 0; e <= breaks; e++) {
      const a = slopes[e]!;
      const c = shifts[e]!;
      const sum = factor * (a * xs[e]! + c * ones[e]! - ys[e]!);
      const sumX = factor * (a * squares[e]! + c * xs[e]! - products[e]!);
      pieces[e] = sum;
      pieceMoments[e] = sumX;
      total += sum;
      moment += sumX;
    }
    this.moment = moment;
    return total;
  }

  /** As `sumSquares`, for any loss. */
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
    const { sums, momentSums, pieces, pieceMoments } = this;
    const { breaks, neurons, hinge, befores, afters, constant, perNeuron } = this.sides;
    const { heldSlope, ends, begins, order, inputs } = this.sides;
    for (let at = 0; at < sums.length; at++) {
      let sum = constant[at]! * total;
      let sumX = constant[at]! * moment;
      const from = ends[at]!;
      const to = begins[at]!;
      if (heldSlope !== 0 && from < to && to - from < order.length) {
        for (let k = from; k < to; k++) {
          const d = heldSlope * this.deltaAt(k);
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

  private writeGradient(x: Float64Array, total: number, gradient: Float64Array): void {
    const { layout, v, sums, momentSums, moment } = this;
    const { slope, perNeuron } = this.sides;
    const { width, weights, biases } = layout.layers[0]!;
    const last = layout.layers[1]!;
    const { at } = layout.hinges;
    for (let i = 0; i < width; i++) {
      const out = v[i]!;
      let sum = slope * total;
      let sumX = slope * moment;
      let shift = 0;
      for (let h = 0; h < perNeuron; h++) {
        const s = sums[i * perNeuron + h]!;
        sum += s;
        sumX += momentSums[i * perNeuron + h]!;
        shift += at[h]! * s;
      }
      gradient[weights + i] = out * sumX;
      gradient[biases + i] = out * sum;
      gradient[last.weights + i] = x[weights + i]! * sumX + x[biases + i]! * sum - shift;
    }
    gradient[last.biases] = total;
  }
}
