import { ArgumentError, largest } from '@nonsmooth/core';
import {
  evaluatePolynomial,
  minimizer,
  type Coefficients,
  type PiecewisePolynomial,
} from './piecewise-polynomial.js';

/** A part of the interval on which all targets and the density are one polynomial each. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** One polynomial per output. */
  readonly targets: readonly Coefficients[];
  readonly density: Coefficients;
}

/** The interval cut at all knots of the targets and the density. */
export function toSegments(
  targets: readonly PiecewisePolynomial[],
  density: PiecewisePolynomial,
  [a, b]: readonly [number, number],
): Segment[] {
  const knots = [density, ...targets].flatMap((f) => f.knots.filter((x) => a < x && x < b));
  const ends = [...new Set([a, ...knots, b])].sort((x, y) => x - y);
  return ends.slice(1).map((end, i) => ({
    start: ends[i]!,
    end,
    targets: targets.map((f) => pieceOn(f, ends[i]!)),
    density: pieceOn(density, ends[i]!),
  }));
}

/** Degree of the highest power in any of the polynomials. */
export function highestDegree(polynomials: readonly Coefficients[]): number {
  return largest(polynomials.map((coefficients) => coefficients.length - 1));
}

/**
 * Throws ArgumentError where the density is negative beyond rounding (1e−12 of the sum of its terms' sizes), or
 * zero everywhere.
 */
export function requireDensity(density: PiecewisePolynomial, segments: readonly Segment[]): void {
  for (const { start, end, density: coefficients } of segments) {
    const x = minimizer(coefficients, start, end);
    const value = evaluatePolynomial(coefficients, x);
    const size = evaluatePolynomial(coefficients.map(Math.abs), Math.abs(x));
    if (value < -1e-12 * size) {
      throw new ArgumentError(`density(${x})`, value, 'a density ≥ 0 on the interval');
    }
  }
  if (segments.every((segment) => segment.density.every((coefficient) => coefficient === 0))) {
    throw new ArgumentError('density', density, 'a density that is not zero everywhere');
  }
}

/** The piece that holds to the right of `start`. */
function pieceOn({ knots, pieces }: PiecewisePolynomial, start: number): Coefficients {
  return pieces[knots.findLastIndex((knot, i) => knot <= start && i < pieces.length)]!;
}
