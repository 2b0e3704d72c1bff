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
  if (degree === 4) squaresOfQuartic(coefficients, share);
  else squaresOfSlope(coefficients, degree, share);
  let integral = 0;
  for (let q = 0; q < nodes.length; q++) {
    integral += (weights[q]! * squares[q]!) / rate(start + nodes[q]! * share * step);
  }
  return (integral * share) / step;
}

/** By node: ‖Σ j·c_j·θ^(j−1)‖² of the last step. */
const squares = new Float64Array(nodes.length);

/** Finds them at the nodes of [0, share]. */
function squaresOfSlope(
  coefficients: readonly Float64Array[],
  degree: number,
  share: number,
): void {
  const n = coefficients[0]!.length;
  for (let q = 0; q < nodes.length; q++) {
    const theta = nodes[q]! * share;
    let square = 0;
    for (let i = 0; i < n; i++) {
      let derivative = 0;
      for (let j = degree; j > 0; j--) derivative = derivative * theta + j * coefficients[j]![i]!;
      square += derivative * derivative;
    }
    squares[q] = square;
  }
}

/** The same for the most common degree, all nodes in one pass. */
function squaresOfQuartic(coefficients: readonly Float64Array[], share: number): void {
  const [, first, second, third, fourth] = coefficients as readonly [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const p = nodes[0]! * share;
  const q = nodes[1]! * share;
  const r = nodes[2]! * share;
  const s = nodes[3]! * share;
  const t = nodes[4]! * share;
  let [atP, atQ, atR, atS, atT] = [0, 0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const a = first[i]!;
    const b = 2 * second[i]!;
    const c = 3 * third[i]!;
    const d = 4 * fourth[i]!;
    const u = ((d * p + c) * p + b) * p + a;
    const v = ((d * q + c) * q + b) * q + a;
    const w = ((d * r + c) * r + b) * r + a;
    const x = ((d * s + c) * s + b) * s + a;
    const y = ((d * t + c) * t + b) * t + a;
    atP += u * u;
    atQ += v * v;
    atR += w * w;
    atS += x * x;
    atT += y * y;
  }
  squares[0] = atP;
  squares[1] = atQ;
  squares[2] = atR;
  squares[3] = atS;
  squares[4] = atT;
}
