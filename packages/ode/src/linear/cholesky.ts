import type { Factorization } from './lu.js';

/**
 * The factor A = L·Lᵀ of the symmetric positive definite matrix factorized last: half the work of L·U. By columns, four
 * rows at a time, so that their sums do not wait for each other.
 */
export function choleskyFactorization(n: number): Factorization {
  let factor: Float64Array = new Float64Array(0);
  return {
    /** False if the matrix is not positive definite; it is then overwritten in part. */
    factorize(matrix) {
      factor = matrix;
      for (let j = 0; j < n; j++) {
        const own = j * n;
        let square = matrix[own + j]!;
        for (let k = 0; k < j; k++) square -= matrix[own + k]! * matrix[own + k]!;
        if (!(square > 0 && square < Infinity)) return false;
        const root = Math.sqrt(square);
        matrix[own + j] = root;
        let i = j + 1;
        for (; i + 3 < n; i += 4) {
          const a = i * n;
          const b = a + n;
          const c = b + n;
          const d = c + n;
          let p = matrix[a + j]!;
          let q = matrix[b + j]!;
          let r = matrix[c + j]!;
          let s = matrix[d + j]!;
          for (let k = 0; k < j; k++) {
            const x = matrix[own + k]!;
            p -= matrix[a + k]! * x;
            q -= matrix[b + k]! * x;
            r -= matrix[c + k]! * x;
            s -= matrix[d + k]! * x;
          }
          matrix[a + j] = p / root;
          matrix[b + j] = q / root;
          matrix[c + j] = r / root;
          matrix[d + j] = s / root;
        }
        for (; i < n; i++) {
          const row = i * n;
          let sum = matrix[row + j]!;
          for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[own + k]!;
          matrix[row + j] = sum / root;
        }
      }
      return true;
    },
    solve(b) {
      forward(factor, n, b);
      backward(factor, n, b);
    },
  };
}

/** Solves L·x = b in place, four rows at a time. */
function forward(l: Float64Array, n: number, b: Float64Array): void {
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const first = i * n;
    const second = first + n;
    const third = second + n;
    const fourth = third + n;
    let p = b[i]!;
    let q = b[i + 1]!;
    let r = b[i + 2]!;
    let s = b[i + 3]!;
    for (let j = 0; j < i; j++) {
      const x = b[j]!;
      p -= l[first + j]! * x;
      q -= l[second + j]! * x;
      r -= l[third + j]! * x;
      s -= l[fourth + j]! * x;
    }
    p /= l[first + i]!;
    q = (q - l[second + i]! * p) / l[second + i + 1]!;
    r = (r - l[third + i]! * p - l[third + i + 1]! * q) / l[third + i + 2]!;
    s = s - l[fourth + i]! * p - l[fourth + i + 1]! * q - l[fourth + i + 2]! * r;
    b[i] = p;
    b[i + 1] = q;
    b[i + 2] = r;
    b[i + 3] = s / l[fourth + i + 3]!;
  }
  for (; i < n; i++) {
    const row = i * n;
    let sum = b[i]!;
    for (let j = 0; j < i; j++) sum -= l[row + j]! * b[j]!;
    b[i] = sum / l[row + i]!;
  }
}

/** Solves Lᵀ·x = b in place, four rows of L at a time. */
function backward(l: Float64Array, n: number, b: Float64Array): void {
  let i = n - 1;
  for (; i >= 3; i -= 4) {
    const first = i * n;
    const second = first - n;
    const third = second - n;
    const fourth = third - n;
    const p = b[i]! / l[first + i]!;
    const q = (b[i - 1]! - p * l[first + i - 1]!) / l[second + i - 1]!;
    const r = (b[i - 2]! - p * l[first + i - 2]! - q * l[second + i - 2]!) / l[third + i - 2]!;
    const rest = b[i - 3]! - p * l[first + i - 3]! - q * l[second + i - 3]!;
    const s = (rest - r * l[third + i - 3]!) / l[fourth + i - 3]!;
    b[i] = p;
    b[i - 1] = q;
    b[i - 2] = r;
    b[i - 3] = s;
    for (let j = 0; j < i - 3; j++) {
      const sum = b[j]! - p * l[first + j]! - q * l[second + j]!;
      b[j] = sum - r * l[third + j]! - s * l[fourth + j]!;
    }
  }
  for (; i >= 0; i--) {
    const row = i * n;
    const x = b[i]! / l[row + i]!;
    b[i] = x;
    for (let j = 0; j < i; j++) b[j] = b[j]! - x * l[row + j]!;
  }
}
