// Derivatives of any order k of sin(πx)/(πx) and (eˣ − 1)/x: power series near 0, recurrences elsewhere.

/** The derivative of order k of sinc x = sin(πx)/(πx). */
export function sincDerivative(k: number): (x: number) => number {
  const scale = Math.PI ** k;
  return (x) => {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? NaN : 0;
    const t = Math.PI * x;
    if (Math.abs(t) <= 1 + k) return scale * sincSeries(t, k);
    // t·s⁽ᵏ⁾(t) + k·s⁽ᵏ⁻¹⁾(t) = sin⁽ᵏ⁾(t) for s(t) = sin t/t
    let s = 0;
    for (let j = 0; j <= k; j++) s = (sineOfPi(x, j) - j * s) / t;
    return scale * s;
  };
}

/** sin⁽ʲ⁾(πx), with x reduced before it is multiplied by π. */
function sineOfPi(x: number, j: number): number {
  // |r| ≤ ½, x = n + r
  const n = Math.round(x);
  const r = Math.PI * (x - n);
  const value = j % 2 === 0 ? Math.sin(r) : Math.cos(r);
  const turns = (n % 2 === 0 ? 0 : 1) + (j % 4 >= 2 ? 1 : 0);
  return turns % 2 === 0 ? value : -value;
}

/** Σ (−1)ⁿ t^{2n−k}/((2n − k)!(2n + 1)) over 2n ≥ k. */
function sincSeries(t: number, k: number): number {
  let n = Math.ceil(k / 2);
  let power = 2 * n === k ? 1 : t;
  let sum = 0;
  for (;;) {
    const term = (n % 2 === 0 ? power : -power) / (2 * n + 1);
    const before = sum;
    sum += term;
    if (sum === before) return sum;
    n++;
    power *= (t * t) / ((2 * n - k) * (2 * n - k - 1));
  }
}

/** The derivative of order k of exprel x = (eˣ − 1)/x, which is ∫ tᵏeˣᵗ dt over [0, 1]. */
export function exprelDerivative(k: number): (x: number) => number {
  return (x) => {
    if (k > 0 && Math.abs(x) <= 1 + k) return x < 0 ? Math.exp(x) * kummer(-x, k) : direct(x, k);
    if (x === 0) return 1 / (k + 1);
    if (x === Infinity) return Infinity;
    if (x === -Infinity) return 0;
    // e⁽ᵏ⁾ = (eˣ − k·e⁽ᵏ⁻¹⁾)/x, in units of eˣ where that overflows
    let e = Math.expm1(x) / x;
    const top = Math.exp(x);
    if (top === Infinity) return largeExprel(x, k);
    for (let j = 1; j <= k; j++) e = (top - j * e) / x;
    return e;
  };
}

/** Where eˣ overflows and the derivative may not: eˣ⁄²·(eˣ⁄²·(1 − k/x + …)/x). */
function largeExprel(x: number, k: number): number {
  const half = Math.exp(x / 2);
  let e = 1 / x;
  for (let j = 1; j <= k; j++) e = (1 - j * e) / x;
  return half * (half * e);
}

/** Σ xⁿ/(n!(n + k + 1)): all terms of one sign for x ≥ 0. */
function direct(x: number, k: number): number {
  let term = 1;
  let sum = 0;
  for (let n = 0; ; n++) {
    const before = sum;
    sum += term / (n + k + 1);
    if (sum === before) return sum;
    term *= x / (n + 1);
  }
}

/** ∫ (1 − s)ᵏeˢʸ ds = Σ yⁿ·k!/(n + k + 1)! */
function kummer(y: number, k: number): number {
  let term = 1 / (k + 1);
  let sum = 0;
  for (let n = 0; ; n++) {
    const before = sum;
    sum += term;
    if (sum === before) return sum;
    term *= y / (n + k + 2);
  }
}
