import { ArgumentError, requireKnownOptions } from '@nonsmooth/core';
import { defaultKinks, type Kinks } from './kinks.js';

/** A point where a function of one variable has a kink, with the derivatives from both sides. */
export interface Kink {
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

/** The parameter of an activation or a loss. */
export interface ParameterTraits {
  /** What the literature calls it. */
  readonly name: string;
  readonly default: number;
  readonly allowed: 'finite' | 'positive';
}

const ranges = {
  finite: { text: 'a finite number', test: Number.isFinite },
  positive: { text: 'a finite number > 0', test: (x: number) => x > 0 && x < Infinity },
} as const;

/**
 * The parameter, or its default; NaN for functions without one.
 * @throws ArgumentError for a parameter that the function does not have or that is not allowed.
 */
export function parameterOf(
  argument: string,
  given: number | undefined,
  name: string,
  traits: ParameterTraits | undefined,
): number {
  if (!traits) {
    if (given !== undefined) throw new ArgumentError(argument, given, `none for ${name}`);
    return Number.NaN;
  }
  const parameter = given ?? traits.default;
  const { text, test } = ranges[traits.allowed];
  if (typeof parameter !== 'number' || !test(parameter))
    throw new ArgumentError(argument, parameter, `${text} (${traits.name})`);
  return parameter;
}

/** The constants of `Kinks` with their ranges checked. @throws ArgumentError. */
export function requireKinks(kinks: Kinks): void {
  requireKnownOptions('kinks', kinks, defaultKinks);
  const lowest = { relu: 0, abs: -1, tie: 0 };
  for (const name of ['relu', 'abs', 'tie'] as const) {
    if (!(typeof kinks?.[name] === 'number' && kinks[name] >= lowest[name] && kinks[name] <= 1)) {
      throw new ArgumentError(`kinks.${name}`, kinks?.[name], `a number in [${lowest[name]}, 1]`);
    }
  }
}
