/** The factors P·A = L·U of the complex matrix factorized last, by columns with partial pivoting. */
export interface ComplexFactorization {
  /** Factorizes re + i·im, n×n, row by row, in place; false if it is singular. Keeps both arrays. */
  factorize(re: Float64Array, im: Float64Array): boolean;
  /** Solves A·x = b in place. */
  solve(re: Float64Array, im: Float64Array): void;
}

/** Factorizes complex matrices of dimension n by rows, with partial pivoting. */
export function complexLuFactorization(n: number): ComplexFactorization {
  let a: Float64Array = new Float64Array(0);
  let b: Float64Array = new Float64Array(0);
  const pivots = new Int32Array(n);

  const swap = (vector: Float64Array, i: number, j: number): void => {
    const kept = vector[i]!;
    vector[i] = vector[j]!;
    vector[j] = kept;
  };

  return {
    factorize(re, im) {
      a = re;
      b = im;
      for (let k = 0; k < n; k++) {
        let pivot = k;
        let largest = -1;
        for (let i = k; i < n; i++) {
          const size = Math.abs(a[i * n + k]!) + Math.abs(b[i * n + k]!);
          if (size > largest) {
            largest = size;
            pivot = i;
          }
        }
        if (!(largest > 0 && largest < Infinity)) return false;
        pivots[k] = pivot;
        if (pivot !== k) {
          for (let j = 0; j < n; j++) {
            swap(a, k * n + j, pivot * n + j);
            swap(b, k * n + j, pivot * n + j);
          }
        }
        const c = a[k * n + k]!;
        const d = b[k * n + k]!;
        const square = c * c + d * d;
        const shift = k * n;
        for (let i = k + 1; i < n; i++) {
          const p = a[i * n + k]!;
          const q = b[i * n + k]!;
          if (p === 0 && q === 0) continue;
          const x = (p * c + q * d) / square;
          const y = (q * c - p * d) / square;
          a[i * n + k] = x;
          b[i * n + k] = y;
          const end = (i + 1) * n;
          const back = i * n - shift;
          for (let at = i * n + k + 1; at < end; at++) {
            const u = a[at - back]!;
            const v = b[at - back]!;
            a[at] = a[at]! - (x * u - y * v);
            b[at] = b[at]! - (x * v + y * u);
          }
        }
      }
      return true;
    },
    solve(re, im) {
      for (let k = 0; k < n; k++) {
        const pivot = pivots[k]!;
        if (pivot !== k) {
          swap(re, k, pivot);
          swap(im, k, pivot);
        }
      }
      for (let i = 0; i < n; i++) {
        let p = re[i]!;
        let q = im[i]!;
        for (let j = 0; j < i; j++) {
          const x = a[i * n + j]!;
          const y = b[i * n + j]!;
          p -= x * re[j]! - y * im[j]!;
          q -= x * im[j]! + y * re[j]!;
        }
        re[i] = p;
        im[i] = q;
      }
      for (let i = n - 1; i >= 0; i--) {
        let p = re[i]!;
        let q = im[i]!;
        for (let j = i + 1; j < n; j++) {
          const x = a[i * n + j]!;
          const y = b[i * n + j]!;
          p -= x * re[j]! - y * im[j]!;
          q -= x * im[j]! + y * re[j]!;
        }
        const c = a[i * (n + 1)]!;
        const d = b[i * (n + 1)]!;
        const square = c * c + d * d;
        re[i] = (p * c + q * d) / square;
        im[i] = (q * c - p * d) / square;
      }
    },
  };
}
