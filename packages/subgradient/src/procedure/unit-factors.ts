import { multiplyBalls, type Ball } from './ball.js';
import { kinds, type Tape } from './tape.js';

/** A scalar as a product of factors that are not 0 near the point, and of what is left. */
export interface Stripped {
  readonly scalar: number;
  /** The product of the factors at the point. */
  readonly factor: Ball;
}

/**
 * Takes factors off a scalar that is 0 as long as they are certainly not 0: y·(1 + x) is y times a unit near x = 0.
 * Near the point both have the same zeros, and their signs differ by that of the factor.
 */
export function withoutUnitFactors(tape: Tape, id: number): Stripped {
  let scalar = id;
  let factor: Ball = { value: 1, radius: 0 };
  for (;;) {
    if (tape.kind[scalar] !== kinds.sum) return { scalar, factor };
    const { left, first, right, second, count } = tape.terms(scalar);
    if (count !== 1) return { scalar, factor };
    const [u, v] = [left[first]!, right[second]!];
    const isUnit = (at: number): boolean => Math.abs(tape.value[at]!) > tape.radius[at]!;
    const unit = isUnit(u) ? u : isUnit(v) ? v : undefined;
    if (unit === undefined) return { scalar, factor };
    factor = multiplyBalls(factor, { value: tape.value[unit]!, radius: tape.radius[unit]! });
    scalar = unit === u ? v : u;
  }
}
