import {
  ArgumentError,
  once,
  requireCount,
  requireIndex,
  requireNumbers,
  requireObject,
} from '@nonsmooth/core';
import type { Method } from '../method.js';
import { requireRows, requireText } from '../requirements.js';
import { combinationsOf } from './combinations.js';
import { ExplicitStepper } from './stepper.js';
import type { ExplicitDefinition, Interpolant, Tableau } from './tableau.js';

/** An explicit Runge–Kutta method, usually with an embedded one of lower order. */
export interface ExplicitMethod extends Method, Tableau {
  /** Order of the embedded solution. */
  readonly embeddedOrder: number;
  readonly interpolant: Interpolant;
}

/** Makes a method of its coefficients. @throws ArgumentError where they are not as many as the stages ask for. */
export function explicitMethod(definition: ExplicitDefinition): ExplicitMethod {
  requireObject('definition', definition);
  const { stages, a, b, c, e = [], lowerE = [], interpolant } = definition;
  requireText('name', definition.name);
  requireText('citation', definition.citation);
  requireCount('stages', stages);
  requireCount('order', definition.order);
  requireIndex('embeddedOrder', definition.embeddedOrder, Infinity);
  requireRows('a', a, 0);
  for (const [name, list] of Object.entries({ b, c, e, lowerE })) requireNumbers(name, list);
  requireObject('interpolant', interpolant);
  requireCount('interpolant.order', interpolant.order);
  requireRows('interpolant.p', interpolant.p, 1);
  for (const [name, { length }] of Object.entries({ a, c })) {
    if (length !== stages) throw new ArgumentError(`${name}.length`, length, `${stages}: stages`);
  }
  // missing ones are 0
  for (const [name, { length }] of Object.entries({ b, e, lowerE })) {
    if (length > stages) throw new ArgumentError(`${name}.length`, length, `at most ${stages}`);
  }
  // those of all steppers
  const combinations = once(() => combinationsOf(definition));
  return {
    ...definition,
    interpolantOrder: definition.interpolant.order,
    adaptive: definition.e !== undefined,
    stepper: (system) => new ExplicitStepper(definition, combinations(), system),
  };
}
