import {
  ArgumentError,
  requireFinite,
  requireNumbers,
  requireObject,
  ShapeError,
} from '@nonsmooth/core';

/** coefficient · Π x_i^{exponents[i]}. */
export interface Monomial {
  readonly coefficient: number;
  readonly exponents: readonly number[];
}

/** A polynomial in n variables as the sum of its monomials, each with n exponents. */
export type Polynomial = readonly Monomial[];

/** Σ a_k xᵏ from its coefficients a₀, a₁, … */
export function univariate(coefficients: readonly number[]): Polynomial {
  requireFinite('coefficients', coefficients);
  return Array.from(coefficients, (coefficient, k) => ({ coefficient, exponents: [k] }));
}

/** Powers are products: larger ones would never be done. */
const largestPower = 2 ** 16;

/** The number of variables. @throws ShapeError if monomials differ in it; ArgumentError for a wrong exponent. */
export function variables(polynomial: Polynomial): number {
  const n = (polynomial as Polynomial | undefined)?.[0]?.exponents?.length;
  if (n === undefined || n === 0)
    throw new ArgumentError('polynomial', polynomial, 'one or more monomials in x');
  if (!Array.isArray(polynomial)) {
    throw new ArgumentError('polynomial', polynomial, 'a list of monomials');
  }
  for (const monomial of polynomial as readonly Monomial[]) {
    requireObject('monomial', monomial);
    const { coefficient, exponents } = monomial;
    if (exponents?.length !== n) {
      throw new ShapeError('exponents.length', exponents?.length, `${n}, as in the first monomial`);
    }
    if (!Number.isFinite(coefficient)) {
      throw new ArgumentError('coefficient', coefficient, 'a finite number');
    }
    requireNumbers('exponents', exponents);
    for (const power of exponents) {
      if (!Number.isSafeInteger(power) || power < 0 || power > largestPower) {
        throw new ArgumentError('exponents', power, `integers from 0 to ${largestPower}`);
      }
    }
  }
  return n;
}

/** The total degree of the monomial. */
export function degree({ exponents }: Monomial): number {
  return exponents.reduce((sum, power) => sum + power, 0);
}

/** The value at one point. @throws ShapeError for a point with other than one number per variable */
export function evaluatePolynomial(polynomial: Polynomial, x: ArrayLike<number>): number {
  requireNumbers('x', x);
  const n = variables(polynomial);
  if (n !== x.length) throw new ShapeError('x.length', x.length, `${n}, the number of variables`);
  let sum = 0;
  for (const { coefficient, exponents } of polynomial) {
    let term = coefficient;
    exponents.forEach((power, i) => {
      for (let k = 0; k < power; k++) term *= x[i]!;
    });
    sum += term;
  }
  return sum;
}
