import type { FloatArray } from './arrays.js';

// Small algebra on flat arrays, in order from the first entry, without allocation. No function takes its entries as
// arguments: a spread of a long vector overflows the stack.

/** Σ uᵢvᵢ over the entries of `u`. */
export function dot(u: FloatArray, v: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
}

/** ‖v‖₂: √Σ vᵢ² where no square overflows or vanishes, scaled by the largest entry elsewhere. */
export function norm2(v: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < v.length; i++) square += v[i]! * v[i]!;
  if (square > 1e-280 && square < Infinity) return Math.sqrt(square);
  const largest = maxAbs(v);
  if (largest === 0 || !(largest < Infinity)) return largest;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** max |vᵢ|, the maximum norm; 0 without entries, NaN if an entry is. */
export function maxAbs(v: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < v.length; i++) {
    const size = Math.abs(v[i]!);
    if (!(size <= largest)) largest = size;
    if (Number.isNaN(largest)) break;
  }
  return largest;
}

/** The largest entry; −∞ without entries, NaN if an entry is. */
export function largest(v: Iterable<number>): number {
  let found = -Infinity;
  for (const value of v) found = Math.max(found, value);
  return found;
}

/** The smallest entry; ∞ without entries, NaN if an entry is. */
export function smallest(v: Iterable<number>): number {
  let found = Infinity;
  for (const value of v) found = Math.min(found, value);
  return found;
}
