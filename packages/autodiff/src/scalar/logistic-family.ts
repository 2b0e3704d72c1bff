/** 1/(1 + e⁻ˣ); below −700, where e⁻ˣ overflows before the quotient underflows, eˣ. */
export function logistic(x: number): number {
  return x < -700 ? Math.exp(x) : 1 / (1 + Math.exp(-x));
}

/** The derivative of the logistic function: e^{−|x|}/(1 + e^{−|x|})². */
export function logisticSlope(x: number): number {
  const e = Math.exp(-Math.abs(x));
  const d = 1 + e;
  return e / (d * d);
}

/** max(x, 0) + log(1 + e^{−|x|}) does not overflow. */
export function softplus(x: number): number {
  return (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log(1 − eˣ) for x ≤ 0 (Mächler, "Accurately computing log(1 − exp(−|a|))", 2012). */
export function log1mexp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/** log cosh x: log(1 + 2 sinh²(x/2)) near 0, |x| + log(1 + e^{−2|x|}) − log 2 elsewhere. */
export function logCosh(x: number): number {
  const size = Math.abs(x);
  if (size < 1) {
    const s = Math.sinh(x / 2);
    return Math.log1p(2 * s * s);
  }
  return size + (Math.log1p(Math.exp(-2 * size)) - Math.LN2);
}
