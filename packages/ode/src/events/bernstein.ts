import { bracketedZero } from './bracket.js';

/** The polynomial with these Bernstein coefficients at θ, by de Casteljau; destroys `work`. */
function valueAt(coefficients: ArrayLike<number>, theta: number): number {
  const work = Float64Array.from(coefficients);
  for (let last = work.length - 1; last > 0; last--) {
    for (let k = 0; k < last; k++) work[k] = work[k]! + theta * (work[k + 1]! - work[k]!);
  }
  return work[0]!;
}

/** Coefficients of (p(θ) − p(0))/θ. */
export function deflate(coefficients: Float64Array): Float64Array {
  const m = coefficients.length - 1;
  return Float64Array.from(
    { length: m },
    (_, k) => (m / (k + 1)) * (coefficients[k + 1]! - coefficients[0]!),
  );
}

/**
 * The first θ in [0, 1] at which the polynomial with these Bernstein coefficients leaves the side `side` = ±1:
 * undefined is a proof that it does not, by the signs of the coefficients of a subdivision. A polynomial that only
 * touches zero within rounding does not leave.
 */
export function firstCrossing(coefficients: Float64Array, side: number): number | undefined {
  if (coefficients[0]! * side < 0) return 0;
  const search = (piece: Float64Array, low: number, high: number): number | undefined => {
    let changes = 0;
    let before = side;
    for (const value of piece) {
      if (value * before < 0) {
        changes++;
        before = -before;
      }
    }
    const m = piece.length - 1;
    if (changes === 0) return high === 1 && piece[m] === 0 && piece[0] !== 0 ? 1 : undefined;
    if (changes === 1 && piece[m]! * side < 0) {
      const first = piece[0]! * side > 0 ? piece[0]! : side * Number.MIN_VALUE;
      return bracketedZero((x) => valueAt(coefficients, x), low, high, first, piece[m]!);
    }
    const middle = (low + high) / 2;
    if (high - low < 2 ** -40) return piece[m]! * side < 0 ? high : undefined;
    const left = new Float64Array(m + 1);
    const right = piece.slice();
    for (let last = m; last >= 0; last--) {
      left[m - last] = right[0]!;
      for (let k = 0; k < last; k++) right[k] = (right[k]! + right[k + 1]!) / 2;
    }
    return search(left, low, middle) ?? search(right, middle, high);
  };
  return search(coefficients, 0, 1);
}
