import { frozenProgram, programOfGradient } from '@nonsmooth/autodiff';
import type { Objective } from '@nonsmooth/core';
import { mergedFunction, type MergedFunction } from './merged-kinks.js';

/** The frozen functions of an objective that is known to have kinks: it knows the program of its gradient. */
export function frozenObjective(
  objective: Objective,
  theta0: Float64Array,
): MergedFunction | undefined {
  if (objective.smooth === true) return undefined;
  const program = programOfGradient(objective);
  if (program === undefined) return undefined;
  const frozen = frozenProgram(program);
  return frozen.kinks.length > 0 ? mergedFunction(frozen, theta0) : undefined;
}
