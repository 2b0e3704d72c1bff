import { requireNumber, requireObject, requireOneOf } from '@nonsmooth/core';
import { defaultKinks } from '../kinks.js';
import { parameterOf, type Kink } from '../traits.js';
import { activationNames, type Activation } from './activation.js';
import type { ScalarFunction } from './scalar-functions.js';
import { activations } from './table.js';

/**
 * The parameter of an activation with its default: slope 0.01 of leakyRelu, α = 1 of ELU; NaN for those without one.
 * @throws ArgumentError for an unknown name or a parameter that is not allowed.
 */
export function activationParameter(activation: Activation): number {
  requireObject('activation', activation);
  const { name, parameter } = activation;
  requireOneOf('activation', name, activationNames);
  return parameterOf('activation.parameter', parameter, name, activations[name].parameter);
}

/** The kinks of an activation in ascending order. @throws as `activationParameter`. */
export function activationKinks(activation: Activation): readonly Kink[] {
  const parameter = activationParameter(activation);
  return activations[activation.name].kinks(parameter);
}

/**
 * The activation as scalar functions; `atKink` is the constant of its `kinkPolicy`, by default that of `defaultKinks`.
 * @throws as `activationParameter`.
 */
export function scalarActivation(activation: Activation, atKink?: number): ScalarFunction {
  const parameter = activationParameter(activation);
  const { scalar, kinkPolicy } = activations[activation.name];
  if (atKink !== undefined) requireNumber('atKink', atKink);
  return scalar(parameter, atKink ?? defaultKinks[kinkPolicy]);
}
