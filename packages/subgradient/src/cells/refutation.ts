import { solveIntegers } from '../exact/linear-system.js';
import type { SwitchingRow } from './abs-linear.js';

/**
 * Whether target = Σ λ_j·signs_j·rows_j with λ > 0 holds without any doubt, given doubles near the λ: the proof
 * that the cone of the rows has no point with ⟨target, d⟩ < 0. Three ways, from cheap to dear:
 * λ with a small common denominator, checked in integer arithmetic of doubles; as many rows as dimensions, where
 * a bound on the error of λ shows λ > 0; and the exact solution.
 */
export type RefutationProof = 'smallIntegers' | 'errorBound' | 'exact' | 'none';

/** Proves that the target row cannot have the target sign on the cell, by the cheapest arithmetic that suffices. */
export function proveRefutation(
  rows: readonly SwitchingRow[],
  signs: ArrayLike<number>,
  target: SwitchingRow,
  targetSign: number,
  multipliers: ArrayLike<number>,
): RefutationProof {
  if (holdsInSmallIntegers(rows, signs, target, targetSign, multipliers)) return 'smallIntegers';
  if (rows.length === target.numbers.length && holdsByErrorBound(rows, signs, target, targetSign)) {
    return 'errorBound';
  }
  return holdsExactly(rows, signs, target, targetSign) ? 'exact' : 'none';
}

const largestDenominator = 12;
const largestInteger = Number.MAX_SAFE_INTEGER;

function holdsInSmallIntegers(
  rows: readonly SwitchingRow[],
  signs: ArrayLike<number>,
  target: SwitchingRow,
  targetSign: number,
  multipliers: ArrayLike<number>,
): boolean {
  const { length } = target.numbers;
  const count = rows.length;
  search: for (let q = 1; q <= largestDenominator; q++) {
    for (let j = 0; j < count; j++) {
      const scaled = q * multipliers[j]!;
      if (!(scaled < 1e6) || Math.abs(scaled - Math.round(scaled)) > 1e-6) continue search;
    }
    for (let t = 0; t < length; t++) {
      const goal = q * targetSign * target.numbers[t]!;
      let size = Math.abs(goal);
      let total = -goal;
      for (let j = 0; j < count; j++) {
        const entry = rows[j]!.numbers[t]!;
        if (!Number.isInteger(entry)) return false;
        const term = Math.round(q * multipliers[j]!) * signs[j]! * entry;
        total += term;
        size += Math.abs(term);
      }
      // scaled rows are not the integers themselves, but then their entries reach beyond 2^52
      if (size > largestInteger / 4) return false;
      if (total !== 0) continue search;
    }
    return true;
  }
  return false;
}

const roundoff = 2 ** -53;

/**
 * For a square system Mλ = c with an approximate inverse X: if ‖I − XM‖ ≤ β < 1 then
 * |λ − λ̃| ≤ ‖X(c − Mλ̃)‖/(1 − β) in the maximum norm. All roundings, and those of the rows, are counted.
 */
function holdsByErrorBound(
  rows: readonly SwitchingRow[],
  signs: ArrayLike<number>,
  target: SwitchingRow,
  targetSign: number,
): boolean {
  const n = rows.length;
  const matrix = new Float64Array(n * n); // entry (t, j) at t·n + j
  for (let j = 0; j < n; j++) {
    const { numbers } = rows[j]!;
    for (let t = 0; t < n; t++) matrix[t * n + j] = signs[j]! * numbers[t]!;
  }
  const inverse = approximateInverse(matrix, n);
  if (inverse === undefined) return false;
  const unit = (2 * n + 8) * roundoff;
  const lambda = new Float64Array(n);
  let beta = 0;
  for (let i = 0; i < n; i++) {
    let value = 0;
    let rowSum = 0;
    for (let t = 0; t < n; t++) value += inverse[i * n + t]! * targetSign * target.numbers[t]!;
    lambda[i] = value;
    for (let j = 0; j < n; j++) {
      let product = i === j ? -1 : 0;
      let size = i === j ? 1 : 0;
      for (let t = 0; t < n; t++) {
        const term = inverse[i * n + t]! * matrix[t * n + j]!;
        product += term;
        size += Math.abs(term);
      }
      rowSum += Math.abs(product) + unit * size;
    }
    beta = Math.max(beta, rowSum);
  }
  if (!(beta < 0.5)) return false;
  const residual = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    let value = targetSign * target.numbers[t]!;
    let size = Math.abs(value);
    for (let j = 0; j < n; j++) {
      const term = matrix[t * n + j]! * lambda[j]!;
      value -= term;
      size += Math.abs(term);
    }
    residual[t] = Math.abs(value) + unit * size;
  }
  let error = 0;
  for (let i = 0; i < n; i++) {
    let value = 0;
    for (let t = 0; t < n; t++) value += Math.abs(inverse[i * n + t]!) * residual[t]!;
    error = Math.max(error, value);
  }
  error = (1 + unit) * (error / (1 - beta)) + 1e-290;
  return lambda.every((value) => value > error);
}

/** Gauss–Jordan with column pivoting. */
function approximateInverse(matrix: Float64Array, n: number): Float64Array | undefined {
  const a = matrix.slice();
  const x = new Float64Array(n * n);
  for (let i = 0; i < n; i++) x[i * n + i] = 1;
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let i = c + 1; i < n; i++) {
      if (Math.abs(a[i * n + c]!) > Math.abs(a[best * n + c]!)) best = i;
    }
    const pivot = a[best * n + c]!;
    if (pivot === 0) return undefined;
    for (let j = 0; j < n; j++) {
      const u = a[best * n + j]! / pivot;
      a[best * n + j] = a[c * n + j]!;
      a[c * n + j] = u;
      const v = x[best * n + j]! / pivot;
      x[best * n + j] = x[c * n + j]!;
      x[c * n + j] = v;
    }
    for (let i = 0; i < n; i++) {
      if (i === c) continue;
      const factor = a[i * n + c]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) {
        a[i * n + j]! -= factor * a[c * n + j]!;
        x[i * n + j]! -= factor * x[c * n + j]!;
      }
    }
  }
  return x;
}

function holdsExactly(
  rows: readonly SwitchingRow[],
  signs: ArrayLike<number>,
  target: SwitchingRow,
  targetSign: number,
): boolean {
  const solution = solveIntegers(
    rows.map(({ integers }) => integers),
    target.integers,
  );
  return (
    solution !== undefined &&
    solution.numerators.every((value, j) => {
      const signed = signs[j]! * targetSign > 0 ? value : -value;
      return signed >= 0n;
    })
  );
}
