import { requireObjective, type Objective } from '@nonsmooth/core';
import type { TracedObjective } from '../traced-objective.js';
import type { Program } from '../program.js';

/** By the function that computes the gradient. */
const origins = new WeakMap<object, TracedObjective>();

/** The gradient as the thing it is, not to be called. */
const gradientOf = (objective: Objective): object =>
  (objective as { readonly gradient: object }).gradient;

/** Remembers that the objective's gradient is that of its program. */
export function rememberProgram<Traced extends TracedObjective>(objective: Traced): Traced {
  requireObjective('objective', objective);
  if (objective.program) origins.set(gradientOf(objective), objective);
  return objective;
}

/**
 * The program whose gradient an objective computes, if `objective` made that gradient. An objective put together from
 * another one's parts and a gradient of its own has none, whatever its `program` says.
 */
export function programOfGradient(objective: Objective): Program | undefined {
  return originOfGradient(objective)?.program;
}

/** The traced objective that made the gradient of an objective: how that is computed, and chosen at kinks. */
export function originOfGradient(objective: Objective): TracedObjective | undefined {
  requireObjective('objective', objective);
  return origins.get(gradientOf(objective));
}
