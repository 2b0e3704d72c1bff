import {
  ArgumentError,
  requireFinite,
  requireLength,
  requireNumbers,
  requireObject,
  requireObjective,
  ShapeError,
  type Objective,
} from '@nonsmooth/core';
import type { Flow } from './flow/flow.js';

/** Throws unless `theta0` is a finite vector of the objective's dimension. */
export function requireStart(objective: Objective, theta0: ArrayLike<number>): void {
  requireObjective('objective', objective);
  if (theta0?.length !== objective.dimension) {
    throw new ShapeError('theta0.length', theta0?.length, `${objective.dimension}, the dimension`);
  }
  requireFinite('theta0', theta0);
}

/** Throws unless the flow has lists of saved times and states of one dimension, and numbers of these names as well. */
export function requireSaved(flow: Pick<Flow, 't' | 'y'>, names: readonly string[] = []): void {
  requireObject('flow', flow);
  const { t, y } = flow;
  requireNumbers('flow.t', t);
  if (!Array.isArray(y)) throw new ArgumentError('flow.y', y, 'a list of states');
  if (t.length !== y.length) {
    throw new ShapeError('flow.t.length', t.length, `${y.length}, as many as y, and ≥ 1`);
  }
  const dimension = (y[0] as ArrayLike<number> | undefined)?.length ?? 0;
  Array.from(y, (state: ArrayLike<number>, i) => requireLength(`flow.y[${i}]`, state, dimension));
  const others = flow as unknown as Readonly<Record<string, ArrayLike<number>>>;
  for (const name of names) requireLength(`flow.${name}`, others[name]!, t.length);
}
