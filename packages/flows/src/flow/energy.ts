import type { Segment } from '@nonsmooth/ode';

// Five-point Gauss–Legendre on [0, 1]: exact for ‖Θ'‖² of interpolants up to degree 5.
const middle = Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3;
const outer = Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3;
const near = (322 + 13 * Math.sqrt(70)) / 1800;
const far = (322 - 13 * Math.sqrt(70)) / 1800;
const nodes = Float64Array.of(
  (1 - outer) / 2,
  (1 - middle) / 2,
  0.5,
  (1 + middle) / 2,
  (1 + outer) / 2,
);
const weights = Float64Array.of(far, near, 64 / 225, near, far);

/** ∫‖Θ'‖² dt = ∫‖dΘ/ds‖²/(dt/ds) ds over a step in s up to `end`, from its interpolant. */
export function dissipation(
  { start, step, degree, coefficients }: Segment,
  end: number,
  rate: (s: number) => number,
): number {
  const share = (end - start) / step;
  let integral = 0;
  for (let q = 0; q < nodes.length; q++) {
    const theta = nodes[q]! * share;
    const square =
      degree === 4
        ? squareOfQuartic(coefficients, theta)
        : squareOfSlope(coefficients, degree, theta);
    integral += (weights[q]! * square) / rate(start + theta * step);
  }
  return (integral * share) / step;
}

/** ‖Σ j·c_j·θ^(j−1)‖². */
function squareOfSlope(
  coefficients: readonly Float64Array[],
  degree: number,
  theta: number,
): number {
  let square = 0;
  const n = coefficients[0]!.length;
  for (let i = 0; i < n; i++) {
    let derivative = 0;
    for (let j = degree; j > 0; j--) derivative = derivative * theta + j * coefficients[j]![i]!;
    square += derivative * derivative;
  }
  return square;
}

/** The same for the most common degree. */
function squareOfQuartic(coefficients: readonly Float64Array[], theta: number): number {
  const [, a, b, c, d] = coefficients as readonly [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let square = 0;
  for (let i = 0; i < a.length; i++) {
    const derivative = ((4 * d[i]! * theta + 3 * c[i]!) * theta + 2 * b[i]!) * theta + a[i]!;
    square += derivative * derivative;
  }
  return square;
}
