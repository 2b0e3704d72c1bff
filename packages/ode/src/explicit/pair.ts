import { ArgumentError } from '@nonsmooth/core';
import type { Method } from '../method.js';
import { explicitStepper } from './stepper.js';
import type { ExplicitDefinition, Interpolant, Tableau } from './tableau.js';

/** An explicit Runge–Kutta method, usually with an embedded one of lower order. */
export interface ExplicitMethod extends Method, Tableau {
  /** Order of the embedded solution. */
  readonly embeddedOrder: number;
  readonly interpolant: Interpolant;
}

/** Makes a method of its coefficients. @throws ArgumentError where they are not as many as the stages ask for. */
export function explicitMethod(definition: ExplicitDefinition): ExplicitMethod {
  const { stages, a, b, c, e = [], lowerE = [] } = definition;
  for (const [name, { length }] of Object.entries({ a, c })) {
    if (length !== stages) throw new ArgumentError(`${name}.length`, length, `${stages}: stages`);
  }
  // missing ones are 0
  for (const [name, { length }] of Object.entries({ b, e, lowerE })) {
    if (length > stages) throw new ArgumentError(`${name}.length`, length, `at most ${stages}`);
  }
  return {
    ...definition,
    interpolantOrder: definition.interpolant.order,
    adaptive: definition.e !== undefined,
    stepper: (system) => explicitStepper(definition, system),
  };
}
