import { frozenProgram, originOfGradient } from '@nonsmooth/autodiff';
import type { Objective } from '@nonsmooth/core';
import { mergedFunction, type MergedFunction } from './merged-kinks.js';
import { requireWholeSet } from './require-whole-set.js';

/**
 * The frozen functions of an objective that is known to have kinks: it knows the program of its gradient.
 * @throws ArgumentError for one with another arithmetic or other choices at kinks than flows across kinks have.
 */
export function frozenObjective(
  objective: Objective,
  theta0: Float64Array,
): MergedFunction | undefined {
  if (objective.smooth === true) return undefined;
  const origin = originOfGradient(objective);
  if (origin?.program === undefined) return undefined;
  const frozen = frozenProgram(origin.program);
  if (frozen.kinks.length === 0) return undefined;
  requireWholeSet(origin);
  return mergedFunction(frozen, theta0);
}
