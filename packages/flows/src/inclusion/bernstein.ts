/**
 * For each degree m the matrix that takes the values of a polynomial at 0, 1/m, …, 1 to its Bernstein coefficients.
 */
const matrices: (readonly Float64Array[] | undefined)[] = [];

/** The matrix of this degree, row by row. */
export function bernsteinMatrix(m: number): readonly Float64Array[] {
  return (matrices[m] ??= invert(
    Array.from({ length: m + 1 }, (_, j) =>
      Float64Array.from({ length: m + 1 }, (_unused, k) => basis(m, k, j / m)),
    ),
  ));
}

function basis(m: number, k: number, x: number): number {
  let value = x ** k * (1 - x) ** (m - k);
  for (let i = 1; i <= k; i++) value *= (m - k + i) / i;
  return value;
}

/** Gauss–Jordan elimination with pivots. */
function invert(matrix: Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const inverse = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n);
    row[i] = 1;
    return row;
  });
  for (let i = 0; i < n; i++) {
    let best = i;
    for (let j = i; j < n; j++) {
      if (Math.abs(matrix[j]![i]!) > Math.abs(matrix[best]![i]!)) best = j;
    }
    for (const rows of [matrix, inverse]) [rows[i], rows[best]] = [rows[best]!, rows[i]!];
    const pivot = matrix[i]![i]!;
    for (const rows of [matrix, inverse]) rows[i] = rows[i]!.map((x) => x / pivot);
    for (let j = 0; j < n; j++) {
      const factor = matrix[j]![i]!;
      if (j === i || factor === 0) continue;
      for (const rows of [matrix, inverse]) {
        rows[j] = rows[j]!.map((x, l) => x - factor * rows[i]![l]!);
      }
    }
  }
  return inverse;
}

/**
 * The first θ in [0, 1] at which the polynomial with these Bernstein coefficients becomes negative; undefined proves
 * that it does not, by the signs of the coefficients on a subdivision.
 */
export function firstNegative(coefficients: Float64Array): number | undefined {
  if (coefficients[0]! < 0) return 0;
  return search(coefficients, coefficients.length - 1, 0, 1, 0);
}

/** Room for the pieces of a subdivision, by degree and depth. */
const pieces: { readonly left: Float64Array; readonly right: Float64Array }[][] = [];

function search(
  piece: Float64Array,
  m: number,
  from: number,
  to: number,
  depth: number,
): number | undefined {
  let lowest = piece[0]!;
  let changes = 0;
  for (let k = 1; k <= m; k++) {
    if (piece[k]! < 0 !== piece[k - 1]! < 0) changes++;
    lowest = Math.min(lowest, piece[k]!);
  }
  if (lowest >= 0) return undefined;
  if (to - from < 2 ** -50) return to;
  // one change of sign: one zero (Descartes)
  if (changes === 1 && piece[0]! > 0) return from + (to - from) * onlyZero(piece, m);
  const { left, right } = ((pieces[m] ??= [])[depth] ??= {
    left: new Float64Array(m + 1),
    right: new Float64Array(m + 1),
  });
  for (let k = 0; k <= m; k++) right[k] = piece[k]!;
  for (let last = m; last >= 0; last--) {
    left[m - last] = right[0]!;
    for (let k = 0; k < last; k++) right[k] = (right[k]! + right[k + 1]!) / 2;
  }
  const middle = (from + to) / 2;
  if (right[0]! < 0) return search(left, m, from, middle, depth + 1) ?? middle;
  return search(left, m, from, middle, depth + 1) ?? search(right, m, middle, to, depth + 1);
}

/** The zero of a polynomial that is positive at 0, negative at 1 and has no other: by false position (Illinois). */
function onlyZero(coefficients: Float64Array, m: number): number {
  let low = 0;
  let high = 1;
  let atLow = coefficients[0]!;
  let atHigh = coefficients[m]!;
  let lastSide = 0;
  for (let round = 0; round < 60 && high - low > 2 ** -50; round++) {
    let middle = low + ((high - low) * atLow) / (atLow - atHigh);
    // an end that is met but for rounding
    if (!(middle > low && middle < high)) middle = (low + high) / 2;
    if (!(middle > low && middle < high)) break;
    const value = valueAt(coefficients, m, middle);
    if (value >= 0) {
      low = middle;
      atLow = value;
      if (lastSide > 0) atHigh /= 2;
      lastSide = 1;
    } else {
      high = middle;
      atHigh = value;
      if (lastSide < 0) atLow /= 2;
      lastSide = -1;
    }
  }
  return high;
}

/** The value at θ, by Horner's rule in θ/(1 − θ) up to the middle, in (1 − θ)/θ beyond it. */
function valueAt(coefficients: Float64Array, m: number, theta: number): number {
  const isLow = theta <= 0.5;
  const near = isLow ? 1 - theta : theta;
  const ratio = (1 - near) / near;
  let sum = 0;
  let binomial = 1;
  let power = 1;
  for (let k = 0; k <= m; k++) {
    sum += binomial * coefficients[isLow ? k : m - k]! * power;
    power *= ratio;
    binomial *= (m - k) / (k + 1);
  }
  for (let k = 0; k < m; k++) sum *= near;
  return sum;
}
