import { finishingStages, type FinishingStages } from './finishing-stages.js';
import {
  orthogonalPolynomials,
  stageRecursion,
  type StageRecursion,
  type ZeroPair,
} from './orthogonal-polynomials.js';

/** ROCK4 with a given number of stages: the recursion of the first s − 4, then four that make the order 4. */
export interface FourthOrderCoefficients extends StageRecursion {
  /** |R(z)| ≤ 1 for −boundary ≤ z ≤ 0. */
  readonly boundary: number;
  readonly finish: FinishingStages;
}

/** c_0 + c_1/s² + c_2/s⁴ + c_3/s⁶ */
type Fit = readonly [number, number, number, number];

// Fitted for s = 6, …, 25 by tools/rock4-zeros.py, to the last digit here or nearly.
const boundaryBySquare: Fit = [0.3531, -2.9012, 2.9534, -25.7733];
const interval: Fit = [9.2293, -126.5792, 574.2415, -3035.595];
const zeros: readonly { readonly re: Fit; readonly im: Fit }[] = [
  { re: [-2.4991, 12.434, -14.2452, 211.5352], im: [1.317, -4.7047, -18.1389, -192.4203] },
  { re: [-0.3063, 6.1875, -132.7362, 797.196], im: [3.5815, -20.005, 45.3875, 54.5836] },
];

/** Fewest stages, and most: an error in one stage is amplified by up to 6.5e−5·s⁷. */
export const fewest = 5;
/** Most stages. */
export const most = 25;

let known: readonly FourthOrderCoefficients[] | undefined;

/** The method of s stages; those of all numbers are made together when the first is asked for. */
export function fourthOrderCoefficients(s: number): FourthOrderCoefficients {
  known ??= Array.from({ length: most - fewest + 1 }, (_, i) => coefficientsOf(fewest + i));
  return known[s - fewest]!;
}

/**
 * The stability polynomial is R(z) = w(z)·P_(s−4)(z) = e^z + O(z⁵). P_0, P_1, … are
 * orthogonal with respect to ω(x)²/√(1−x²), where x = −1 at z = −boundary, x = 1 at z = −`interval`, and ω has the two
 * pairs of `zeros`. They are those that make the boundary largest while |R| ≤ 0.95 outside a neighbourhood of 0 and
 * w = ω up to a factor. The rounding of the fits leaves w and ω a little different, and the order 4 untouched, as
 * w is e^z/P_(s−4)(z) up to z⁴.
 * Construction: Abdulle, "Fourth order Chebyshev methods with recurrence relation", SIAM J. Sci. Comput. 23 (2002)
 * 2041–2054.
 */
function coefficientsOf(s: number): FourthOrderCoefficients {
  const square = s * s;
  const at = ([c0, c1, c2, c3]: Fit): number => c0 + (c1 + (c2 + c3 / square) / square) / square;
  const boundary = square * at(boundaryBySquare);
  const d = 2 / (boundary - at(interval));
  const a = d * boundary - 1;
  const pairs = zeros.map(({ re, im }): ZeroPair => ({ p: a + d * at(re), q: d * at(im) }));
  const recursion = stageRecursion(orthogonalPolynomials(pairs, s - 4), a, d);
  return { boundary, ...recursion, finish: finishingStages(recursion) };
}
