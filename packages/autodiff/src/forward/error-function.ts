// erf and erfc without tables: a series of positive terms near 0 (Abramowitz and Stegun, 7.1.6) and the
// continued fraction of erfc (7.1.14), evaluated from its tail, elsewhere.

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 1.5) return seriesOfErf(x);
  if (size > 6) return Math.sign(x);
  return Math.sign(x) * (1 - fractionOfErfc(size));
}

/** 1 − erf(x), with full relative precision for large x. */
export function erfc(x: number): number {
  return x > 0.75 ? fractionOfErfc(x) : 1 - erf(x);
}

/** 2/√π e^{−x²} Σ 2ⁿ x^{2n+1}/(1·3⋯(2n+1)). */
function seriesOfErf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return twoOverRootPi * gaussian(x) * total;
}

/** 2/√π e^{−x²} / (2x + 2/(2x + 4/(2x + 6/…))) for x ≥ 0.75. */
function fractionOfErfc(x: number): number {
  if (x > 27.3) return 0;
  let tail = 2 * x;
  for (let n = Math.ceil(24 + 220 / (x * x)); n >= 1; n--) tail = 2 * x + (2 * n) / tail;
  return (twoOverRootPi * gaussian(x)) / tail;
}

/** e^{−x²}, x² taken in two parts so that its rounding does not grow with x. */
function gaussian(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}
