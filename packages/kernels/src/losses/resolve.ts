import { ArgumentError, requireKnownOptions, requireOneOf, type FloatArray } from '@nonsmooth/core';
import { parameterOf } from '../traits.js';
import { lossNames, type Loss, type LossName } from './loss.js';
import { losses } from './table.js';
import { requireTargets } from './targets.js';

/** A loss with its parameter filled in: NaN for those without one. */
export interface ResolvedLoss {
  readonly name: LossName;
  readonly parameter: number;
}

/** @throws ArgumentError for an unknown name or a parameter that is not allowed. */
export function resolveLoss(loss: LossName | Loss): ResolvedLoss {
  if (typeof loss !== 'string') requireKnownOptions('loss', loss, ['name', 'parameter']);
  const { name, parameter }: Partial<Loss> =
    typeof loss === 'string' ? { name: loss } : (loss ?? {});
  requireOneOf('loss', name, lossNames);
  const traits = losses[name];
  return {
    name,
    parameter: parameterOf('loss.parameter', parameter, name, traits.parameter),
  };
}

/** @throws ArgumentError for targets that the loss does not allow. */
export function checkTargets(name: LossName, targets: FloatArray, outputs: number): void {
  const traits = losses[name];
  requireTargets(traits.targets, targets, outputs);
  if (traits.relative && targets.every((target) => target === 0)) {
    throw new ArgumentError('targets', targets, `for ${name}: not all zero`);
  }
}
