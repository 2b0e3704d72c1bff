/** The cubic through y₀ and y₁ with the derivatives f₀ and f₁ a step h apart, in powers of θ; its degree. */
export function hermiteCoefficients(
  h: number,
  y0: Float64Array,
  f0: Float64Array,
  y1: Float64Array,
  f1: Float64Array,
  [constant, linear, quadratic, cubic]: readonly Float64Array[],
): number {
  constant!.set(y0);
  for (let i = 0; i < y0.length; i++) {
    const rise = y1[i]! - y0[i]!;
    const start = h * f0[i]!;
    const end = h * f1[i]!;
    linear![i] = start;
    quadratic![i] = 3 * rise - 2 * start - end;
    cubic![i] = start + end - 2 * rise;
  }
  return 3;
}
