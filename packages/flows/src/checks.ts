import {
  ArgumentError,
  requireFinite,
  requireFunction,
  requireObject,
  ShapeError,
  type Objective,
} from '@nonsmooth/core';

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
