import {
  ArgumentError,
  requireFinite,
  requireNumbers,
  requireObject,
  ShapeError,
} from '@nonsmooth/core';
import { bisect } from './gauss-legendre.js';

/** A polynomial in x as its coefficients, constant first: [1, 0, 3] is 1 + 3x². */
export type Coefficients = readonly number[];

/** Between knots[i] and knots[i + 1] the polynomial pieces[i], all in powers of x. */
export interface PiecewisePolynomial {
  /** Strictly increasing; one more than there are pieces. */
  readonly knots: readonly number[];
  readonly pieces: readonly Coefficients[];
}

/** The value at x by Horner's rule. */
export function evaluatePolynomial(coefficients: Coefficients, x: number): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + coefficients[k]!;
  return value;
}

/** The value at x; at a knot that of the piece to the right, outside the knots that of the nearest piece. */
export function evaluatePiecewise(polynomial: PiecewisePolynomial, x: number): number {
  requireObject('polynomial', polynomial);
  const { knots, pieces } = polynomial;
  requireNumbers('polynomial.knots', knots);
  if (!Array.isArray(pieces) || pieces.length === 0 || knots.length !== pieces.length + 1) {
    throw new ArgumentError('polynomial.pieces', pieces, 'one piece between any two knots');
  }
  if (typeof x !== 'number') throw new ArgumentError('x', x, 'a number');
  let piece = 0;
  while (piece < pieces.length - 1 && x >= knots[piece + 1]!) piece++;
  requireNumbers(`polynomial.pieces[${piece}]`, pieces[piece]);
  return evaluatePolynomial(pieces[piece], x);
}

/**
 * The argument as a piecewise polynomial on [a, b]; plain coefficients are one piece.
 * @throws ShapeError, NonFiniteError or ArgumentError naming `argument` if knots do not increase, do not cover
 *   [a, b] or do not fit the pieces.
 */
export function toPiecewise(
  argument: string,
  given: PiecewisePolynomial | Coefficients,
  [a, b]: readonly [number, number],
): PiecewisePolynomial {
  const { knots, pieces } = isPiecewise(given) ? given : { knots: [a, b], pieces: [given] };
  requireFinite(`${argument}.knots`, knots);
  if (!Array.isArray(pieces) || pieces.length === 0 || knots.length !== pieces.length + 1) {
    throw new ShapeError(
      `${argument}.knots`,
      knots,
      'one more knot than pieces, one piece or more',
    );
  }
  if (!knots.every((knot, i) => i === 0 || knot > knots[i - 1]!)) {
    throw new ArgumentError(`${argument}.knots`, knots, 'strictly increasing knots');
  }
  if (knots[0]! > a || knots[knots.length - 1]! < b) {
    throw new ArgumentError(`${argument}.knots`, knots, `knots that cover [${a}, ${b}]`);
  }
  pieces.forEach((piece, i) => {
    if (!Array.isArray(piece) || piece.length === 0) {
      throw new ShapeError(`${argument}.pieces[${i}]`, piece, 'one coefficient or more');
    }
    requireFinite(`${argument}.pieces[${i}]`, piece);
  });
  return { knots: [...knots], pieces: pieces.map((piece) => [...piece]) };
}

/** Whether a polynomial is given piece by piece. */
export function isPiecewise(value: unknown): value is PiecewisePolynomial {
  if (typeof value !== 'object' || value === null) return false;
  const { knots, pieces } = value as Partial<PiecewisePolynomial>;
  return Array.isArray(knots) && Array.isArray(pieces);
}

/** The point of [a, b] where the polynomial is least: an end or a zero of the derivative. */
export function minimizer(coefficients: Coefficients, a: number, b: number): number {
  const candidates = [a, ...signChanges(derivative(coefficients), a, b), b];
  return candidates.reduce((best, x) =>
    evaluatePolynomial(coefficients, x) < evaluatePolynomial(coefficients, best) ? x : best,
  );
}

/** The points of (a, b) where the polynomial changes sign: one at most between sign changes of the derivative. */
function signChanges(coefficients: Coefficients, a: number, b: number): number[] {
  if (coefficients.length < 2) return [];
  const bounds = [a, ...signChanges(derivative(coefficients), a, b), b];
  const f = (x: number): number => evaluatePolynomial(coefficients, x);
  return bounds.slice(1).flatMap((right, i) => {
    const left = bounds[i]!;
    return f(left) > 0 !== f(right) > 0 ? [bisect(f, left, right)] : [];
  });
}

function derivative(coefficients: Coefficients): Coefficients {
  return coefficients.slice(1).map((coefficient, k) => (k + 1) * coefficient);
}
