import { halfDecade, type HalfDecades } from './half-decades.js';

/** Where the loss goes: L∞ lies in the interval, of which the upper end is the last loss. */
export interface AsymptoticLevel {
  /** −∞ below where nothing bounds it: the decay is too slow to tell. */
  readonly interval: readonly [number, number];
  /** The end of the power law through the last decrements, within the interval. */
  readonly estimate: number;
  /** rest: the loss stands still; logarithm: the law that decays slowest among those that fit; bound: what is known beforehand; certificate: proved. */
  readonly by: 'rest' | 'logarithm' | 'bound' | 'certificate';
}

/** Rounding of a mean of squares, relative. */
const rounding = 4e-14;

/**
 * L_T − L∞ = ∫e dτ with e = −dL/dτ, τ = log(T/t₁). From the decrements Δ_j of L per half decade: s is the least of their last
 * three decay rates, less half of their spread, and κ = s·(τ − 1.15) the exponent of e ~ τ^(−κ); the bar is twice the
 * tail of that law, L_T − L∞ ≤ 2(Δ₀/1.15)τ/(κ − 1), and has no lower end for κ ≤ 1.05.
 * @param bound What L never falls below: 0 for risks.
 */
export function asymptoticLevel({ losses, logSpan }: HalfDecades, bound: number): AsymptoticLevel {
  const end = losses[0]!;
  const decrements = losses.slice(1).map((loss, j) => loss - losses[j]!);
  const unknown: AsymptoticLevel = {
    interval: [Math.min(bound, end), end],
    estimate: end,
    by: 'bound',
  };
  if (decrements.length < 4) return unknown;
  const [first, second] = [decrements[0]!, decrements[1]!];
  if (Math.abs(first) <= rounding * Math.abs(end) || Math.abs(first) <= 1e-3 * Math.abs(second)) {
    const low = end - Math.max(rounding * Math.abs(end), 2 * Math.abs(first));
    return { interval: [Math.max(bound, low), end], estimate: end, by: 'rest' };
  }
  const rates = [0, 1, 2].map((j) => Math.log(decrements[j + 1]! / decrements[j]!) / halfDecade);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  const s = least - (most - least) / 2;
  const ratio = Math.exp(-halfDecade * least);
  const powerLaw = least > 0 ? end - (first * ratio) / (1 - ratio) : end;
  const kappa = s * (logSpan - halfDecade);
  const bar = kappa > 1.05 ? (2 * (first / halfDecade) * logSpan) / (kappa - 1) : Infinity;
  const low = Math.max(bound, end - bar);
  if (!(low <= end)) return unknown;
  return {
    interval: [low, end],
    estimate: Math.max(low, powerLaw),
    by: end - bar > bound ? 'logarithm' : 'bound',
  };
}

/** The level of a flow that rests at this loss, known to the rounding of the loss. */
export function levelAtRest(end: number, bound: number): AsymptoticLevel {
  return {
    interval: [Math.min(end, Math.max(bound, end - rounding * Math.abs(end))), end],
    estimate: end,
    by: 'rest',
  };
}
