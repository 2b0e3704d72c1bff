import { exponential } from '../power.js';

/**
 * Writes φ_0(x), …, φ_p(x), p = out.length − 1: φ_0 = exp, φ_(k+1)(x) = (φ_k(x) − 1/k!)/x, φ_k(0) = 1/k!.
 * Hochbruck, Ostermann, "Exponential integrators", Acta Numerica 19 (2010) 209–286, section 2.1.
 */
export function scalarPhi(x: number, out: Float64Array): void {
  const p = out.length - 1;
  out[0] = exponential(x);
  if (x < -2 || x > 2) {
    let factorial = 1;
    for (let k = 0; k < p; k++) {
      out[k + 1] = (out[k]! - 1 / factorial) / x;
      factorial *= k + 1;
    }
    return;
  }
  // φ_p(x) = Σ x^j/(j + p)!, then backwards φ_k = x·φ_(k+1) + 1/k!, without cancellation for x ≥ 0 and little below
  let term = 1;
  for (let j = 1; j <= p; j++) term /= j;
  let inverseFactorial = term;
  let sum = 0;
  for (let j = 1; j <= 28; j++) {
    sum += term;
    term *= x / (j + p);
  }
  out[p] = sum;
  for (let k = p - 1; k >= 1; k--) {
    inverseFactorial *= k + 1;
    out[k] = x * out[k + 1]! + inverseFactorial;
  }
}
