import type { Objective } from '@nonsmooth/core';
import type { Program } from '../program.js';

/** By the function that computes the gradient. */
const programs = new WeakMap<object, Program>();

/** The gradient as the thing it is, not to be called. */
const gradientOf = (objective: Objective): object =>
  (objective as { readonly gradient: object }).gradient;

/** Remembers that the objective's gradient is that of its program. */
export function rememberProgram<Traced extends Objective & { readonly program?: Program }>(
  objective: Traced,
): Traced {
  if (objective.program) programs.set(gradientOf(objective), objective.program);
  return objective;
}

/**
 * The program whose gradient an objective computes, if `objective` made that gradient. An objective put together from
 * another one's parts and a gradient of its own has none, whatever its `program` says.
 */
export function programOfGradient(objective: Objective): Program | undefined {
  return programs.get(gradientOf(objective));
}
