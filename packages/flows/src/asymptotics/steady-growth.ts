import type { GrowthLaw } from './growth-laws.js';
import type { LineFit } from './least-squares.js';

/** Standard errors that the exponent of the speed must be away from 1. */
const confidence = 3;

/**
 * Growth that is slow but steady, as towards polynomials over their first decades: 5 % or more over the window, one law that
 * explains 95 % of it, no third of the window with less than a third of the mean growth, and a speed ~ t^(−q) that is not
 * integrable: q < 1, or q = 1 within bars of at most ±0.3. The reason, or nothing.
 */
export function steadyGrowth(
  norms: readonly number[],
  [law]: readonly [GrowthLaw, GrowthLaw],
  decay: LineFit,
): string | undefined {
  const [first, last] = [norms[0]!, norms.at(-1)!];
  const persists =
    last - first >= 0.05 * last &&
    law.rate > confidence * law.rateError &&
    law.explained >= 0.95 &&
    slowestThird(law.form === 'power' ? norms.map(Math.log) : norms) >= 1 / 3;
  if (!persists) return undefined;
  const [q, margin] = [-decay.slope, confidence * decay.slopeError];
  const rate = `‖Θ'‖ ~ t^(−${q.toPrecision(3)} ± ${decay.slopeError.toPrecision(1)})`;
  if (q + margin < 1) return `${rate} is not integrable, and ‖Θ‖ keeps growing`;
  if (q - margin <= 1 && margin <= 0.3) return `${rate}, and ‖Θ‖ keeps growing like log t`;
  return undefined;
}

/** The least growth in a third of the window, as a share of the mean growth; negative where it shrinks. */
function slowestThird(values: readonly number[]): number {
  const at = [0, 1, 2, 3].map((k) => values[Math.round((k * (values.length - 1)) / 3)]!);
  const mean = (at[3]! - at[0]!) / 3;
  return Math.min(...[0, 1, 2].map((k) => at[k + 1]! - at[k]!)) / mean;
}
