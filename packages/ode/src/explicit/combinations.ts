import { Combination } from './combination.js';
import { Quartic } from './quartic.js';
import type { ExplicitDefinition } from './tableau.js';

/** The combinations of stages that an explicit Runge–Kutta method consists of. */
export interface Combinations {
  /** By stage: its state. */
  readonly rows: readonly Combination[];
  readonly step: Combination;
  readonly errorOf: Combination | undefined;
  readonly lowerErrorOf: Combination | undefined;
  readonly extraRows: readonly Combination[];
  /** By power of θ from 1 on: the coefficient of the interpolant. */
  readonly powers: readonly Combination[];
  /** All of them, if these are four. */
  readonly quartic: Quartic | undefined;
}

/** Reads the combinations off the coefficients of a method. */
export function combinationsOf({ a, b, e, lowerE, interpolant }: ExplicitDefinition): Combinations {
  const { p, extra } = interpolant;
  const combined = (weights: readonly number[]): Combination => new Combination(weights);
  return {
    rows: a.map(combined),
    step: combined(b),
    errorOf: e && combined(e),
    lowerErrorOf: lowerE && combined(lowerE),
    extraRows: (extra?.a ?? []).map(combined),
    powers: p[0]!.map((_, j) => combined(p.map((row) => row[j]!))),
    quartic: Quartic.of(p),
  };
}
