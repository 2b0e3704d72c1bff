import type { DenseLayer } from './dense-layout.js';
import type { LineMoments } from './line-moments.js';
import type { LineSides } from './line-sides.js';

/** What a line computes with: by neuron its outer weight, by piece A and C of its line, and sums of δ and δ·x. */
export interface LineSums {
  readonly v: Float64Array;
  readonly slopes: Float64Array;
  readonly shifts: Float64Array;
  readonly pieces: Float64Array;
  readonly pieceMoments: Float64Array;
}

/**
 * The gradient of the squared loss on a line whose neurons have one hinge at 0 each, of which none is held: as by
 * `LineFunction`, with the same bits, but neuron by neuron in three passes over those that bend among the samples and two
 * over the others. Returns Σ δ·x.
 */
export function plainGradient(
  x: Float64Array,
  [hidden, last]: readonly [DenseLayer, DenseLayer],
  { breaks, neurons, befores, afters, constant, sorted }: LineSides,
  { ones, xs, squares, ys, products, factor }: LineMoments,
  { v, slopes, shifts, pieces, pieceMoments }: LineSums,
  gradient: Float64Array,
): number {
  const { width, weights, biases } = hidden;
  const outer = last.weights;
  let a = 0;
  let c = x[last.biases]!;
  for (let p = breaks; p < width; p++) {
    const i = sorted[p]!;
    const weight = x[outer + i]!;
    v[i] = weight;
    const pull = weight * constant[i]!;
    if (pull === 0) continue;
    a += pull * x[weights + i]!;
    c += pull * x[biases + i]!;
  }
  let later = 0;
  let laterShift = 0;
  slopes[breaks] = 0;
  shifts[breaks] = 0;
  for (let e = breaks - 1; e >= 0; e--) {
    const i = neurons[e]!;
    const weight = x[outer + i]!;
    v[i] = weight;
    const before = befores[e]!;
    if (before !== 0) {
      const pull = weight * before;
      later += pull * x[weights + i]!;
      laterShift += pull * x[biases + i]!;
    }
    slopes[e] = later;
    shifts[e] = laterShift;
  }
  let total = 0;
  let moment = 0;
  for (let e = 0; e <= breaks; e++) {
    const slope = slopes[e]! + a;
    const shift = shifts[e]! + c;
    slopes[e] = slope;
    shifts[e] = shift;
    const sum = factor * (slope * xs[e]! + shift * ones[e]! - ys[e]!);
    const sumX = factor * (slope * squares[e]! + shift * xs[e]! - products[e]!);
    pieces[e] = sum;
    pieceMoments[e] = sumX;
    total += sum;
    moment += sumX;
    if (e === breaks) break;
    const i = neurons[e]!;
    const weight = v[i]!;
    const after = afters[e]!;
    if (after !== 0) {
      const pull = weight * after;
      a += pull * x[weights + i]!;
      c += pull * x[biases + i]!;
    }
    // of the samples before the break
    gradient[biases + i] = befores[e]! * total;
    gradient[weights + i] = befores[e]! * moment;
  }
  let sum = 0;
  let sumX = 0;
  for (let e = breaks - 1; e >= 0; e--) {
    sum += pieces[e + 1]!;
    sumX += pieceMoments[e + 1]!;
    const i = neurons[e]!;
    const after = afters[e]!;
    let own = gradient[biases + i]!;
    let ownX = gradient[weights + i]!;
    if (after !== 0) {
      own += after * sum;
      ownX += after * sumX;
    }
    gradient[weights + i] = v[i]! * ownX;
    gradient[biases + i] = v[i]! * own;
    gradient[outer + i] = x[weights + i]! * ownX + x[biases + i]! * own;
  }
  for (let p = breaks; p < width; p++) {
    const i = sorted[p]!;
    const own = constant[i]! * total;
    const ownX = constant[i]! * moment;
    gradient[weights + i] = v[i]! * ownX;
    gradient[biases + i] = v[i]! * own;
    gradient[outer + i] = x[weights + i]! * ownX + x[biases + i]! * own;
  }
  gradient[last.biases] = total;
  return moment;
}
