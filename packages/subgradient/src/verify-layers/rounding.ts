/** The unit roundoff of double precision. */
export const unit: number = 2 ** -53;

/** More than one operation loses by underflow, whatever the hardware does with subnormal numbers. */
export const tiny: number = 2 ** -1020;

/** A bound computed by up to 2²⁰ rounded operations on numbers ≥ 0, made an upper bound of its exact value. */
export const outward: number = 1 + 2 ** -30;

/** γ_n = nu/(1 − nu): relative error of n rounded operations in any order (Higham, Accuracy and Stability, §3.1). */
export function gamma(n: number): number {
  return (n * unit) / (1 - n * unit);
}
