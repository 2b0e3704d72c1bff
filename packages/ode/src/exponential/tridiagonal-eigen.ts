import { binaryScale } from '../power.js';

const mostSweeps = 60;

/**
 * Eigenvalues of a symmetric n × n tridiagonal matrix, into `diagonal`; `below`, of length n, holds the subdiagonal at
 * 0, …, n − 2 and is destroyed. `vectors`, row-major, of `rows` rows of length n, is multiplied by the matrix whose
 * columns are the eigenvectors: it becomes some of their components where it was rows of the identity. By the QL
 * algorithm with implicit shifts; false if it does not converge.
 * Parlett, The Symmetric Eigenvalue Problem, chapter 8.
 */
export function tridiagonalEigen(
  n: number,
  diagonal: Float64Array,
  below: Float64Array,
  vectors: Float64Array,
  rows: number,
): boolean {
  let norm = 0;
  for (let i = 0; i < n; i++) {
    norm = Math.max(norm, Math.abs(diagonal[i]!), i + 1 < n ? Math.abs(below[i]!) : 0);
  }
  below[n - 1] = 0;
  if (norm === 0) return true;
  // squares of what is measured by its size neither overflow nor vanish
  const scale = binaryScale(norm);
  for (let i = 0; i < n; i++) {
    diagonal[i] = diagonal[i]! / scale;
    below[i] = below[i]! / scale;
  }
  const found = eigenOfUnitSize(n, diagonal, below, vectors, rows);
  for (let i = 0; i < n; i++) diagonal[i] = diagonal[i]! * scale;
  return found;
}

/** The same where no entry is larger than about 1. */
function eigenOfUnitSize(
  n: number,
  diagonal: Float64Array,
  below: Float64Array,
  vectors: Float64Array,
  rows: number,
): boolean {
  const negligible = Number.EPSILON * Number.EPSILON;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const scale = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(below[m]!) <= Number.EPSILON * scale + negligible) break;
      }
      if (m === l) break;
      if (sweep === mostSweeps) return false;
      // the shift is the eigenvalue of the leading 2 × 2 block nearer to its corner
      const half = (diagonal[l + 1]! - diagonal[l]!) / (2 * below[l]!);
      const root = Math.sqrt(half * half + 1);
      let g = diagonal[m]! - diagonal[l]! + below[l]! / (half >= 0 ? half + root : half - root);
      let sine = 1;
      let cosine = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * below[i]!;
        const b = cosine * below[i]!;
        const r = Math.sqrt(f * f + g * g);
        below[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1] = diagonal[i + 1]! - p;
          below[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = diagonal[i + 1]! - p;
        const s = (diagonal[i]! - g) * sine + 2 * cosine * b;
        p = sine * s;
        diagonal[i + 1] = g + p;
        g = cosine * s - b;
        for (let row = 0; row < n * rows; row += n) {
          const right = vectors[row + i + 1]!;
          const left = vectors[row + i]!;
          vectors[row + i + 1] = sine * left + cosine * right;
          vectors[row + i] = cosine * left - sine * right;
        }
      }
      if (i >= l) continue;
      diagonal[l] = diagonal[l]! - p;
      below[l] = g;
      below[m] = 0;
    }
  }
  return true;
}
