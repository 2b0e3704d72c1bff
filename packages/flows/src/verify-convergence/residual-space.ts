import type { Network } from '@nonsmooth/nets';
import { exactRank } from '../certify-convergence/exact-rank.js';
import { hasPattern } from './activation-enclosures.js';
import type { EnclosedPass, Rows } from './dense-enclosure.js';
import {
  frobeniusNorm,
  leastSingular,
  product,
  rightInverse,
  transpose,
  type Enclosed,
} from './enclosed-matrices.js';
import { up } from './interval.js';

/** A space of functions on the samples in which every output of a network moves while its pattern holds. */
export interface ResidualSpace {
  readonly rank: number;
  /** Approximately orthonormal rows that span it, rank × samples, or undefined if it is everything. */
  readonly basis: Float64Array | undefined;
  /** Distance in norm to an orthonormal basis of exactly that space. */
  readonly error: number;
}

/**
 * Of smooth networks everything. Of networks of linear pieces all functions that are affine where the pattern of active
 * neurons is the same, spanned by 1_P and x_i·1_P; with one hidden layer 1_P and x_i·1_P of single neurons and of all
 * samples. These are matrices of floats, of which the rank is computed in integers.
 */
export function residualSpace(
  net: Network,
  rows: Rows,
  passes: readonly EnclosedPass[],
): ResidualSpace | string {
  const { count, inputs } = rows;
  const everything: ResidualSpace = { rank: count, basis: undefined, error: 0 };
  const hidden = net.widths.length - 2;
  if (hidden > 0 && !hasPattern(net.activation) && net.activation.name !== 'identity') {
    return everything;
  }
  const isActive = (s: number, layer: number, j: number): boolean | undefined => {
    const { lo, hi } = passes[s]!.z[layer]![j]!;
    return lo > 0 ? true : hi < 0 ? false : undefined;
  };
  const supports: boolean[][] = [passes.map(() => true)];
  if (hidden > 0 && hasPattern(net.activation)) {
    const words = passes.map((pass, s) =>
      pass.z.slice(0, hidden).flatMap((z, layer) => z.map((_, j) => isActive(s, layer, j))),
    );
    if (words.some((word) => word.includes(undefined))) return 'a sample lies on a kink';
    if (hidden === 1) {
      words[0]?.forEach((_, j) => supports.push(words.map((word) => word[j]!)));
    } else {
      const known = new Set(words.map((word) => word.join()));
      supports.length = 0;
      for (const one of known) supports.push(words.map((word) => word.join() === one));
    }
  }
  const width = net.widths[0]!;
  const distinct = new Set<string>();
  const generators: Float64Array[] = [];
  for (const support of supports) {
    const key = support.join();
    if (distinct.has(key)) continue;
    distinct.add(key);
    for (let i = -1; i < width; i++) {
      const column = Float64Array.from({ length: count }, (_, s) =>
        support[s] ? (i < 0 ? 1 : inputs[s * width + i]!) : 0,
      );
      if (column.some((value) => value !== 0)) generators.push(column);
    }
  }
  const chosen = independent(generators);
  if (chosen.length === count) return everything;
  const all = matrix(generators);
  if (
    chosen.length < generators.length &&
    exactRank(all, generators.length, count) !== chosen.length
  )
    return 'generators of the residuals depend on each other nearly, not exactly';
  return (
    orthonormalized(matrix(chosen), chosen.length, count) ?? 'the generators are nearly dependent'
  );
}

function matrix(rows: readonly Float64Array[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float64Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}

/** Rows that are not near the span of those before them. */
function independent(rows: readonly Float64Array[]): Float64Array[] {
  const chosen: Float64Array[] = [];
  const directions: Float64Array[] = [];
  for (const row of rows) {
    let rest = row.slice();
    for (let pass = 0; pass < 2; pass++) {
      for (const q of directions) {
        const along = q.reduce((sum, value, i) => sum + value * rest[i]!, 0);
        rest = rest.map((value, i) => value - along * q[i]!);
      }
    }
    const [size, left] = [frobeniusNorm(row), frobeniusNorm(rest)];
    if (!(left > 1e-7 * size)) continue;
    directions.push(rest.map((value) => value / left));
    chosen.push(row);
  }
  return chosen;
}

/**
 * Q ≈ L⁻¹C with orthonormal rows. With QQᵀ = I + E and Y = QX, X the right inverse of C, the rows of YC span what those of C
 * do, if Y is regular, and (YCCᵀYᵀ)^(−½)YC is orthonormal, at most ‖YC − Q‖ + ‖YC(YC)ᵀ − I‖ from Q.
 */
function orthonormalized(C: Float64Array, rank: number, count: number): ResidualSpace | undefined {
  const X = rightInverse(C, rank, count);
  if (X === undefined) return undefined;
  // rows of Xᵀ span the same as those of C; orthonormal ones by the same elimination
  const Q = orthonormalRows(C, rank, count);
  const Y = product(Q, X, rank, count, rank).mid;
  const YC = product(Y, C, rank, rank, count);
  const difference = frobeniusNorm(YC.mid.map((value, i) => value - Q[i]!));
  const distance = up(
    up(difference * (1 + 4 * Number.EPSILON)) +
      up(YC.radius + up(2 * Number.EPSILON * up(frobeniusNorm(Q) + frobeniusNorm(YC.mid)))),
  );
  const gram = product(Q, transpose(Q, rank, count), rank, count, rank);
  for (let i = 0; i < rank; i++) gram.mid[i * rank + i] = gram.mid[i * rank + i]! - 1;
  const bent = up(up(frobeniusNorm(gram.mid) + gram.radius) + rank * Number.EPSILON);
  if (!(leastSingular({ mid: Y, radius: 0 }, rank, rank) > 0)) return undefined;
  // ‖YC(YC)ᵀ − I‖ ≤ bent + 2‖Q‖·distance + distance², and (I + E)^(−½) is within ‖E‖ of I for ‖E‖ ≤ ½
  const size = up(1 + bent);
  const apart = up(bent + up(up(2 * up(size * distance)) + up(distance * distance)));
  if (!(apart <= 1e-8)) return undefined;
  return { rank, basis: Q, error: up(distance + up(apart * up(size + distance))) };
}

function orthonormalRows(C: Float64Array, rank: number, count: number): Float64Array {
  const Q = C.slice();
  for (let i = 0; i < rank; i++) {
    const row = Q.subarray(i * count, (i + 1) * count);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const other = Q.subarray(k * count, (k + 1) * count);
        let along = 0;
        for (let s = 0; s < count; s++) along += row[s]! * other[s]!;
        for (let s = 0; s < count; s++) row[s] = row[s]! - along * other[s]!;
      }
    }
    const size = frobeniusNorm(row);
    for (let s = 0; s < count; s++) row[s] = row[s]! / size;
  }
  return Q;
}

/** The components of residuals or of their derivatives (samples × width) along a basis, with what is uncertain of them. */
export function components(
  { basis, rank, error }: ResidualSpace,
  { mid, radius }: Enclosed,
  count: number,
  width: number,
): Enclosed {
  if (basis === undefined) return { mid, radius };
  const along = product(basis, mid, rank, count, width);
  const size = up(frobeniusNorm(mid) + radius);
  const lengthened = up(1 + error);
  return {
    mid: along.mid,
    radius: up(up(along.radius + up(error * size)) + up(radius * lengthened)),
  };
}
