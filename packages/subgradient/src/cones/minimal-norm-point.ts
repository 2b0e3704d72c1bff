import { ArgumentError, dot, requireFinite, ShapeError } from '@nonsmooth/core';
import { activeFactor } from './active-factor.js';

/** The point of least Euclidean norm in the convex hull of finitely many points. */
export interface MinimalNormPoint {
  readonly point: Float64Array;
  readonly norm: number;
  /** Indices of the points in the convex combination, affinely independent. */
  readonly support: readonly number[];
  /** Positive, of sum 1, in the order of `support`. */
  readonly weights: readonly number[];
  /** ‖x‖² − min_i ⟨x, g_i⟩ ≥ 0, and 0 exactly at the solution. */
  readonly gap: number;
  readonly majorSteps: number;
}

/** Gap relative to max‖g_i‖² at which the search ends. */
const relativeGap = 1e-15;

/**
 * Wolfe's method (Finding the nearest point in a polytope, Math. Programming 11, 1976): the current corral is
 * an affinely independent set whose affine minimizer lies in its hull; each major step adds the point furthest
 * towards the origin. Only points within a relative gap of rounding are left out, so the answer carries an exact
 * face. `points` are rows of one dimension; `minimalNorm` is the same for any lists of numbers.
 * @throws ArgumentError without points, ShapeError, NonFiniteError.
 */
export function minimalNormPoint(points: readonly Float64Array[]): MinimalNormPoint {
  requirePoints(points);
  const n = points[0]?.length;
  if (n === undefined) throw new ArgumentError('points', 0, 'one point or more');
  let largest = 0;
  let start = 0;
  let least = Infinity;
  points.forEach((point, i) => {
    if (point.length !== n) throw new ShapeError(`points[${i}]`, point.length, `${n} entries`);
    const square = dot(point, point);
    if (!Number.isFinite(square)) requireFinite(`points[${i}]`, point);
    largest = Math.max(largest, square);
    if (square < least) {
      least = square;
      start = i;
    }
  });
  if (!(largest > smallestSquare && largest < largestSquare)) {
    const unit = powerOfTwoAbove(points);
    if (unit !== 0 && unit !== 1) return rescaled(points, unit);
  }
  // Lifted columns (point/scale, 1): affine independence becomes linear independence, and the affine
  // minimizer of the corral is u/Σu with (P'P + 11')u = 1.
  const scale = Math.sqrt(largest) || 1;
  const factor = activeFactor(n + 1, Math.min(points.length, n + 1));
  const lifted = new Float64Array(n + 1);
  lifted[n] = 1;
  const append = (i: number): boolean => {
    const point = points[i]!;
    for (let t = 0; t < n; t++) lifted[t] = point[t]! / scale;
    return factor.append(lifted);
  };
  append(start);
  let support = [start];
  let weights = [1];
  const x = Float64Array.from(points[start]!);
  const affine = new Float64Array(n + 1);
  let gap = Infinity;
  let majorSteps = 0;
  let previous = Infinity;
  const limit = 100 + 20 * (points.length + n);
  for (; majorSteps < limit; majorSteps++) {
    const square = dot(x, x);
    let nearest = -1;
    let lowest = Infinity;
    for (let i = 0; i < points.length; i++) {
      const product = dot(x, points[i]!);
      if (product < lowest) {
        lowest = product;
        nearest = i;
      }
    }
    gap = Math.max(0, square - lowest);
    if (gap <= relativeGap * largest || square >= previous || support.includes(nearest)) break;
    previous = square;
    if (!append(nearest)) break;
    support.push(nearest);
    weights.push(0);
    for (;;) {
      factor.solveNormalOnes(affine);
      let total = 0;
      for (let j = 0; j < support.length; j++) total += affine[j]!;
      let step = 1;
      let blocking = -1;
      for (let j = 0; j < support.length; j++) {
        const target = affine[j]! / total;
        if (target > 0) continue;
        const ratio = weights[j]! > 0 ? weights[j]! / (weights[j]! - target) : 0;
        if (blocking < 0 || ratio < step) {
          step = ratio;
          blocking = j;
        }
      }
      for (let j = 0; j < support.length; j++) {
        const target = affine[j]! / total;
        weights[j] = blocking < 0 ? target : weights[j]! + step * (target - weights[j]!);
      }
      if (blocking < 0) break;
      weights[blocking] = 0;
      for (let j = support.length - 1; j >= 0; j--) {
        if (weights[j]! > 0) continue;
        factor.remove(j);
        support.splice(j, 1);
        weights.splice(j, 1);
      }
    }
    x.fill(0);
    support.forEach((i, j) => {
      const point = points[i]!;
      for (let t = 0; t < n; t++) x[t]! += weights[j]! * point[t]!;
    });
  }
  return { point: x, norm: Math.sqrt(dot(x, x)), support, weights, gap, majorSteps };
}

function requirePoints(points: unknown): void {
  if (!Array.isArray(points) || !Array.from(points).every((p) => p instanceof Float64Array)) {
    throw new ArgumentError('points', points, 'a list of Float64Arrays');
  }
}

/** Beyond these, squares overflow or lose digits to underflow. */
const smallestSquare = 2 ** -900;
const largestSquare = 2 ** 900;

/** The largest entry up to a factor of two, as a power of two with an inverse. */
function powerOfTwoAbove(points: readonly Float64Array[]): number {
  let largest = 0;
  for (const point of points)
    for (const entry of point) largest = Math.max(largest, Math.abs(entry));
  if (largest === 0) return 0;
  return 2 ** Math.min(1022, Math.max(-1022, Math.ceil(Math.log2(largest))));
}

/** The same question in other units, exactly but for entries that are too small to matter. */
function rescaled(points: readonly Float64Array[], unit: number): MinimalNormPoint {
  const found = minimalNormPoint(points.map((point) => point.map((entry) => entry / unit)));
  return {
    ...found,
    point: found.point.map((entry) => entry * unit),
    norm: found.norm * unit,
    gap: found.gap === 0 ? 0 : found.gap * unit * unit,
  };
}
