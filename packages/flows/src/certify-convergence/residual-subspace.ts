import type { Network } from '@nonsmooth/nets';
import { isPiecewiseLinear } from './activation-bounds.js';
import type { ForwardPass, Samples } from './dense-jets.js';
import { exactRank } from './exact-rank.js';
import { approximateInverse, frobenius } from './matrices.js';

/** A space of functions on the samples that every output of the network stays in, up to a constant function of θ. */
export interface ResidualSubspace {
  readonly rank: number;
  /** Orthonormal basis, samples × rank; absent if it is everything. */
  readonly basis?: Float64Array;
  /** Distance of the computed basis to an exact orthonormal one. */
  readonly error: number;
}

/** Columns that are shorter than this share of themselves after orthogonalization must be dependent. */
const dependent = 1e-7;

/** Samples and generators up to which dependence is decided. */
const largest = 80;

/**
 * The subspace in which residuals of a piecewise linear network move while its pattern holds: with one hidden layer the
 * span of 1, x and, for the pattern P of each neuron, 1_P and x·1_P; with several, functions that are affine on every set of
 * samples with one pattern. Of smooth networks everything. A reason where it cannot be told.
 */
export function residualSubspace(
  net: Network,
  { count, inputs }: Samples,
  passes: readonly ForwardPass[],
): ResidualSubspace | string {
  const everything: ResidualSubspace = { rank: count, error: 0 };
  if (!isPiecewiseLinear(net.activation)) return everything;
  const patterns = patternsOf(net, passes);
  const l0 = net.widths[0]!;
  const columns: Float64Array[] = [];
  for (const pattern of patterns) {
    for (let j = -1; j < l0; j++) {
      const column = Float64Array.from({ length: count }, (_, s) =>
        pattern[s] === '1' ? (j < 0 ? 1 : inputs[s * l0 + j]!) : 0,
      );
      if (column.some((value) => value !== 0)) columns.push(column);
    }
  }
  const { basis, chosen } = orthonormal(columns, count);
  const rank = chosen.length;
  if (rank === count) return everything;
  if (rank < columns.length) {
    if (count > largest || columns.length > largest) {
      return `more than ${largest} samples or pieces with dependencies`;
    }
    const generators = Float64Array.from({ length: count * columns.length }, (_, i) => {
      return columns[i % columns.length]![Math.floor(i / columns.length)]!;
    });
    if (exactRank(generators, count, columns.length) !== rank) {
      return 'pieces of the network depend on each other nearly, not exactly';
    }
  }
  const error = basisError(
    chosen.map((i) => columns[i]!),
    basis,
    count,
  );
  return error <= 1e-8
    ? { rank, basis, error }
    : 'pieces of the network nearly depend on each other';
}

/** The distinct sets of samples, as words of 0 and 1, that carry generators. */
function patternsOf(net: Network, passes: readonly ForwardPass[]): Set<string> {
  const all = '1'.repeat(passes.length);
  const hidden = net.widths.length - 2;
  if (net.activation.name === 'identity' || hidden === 0) return new Set([all]);
  if (hidden === 1) {
    const ofNeurons = Array.from({ length: net.widths[1]! }, (_, j) =>
      passes.map(({ switching }) => (switching[0]![j]! > 0 ? '1' : '0')).join(''),
    );
    // relu alone has no identity of its own, but the output bias has 1
    return new Set(net.activation.name === 'relu' ? [...ofNeurons, all] : [all, ...ofNeurons]);
  }
  const words = passes.map(({ switching }) =>
    switching
      .slice(0, hidden)
      .flatMap((z) => Array.from(z, (value) => (value > 0 ? '1' : '0')))
      .join(''),
  );
  return new Set(words.map((word) => words.map((other) => (other === word ? '1' : '0')).join('')));
}

/** Gram–Schmidt with a second pass; columns that nearly vanish are left out. */
function orthonormal(
  columns: readonly Float64Array[],
  rows: number,
): { basis: Float64Array; chosen: number[] } {
  const kept: Float64Array[] = [];
  const chosen: number[] = [];
  columns.forEach((column, i) => {
    const v = column.slice();
    const size = Math.sqrt(dot(v, v));
    for (let pass = 0; pass < 2; pass++) {
      for (const q of kept) {
        const along = dot(q, v);
        for (let s = 0; s < rows; s++) v[s] = v[s]! - along * q[s]!;
      }
    }
    const rest = Math.sqrt(dot(v, v));
    if (!(rest > dependent * size)) return;
    kept.push(v.map((value) => value / rest));
    chosen.push(i);
  });
  const basis = new Float64Array(rows * kept.length);
  kept.forEach((q, j) => q.forEach((value, s) => (basis[s * kept.length + j] = value)));
  return { basis, chosen };
}

/**
 * How far an orthonormal basis of the span of `columns` C is from Q: with R = QᵀC, CR⁻¹ spans the same and lies this near to
 * Q, which is itself orthonormal to rounding.
 */
function basisError(columns: readonly Float64Array[], Q: Float64Array, rows: number): number {
  const k = columns.length;
  const R = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let s = 0; s < rows; s++) sum += Q[s * k + i]! * columns[j]![s]!;
      R[i * k + j] = sum;
    }
  }
  const inverse = approximateInverse(R, k);
  if (inverse === undefined) return Infinity;
  const gram = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      let sum = i === j ? -1 : 0;
      for (let s = 0; s < rows; s++) sum += Q[s * k + i]! * Q[s * k + j]!;
      gram[i * k + j] = sum;
    }
  }
  const misfit = new Float64Array(rows * k);
  for (let s = 0; s < rows; s++) {
    for (let j = 0; j < k; j++) {
      let sum = columns[j]![s]!;
      for (let i = 0; i < k; i++) sum -= Q[s * k + i]! * R[i * k + j]!;
      misfit[s * k + j] = sum;
    }
  }
  const size = Math.sqrt(columns.reduce((sum, column) => sum + dot(column, column), 0));
  const rounding = (rows + k + 8) * Number.EPSILON * size;
  return (
    3 *
    ((frobenius(misfit) + rounding) * frobenius(inverse) + frobenius(gram) + rows * Number.EPSILON)
  );
}

function dot(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
}
