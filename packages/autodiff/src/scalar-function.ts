import { ArgumentError, requireFunction, requireObject } from '@nonsmooth/core';

/** A smooth function of one number with its derivatives, for `elementwise`. */
export interface ScalarFunction {
  readonly name: string;
  value(x: number): number;
  derivative(x: number): number;
  secondDerivative?(x: number): number;
  thirdDerivative?(x: number): number;
  fourthDerivative?(x: number): number;
}

/** The names of the derivatives, by their order. */
const derivatives = [
  'value',
  'derivative',
  'secondDerivative',
  'thirdDerivative',
  'fourthDerivative',
] as const;

/** Throws ArgumentError unless `fn` has a name, a value and a derivative, and functions for those it has beyond. */
export function requireScalarFunction(argument: string, fn: ScalarFunction): void {
  requireObject(argument, fn);
  if (typeof fn.name !== 'string') throw new ArgumentError(`${argument}.name`, fn.name, 'a name');
  derivatives.forEach((name, order) => {
    const given: unknown = fn[name];
    if (order < 2 || given !== undefined) requireFunction(`${argument}.${name}`, given);
  });
}

/**
 * The derivative of this order as a plain function, or undefined where `fn` does not have it.
 * @throws ArgumentError from the function where the user's gives something else than a number.
 */
export function derivativeOfOrder(
  fn: ScalarFunction,
  order: number,
): ((x: number) => number) | undefined {
  const name = derivatives[order];
  if (name === undefined || fn[name] === undefined) return undefined;
  return (x) => {
    const y: unknown = fn[name]!(x);
    if (typeof y === 'number') return y;
    throw new ArgumentError(`${fn.name}.${name}(${x})`, y, 'a number');
  };
}
