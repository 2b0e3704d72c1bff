/**
 * A QR factorization of a changing list of columns in Rⁿ, Q with orthonormal columns and R upper triangular:
 * what active-set methods need. Working with QR instead of Gram matrices keeps the condition number unsquared.
 */
export interface ActiveFactor {
  /** Number of columns. */
  readonly size: number;
  /** Appends a column; false (and nothing changed) if it depends on the others to within rounding. */
  append(column: ArrayLike<number>): boolean;
  /** Removes column `index`; the later ones move down by one. */
  remove(index: number): void;
  clear(): void;
  /** Writes the least-squares coefficients of `target` in the columns into `out`. */
  solve(target: ArrayLike<number>, out: Float64Array): void;
  /** Replaces `vector` by its part orthogonal to all columns. */
  reject(vector: Float64Array): void;
  /** Writes the solution of RᵀR·u = 1 (all ones) into `out`. */
  solveNormalOnes(out: Float64Array): void;
}

/** Relative size of the orthogonal part below which a column counts as dependent. */
const dependent = 1e-13;

/** An empty factor for up to `capacity` rows of length `dimension`; all memory is allocated here. */
export function activeFactor(dimension: number, capacity: number): ActiveFactor {
  const n = dimension;
  const most = Math.min(capacity, dimension);
  const q = new Float64Array(n * most);
  const r = new Float64Array(most * most); // column c of R at c·most
  const work = new Float64Array(n);
  let size = 0;

  /** Subtracts from `work` its projection on the first `size` columns of Q; adds the coefficients to `to`. */
  function orthogonalize(vector: Float64Array, to: number): void {
    for (let c = 0; c < size; c++) {
      let product = 0;
      const at = c * n;
      for (let t = 0; t < n; t++) product += q[at + t]! * vector[t]!;
      for (let t = 0; t < n; t++) vector[t]! -= product * q[at + t]!;
      if (to >= 0) r[to + c]! += product;
    }
  }

  function backSubstitute(out: Float64Array): void {
    for (let row = size - 1; row >= 0; row--) {
      const value = out[row]! / r[row * most + row]!;
      out[row] = value;
      for (let above = 0; above < row; above++) out[above]! -= value * r[row * most + above]!;
    }
  }

  return {
    get size(): number {
      return size;
    },
    append(column) {
      if (size === most) return false;
      let before = 0;
      for (let t = 0; t < n; t++) {
        work[t] = column[t]!;
        before += work[t]! * work[t]!;
      }
      const to = size * most;
      r.fill(0, to, to + most);
      orthogonalize(work, to);
      orthogonalize(work, to);
      let after = 0;
      for (let t = 0; t < n; t++) after += work[t]! * work[t]!;
      const length = Math.sqrt(after);
      if (!(length > dependent * Math.sqrt(before))) return false;
      r[to + size] = length;
      for (let t = 0; t < n; t++) q[size * n + t] = work[t]! / length;
      size++;
      return true;
    },
    remove(index) {
      for (let c = index; c < size - 1; c++) {
        for (let row = 0; row <= c + 1; row++) r[c * most + row] = r[(c + 1) * most + row]!;
      }
      size--;
      // Columns index.. now have one entry below the diagonal; a Givens rotation of rows c, c + 1 removes each.
      for (let c = index; c < size; c++) {
        const a = r[c * most + c]!;
        const b = r[c * most + c + 1]!;
        const length = Math.hypot(a, b);
        const cos = a / length;
        const sin = b / length;
        for (let later = c; later < size; later++) {
          const at = later * most + c;
          const u = r[at]!;
          const v = r[at + 1]!;
          r[at] = cos * u + sin * v;
          r[at + 1] = cos * v - sin * u;
        }
        for (let t = 0; t < n; t++) {
          const u = q[c * n + t]!;
          const v = q[(c + 1) * n + t]!;
          q[c * n + t] = cos * u + sin * v;
          q[(c + 1) * n + t] = cos * v - sin * u;
        }
      }
    },
    clear() {
      size = 0;
    },
    solve(target, out) {
      for (let c = 0; c < size; c++) {
        let product = 0;
        for (let t = 0; t < n; t++) product += q[c * n + t]! * target[t]!;
        out[c] = product;
      }
      backSubstitute(out);
    },
    reject(vector) {
      orthogonalize(vector, -1);
      orthogonalize(vector, -1);
    },
    solveNormalOnes(out) {
      for (let row = 0; row < size; row++) {
        let value = 1;
        for (let c = 0; c < row; c++) value -= r[row * most + c]! * out[c]!;
        out[row] = value / r[row * most + row]!;
      }
      backSubstitute(out);
    },
  };
}
