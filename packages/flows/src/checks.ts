import type { Objective } from '@nonsmooth/autodiff';
import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/kernels';

/** Throws unless `theta0` is a finite vector of the objective's dimension. */
export function requireStart(objective: Objective, theta0: ArrayLike<number>): void {
  requireObjective(objective);
  if (theta0?.length !== objective.dimension) {
    throw new ShapeError('theta0.length', theta0?.length, `${objective.dimension}, the dimension`);
  }
  requireFinite('theta0', theta0);
}

function requireObjective(objective: Objective): void {
  requireObject('objective', objective);
  const given = objective as { readonly [Name in keyof Objective]: unknown };
  const { dimension } = objective;
  if (!Number.isSafeInteger(dimension) || dimension <= 0) {
    throw new ArgumentError('objective.dimension', dimension, 'a positive integer');
  }
  requireFunction('objective.value', given.value);
  requireFunction('objective.gradient', given.gradient);
}

/** Throws unless `value` is an object, which options that must be given are. */
export function requireObject(argument: string, value: object): void {
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError(argument, value, 'an object');
  }
}

/** Throws unless `value` is a function. */
export function requireFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw new ArgumentError(argument, value, 'a function');
}

/** Throws unless `value` is a positive integer. */
export function requireCount(argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new ArgumentError(argument, value, 'a positive integer');
  }
}

/** Throws unless every setting is a finite number > 0. */
export function requirePositive(settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(typeof value === 'number' && value > 0 && value < Infinity)) {
      throw new ArgumentError(name, value, 'a finite number > 0');
    }
  }
}

/** Throws unless `vector` has this length. */
export function requireLength(argument: string, vector: ArrayLike<number>, length: number): void {
  if (vector?.length !== length) {
    throw new ShapeError(`${argument}.length`, vector?.length, String(length));
  }
}
