import { dot, norm2 } from '@nonsmooth/core';
import type { KrylovSolver, LinearOperator } from './krylov.js';

/**
 * Generalized minimal residuals, without restarts up to `subspace` products and restarted then.
 * Saad, Schultz, "GMRES: a generalized minimal residual algorithm", SIAM J. Sci. Stat. Comput. 7 (1986) 856–869.
 */
export function gmres(
  n: number,
  apply: LinearOperator,
  subspace: number = Math.min(n, 60),
  maxRestarts = 4,
): KrylovSolver {
  const basis = Array.from({ length: subspace + 1 }, () => new Float64Array(n));
  // R of the Hessenberg matrix's QR factorization, column by column
  const columns = Array.from({ length: subspace }, () => new Float64Array(subspace + 1));
  const cosines = new Float64Array(subspace);
  const sines = new Float64Array(subspace);
  const rotated = new Float64Array(subspace + 1);
  const x = new Float64Array(n);
  const residual = new Float64Array(n);

  /** One cycle from the current residual; the residual's length afterwards. */
  function cycle(start: number, goal: number): number {
    for (let i = 0; i < n; i++) basis[0]![i] = residual[i]! / start;
    rotated.fill(0);
    rotated[0] = start;
    let size = 0;
    while (size < subspace && Math.abs(rotated[size]!) > goal) {
      const column = columns[size]!;
      const image = basis[size + 1]!;
      apply(basis[size]!, image);
      for (let i = 0; i <= size; i++) {
        const projection = dot(basis[i]!, image);
        column[i] = projection;
        for (let m = 0; m < n; m++) image[m] = image[m]! - projection * basis[i]![m]!;
      }
      const next = norm2(image);
      if (!Number.isFinite(next)) return Number.NaN;
      for (let i = 0; i < size; i++) {
        const upper = column[i]!;
        column[i] = cosines[i]! * upper + sines[i]! * column[i + 1]!;
        column[i + 1] = cosines[i]! * column[i + 1]! - sines[i]! * upper;
      }
      const diagonal = column[size]!;
      const radius = Math.sqrt(diagonal * diagonal + next * next);
      if (radius === 0) break;
      cosines[size] = diagonal / radius;
      sines[size] = next / radius;
      column[size] = radius;
      rotated[size + 1] = -sines[size]! * rotated[size]!;
      rotated[size] = cosines[size]! * rotated[size]!;
      size++;
      if (next === 0) break;
      for (let m = 0; m < n; m++) image[m] = image[m]! / next;
    }
    const left = Math.abs(rotated[size]!);
    for (let i = size - 1; i >= 0; i--) {
      let sum = rotated[i]!;
      for (let j = i + 1; j < size; j++) sum -= columns[j]![i]! * rotated[j]!;
      rotated[i] = sum / columns[i]![i]!;
      for (let m = 0; m < n; m++) x[m] = x[m]! + rotated[i]! * basis[i]![m]!;
    }
    return left;
  }

  return {
    solve(b, tolerance) {
      const start = norm2(b);
      if (start === 0) return true;
      const goal = tolerance * start;
      x.fill(0);
      residual.set(b);
      let left = start;
      for (let restart = 0; restart <= maxRestarts && left > goal; restart++) {
        if (restart > 0) {
          apply(x, residual);
          for (let i = 0; i < n; i++) residual[i] = b[i]! - residual[i]!;
          left = norm2(residual);
        }
        left = cycle(left, goal);
      }
      b.set(x);
      return left <= goal;
    },
  };
}
