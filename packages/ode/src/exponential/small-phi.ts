import { scalarPhi } from './scalar-phi.js';
import { tridiagonalEigen } from './tridiagonal-eigen.js';

/** The highest k of φ_k that is computed. */
export const highestPhi = 5;

/** The functions φ_k of a small matrix times the first unit vector; scale ≠ 0. */
export interface SmallPhi {
  /** Turns to scale·H, H the leading size × size block; false where the computation fails. */
  at(scale: number, size: number): boolean;
  /** out += weight·φ_k(scale·H)·e₁, 1 ≤ k ≤ highestPhi */
  add(k: number, weight: number, out: Float64Array): void;
  /** Writes the last entries of φ_k(scale·H)·e₁, k ≥ 1, into out[k]; false where the computation fails. */
  last(scale: number, size: number, out: Float64Array): boolean;
  /** The matrix H has changed. */
  reset(): void;
}

/** For symmetric tridiagonal H, row-major with `stride`: by its eigenvalues, found once for every size. */
export function symmetricPhi(h: Float64Array, stride: number): SmallPhi {
  const eigenvalues = new Float64Array(stride);
  const below = new Float64Array(stride);
  const vectors = new Float64Array(stride * Math.max(2, stride));
  const values = new Float64Array(highestPhi + 1);
  const phi = new Float64Array(stride * values.length);
  let size = 0;
  let ready = 0;
  let succeeded = false;

  function load(): void {
    for (let i = 0; i < size; i++) {
      eigenvalues[i] = h[i * stride + i]!;
      below[i] = i + 1 < size ? h[(i + 1) * stride + i]! : 0;
    }
  }

  return {
    at(scale, wanted) {
      if (wanted !== size) {
        size = wanted;
        ready = 0;
        load();
        vectors.fill(0, 0, size * size);
        for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
        succeeded = tridiagonalEigen(size, eigenvalues, below, vectors, size);
      }
      if (ready === scale) return succeeded;
      ready = scale;
      for (let j = 0; j < size; j++) {
        scalarPhi(scale * eigenvalues[j]!, values);
        phi.set(values, j * values.length);
      }
      return succeeded;
    },
    add(k, weight, out) {
      for (let j = 0; j < size; j++) {
        const factor = weight * phi[j * values.length + k]! * vectors[j]!;
        for (let i = 0; i < size; i++) out[i] = out[i]! + factor * vectors[i * size + j]!;
      }
    },
    last(scale, wanted, out) {
      // two rows of the eigenvectors are enough: size² operations rather than size³
      size = wanted;
      load();
      vectors.fill(0, 0, 2 * size);
      vectors[0] = 1;
      vectors[2 * size - 1] = 1;
      const found = tridiagonalEigen(size, eigenvalues, below, vectors, 2);
      out.fill(0);
      for (let j = 0; j < size; j++) {
        scalarPhi(scale * eigenvalues[j]!, values);
        const factor = vectors[j]! * vectors[size + j]!;
        for (let k = 1; k <= highestPhi; k++) out[k] = out[k]! + factor * values[k]!;
      }
      size = 0;
      return found;
    },
    reset() {
      size = 0;
    },
  };
}

/**
 * For any H: the exponential of [[scale·H, e₁, 0], [0, 0, 1], [0, 0, 0]], extended to a chain of highestPhi ones, has
 * φ_1(scale·H)·e₁, φ_2(scale·H)·e₁, … as further columns. By scaling, the Taylor polynomial and squaring.
 * Sidje, "Expokit", ACM Trans. Math. Softw. 24 (1998) 130–156, theorem 1.
 */
export function generalPhi(h: Float64Array, stride: number): SmallPhi {
  const most = stride + highestPhi;
  let result = new Float64Array(most * most);
  let product = new Float64Array(most * most);
  const matrix = new Float64Array(most * most);
  let size = 0;
  let n = 0;
  let ready = 0;

  const self: SmallPhi = {
    at(scale, wanted) {
      if (ready === scale && size === wanted) return true;
      ready = 0;
      size = wanted;
      n = size + highestPhi;
      matrix.fill(0, 0, n * n);
      let norm = 1;
      for (let i = 0; i < size; i++) {
        let row = i === 0 ? 1 : 0;
        for (let j = 0; j < size; j++) {
          matrix[i * n + j] = scale * h[i * stride + j]!;
          row += Math.abs(matrix[i * n + j]!);
        }
        norm = Math.max(norm, row);
      }
      if (!Number.isFinite(norm)) return false;
      matrix[size] = 1;
      for (let i = size; i + 1 < n; i++) matrix[i * n + i + 1] = 1;
      let squarings = 0;
      for (; norm > 0.5; norm /= 2) squarings++;
      let divisor = 1;
      for (let i = 0; i < squarings; i++) divisor *= 2;
      for (let i = 0; i < n * n; i++) matrix[i] = matrix[i]! / divisor;
      // 1 + A(1 + A/2(1 + A/3(…)))
      result.fill(0, 0, n * n);
      for (let degree = 14; degree >= 0; degree--) {
        for (let i = 0; i < n; i++) result[i * n + i] = result[i * n + i]! + 1;
        if (degree === 0) break;
        multiply(matrix, result, product, n);
        for (let i = 0; i < n * n; i++) product[i] = product[i]! / degree;
        [result, product] = [product, result];
      }
      for (let i = 0; i < squarings; i++) {
        multiply(result, result, product, n);
        [result, product] = [product, result];
      }
      ready = scale;
      return true;
    },
    add(k, weight, out) {
      for (let i = 0; i < size; i++) out[i] = out[i]! + weight * result[i * n + size + k - 1]!;
    },
    last(scale, wanted, out) {
      if (!self.at(scale, wanted)) return false;
      for (let k = 1; k <= highestPhi; k++) out[k] = result[(size - 1) * n + size + k - 1]!;
      return true;
    },
    reset() {
      ready = 0;
    },
  };
  return self;
}

function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  out.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) out[i * n + j] = out[i * n + j]! + factor * b[k * n + j]!;
    }
  }
}
