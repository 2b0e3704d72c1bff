import { requireFinite, requireObjective, ShapeError, type Objective } from '@nonsmooth/core';

/** Throws unless `theta0` is a finite vector of the objective's dimension. */
export function requireStart(objective: Objective, theta0: ArrayLike<number>): void {
  requireObjective('objective', objective);
  if (theta0?.length !== objective.dimension) {
    throw new ShapeError('theta0.length', theta0?.length, `${objective.dimension}, the dimension`);
  }
  requireFinite('theta0', theta0);
}
