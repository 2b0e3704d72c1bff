import { norm2 } from '@nonsmooth/core';
import { switchingRow } from '../cells/abs-linear.js';
import { signAlong, witness, integerWitness, type Witness } from '../cells/witness.js';
import { minimalNormPoint } from '../cones/minimal-norm-point.js';
import { primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import { nonnegativeSolution } from '../exact/nonnegative-solution.js';
import { divide, multiply, rational, type Rational } from '../exact/rational.js';
import type { Meter } from '../cells/budget.js';

/** Whether 0 lies in the convex hull of the points, with weights or a separating direction as proof. */
export type HullAnswer =
  /** Σ weights_j·points_{support_j} = 0, weights positive of sum 1. */
  | {
      readonly answer: 'in';
      readonly support: readonly number[];
      readonly weights: readonly Rational[];
    }
  /** ⟨point, v⟩ > 0 for all points. */
  | { readonly answer: 'out'; readonly separator: Witness }
  | { readonly answer: 'undecided' };

/**
 * Whether 0 lies in the convex hull of rational points, decided without rounding: the minimal-norm point proposes
 * weights or a separating direction, which are verified exactly; where they fail, an exact simplex on the points
 * nearest to the face found, with violated points added until it is right for all.
 */
export function originInHull(points: readonly (readonly Rational[])[], limits: Meter): HullAnswer {
  const dimension = points[0]!.length;
  const scaled = points.map((point) => primitive(point));
  const rows = scaled.map(({ vector }) => switchingRow(vector));
  const zeroAt = rows.findIndex(({ isZero }) => isZero);
  if (zeroAt >= 0) return { answer: 'in', support: [zeroAt], weights: [rational(1n)] };
  if (dimension === 0) return { answer: 'undecided' };
  // rows are positive multiples of the points: the question is the same, and so are separators
  const lengths = rows.map(({ numbers }) => norm2(numbers));
  const unit = rows.map(({ numbers }, i) => numbers.map((x) => x / lengths[i]!));
  const { point, support, norm } = minimalNormPoint(unit);
  const separates = (d: Witness): boolean => rows.every((row) => signAlong(row, d) > 0);
  if (norm > 1e-12) {
    const separator = witness(point);
    if (separates(separator)) return { answer: 'out', separator };
  }
  if (!limits.spend('exactSolves')) return { answer: 'undecided' };
  const lifted = (i: number): bigint[] => [...rows[i]!.integers, 1n];
  const target = [...new Array<bigint>(dimension).fill(0n), 1n];
  const solution = solveIntegers(support.map(lifted), target);
  if (solution?.numerators.every((x) => x >= 0n)) {
    return combination(support, solution.numerators);
  }
  const order = unit
    .map((row, i) => ({ i, product: row.reduce((sum, x, t) => sum + x * point[t]!, 0) }))
    .sort((a, b) => a.product - b.product || a.i - b.i)
    .map(({ i }) => i);
  const members = new Set([...support, ...order.slice(0, 4 * dimension + 8)]);
  for (;;) {
    if (!limits.spend('exactSolves')) return { answer: 'undecided' };
    const list = [...members];
    const exact = nonnegativeSolution(list.map(lifted), target);
    if (exact.feasible) {
      return combination(
        exact.support.map((at) => list[at]!),
        exact.numerators,
      );
    }
    const separator = integerWitness(exact.separator.slice(0, dimension).map((x) => -x));
    const violated = rows.flatMap((row, i) => (signAlong(row, separator) > 0 ? [] : [i]));
    if (violated.length === 0) return { answer: 'out', separator };
    for (const i of violated.slice(0, 4 * dimension + 8)) members.add(i);
  }

  /** Weights of the scaled rows become weights of the points themselves. */
  function combination(at: readonly number[], numerators: readonly bigint[]): HullAnswer {
    const positive = at.flatMap((i, j) => (numerators[j]! > 0n ? [{ i, w: numerators[j]! }] : []));
    const raw = positive.map(({ i, w }) => multiply({ n: w, d: 1n }, scaled[i]!.factor));
    const total = raw.reduce((sum, w) => rational(sum.n * w.d + w.n * sum.d, sum.d * w.d));
    return {
      answer: 'in',
      support: positive.map(({ i }) => i),
      weights: raw.map((w) => divide(w, total)),
    };
  }
}
