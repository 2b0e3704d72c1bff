import { frozenProgram, programOfGradient, type FrozenFunction } from '@nonsmooth/autodiff';
import type { Objective } from '@nonsmooth/core';
import { isEmpiricalRisk } from '@nonsmooth/nets';

/** The frozen functions of an objective that is known to have kinks: it knows the program of its gradient. */
export function frozenObjective(objective: Objective): FrozenFunction | undefined {
  if (objective.smooth === true) return undefined;
  const program = isEmpiricalRisk(objective) ? objective.program : programOfGradient(objective);
  if (program === undefined) return undefined;
  const frozen = frozenProgram(program);
  return frozen.kinks.length > 0 ? frozen : undefined;
}
