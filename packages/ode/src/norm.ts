/** √(mean of (x_i / scale_i)²), scale_i = atol_i + rtol·max(|y_i|, |ŷ_i|). */
export function scaledNorm(
  x: Float64Array,
  y: Float64Array,
  other: Float64Array,
  atol: number | Float64Array,
  rtol: number,
): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const absolute = typeof atol === 'number' ? atol : atol[i]!;
    const scale = absolute + rtol * Math.max(Math.abs(y[i]!), Math.abs(other[i]!));
    sum += (x[i]! / scale) ** 2;
  }
  return Math.sqrt(sum / Math.max(1, x.length));
}
