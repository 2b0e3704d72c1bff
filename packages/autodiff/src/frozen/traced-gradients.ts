import type { Objective } from '@nonsmooth/core';
import type { Program } from '../program.js';

const programs = new WeakMap<Objective['gradient'], Program>();

/** Remembers that the objective's gradient is that of its program. */
export function rememberProgram<Traced extends Objective & { readonly program?: Program }>(
  objective: Traced,
): Traced {
  if (objective.program) programs.set(objective.gradient, objective.program);
  return objective;
}

/**
 * The program whose gradient an objective computes, if `objective` made that gradient. An objective put together from
 * another one's parts and a gradient of its own has none, whatever its `program` says.
 */
export function programOfGradient({ gradient }: Objective): Program | undefined {
  return programs.get(gradient);
}
