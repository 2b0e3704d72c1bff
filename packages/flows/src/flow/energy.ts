import type { Segment } from '@nonsmooth/ode';

// Five-point Gauss–Legendre on [0, 1]: exact for ‖Θ'‖² of interpolants up to degree 5.
const middle = Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3;
const outer = Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3;
const near = (322 + 13 * Math.sqrt(70)) / 1800;
const far = (322 - 13 * Math.sqrt(70)) / 1800;
const rule: readonly (readonly [number, number])[] = [
  [(1 - outer) / 2, far],
  [(1 - middle) / 2, near],
  [0.5, 64 / 225],
  [(1 + middle) / 2, near],
  [(1 + outer) / 2, far],
];

/** ∫‖Θ'‖² dt = ∫‖dΘ/ds‖²/(dt/ds) ds over a step in s, from its interpolant. */
export function dissipation(
  { start, end, step, degree, coefficients }: Segment,
  rate: (s: number) => number,
): number {
  const share = (end - start) / step;
  let integral = 0;
  for (const [node, weight] of rule) {
    const theta = node * share;
    let square = 0;
    for (let i = 0; i < coefficients[0]!.length; i++) {
      let derivative = 0;
      for (let j = degree; j > 0; j--) derivative = derivative * theta + j * coefficients[j]![i]!;
      square += derivative * derivative;
    }
    integral += (weight * square) / rate(start + theta * step);
  }
  return (integral * share) / step;
}
