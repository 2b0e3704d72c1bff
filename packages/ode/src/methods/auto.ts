import { ArgumentError } from '@nonsmooth/core';
import { SwitchingStepper } from '../auto/switching-stepper.js';
import type { Method } from '../method.js';
import type { System } from '../system.js';
import { ndf } from './backward-differentiation.js';
import { exprb53 } from './exprb53.js';
import { radauIIA5 } from './radau-iia-5.js';
import { rkc2 } from './rkc2.js';
import { tsitouras54 } from './tsitouras-54.js';

/** Up to this dimension a Jacobian by differences is worth its right-hand sides. */
const smallDimension = 300;

/**
 * The stiff method for what is known of a problem: NDF, at strict tolerances Radau IIA 5, where linear systems can be
 * solved; for symmetric Jacobians exprb53s3 if there are products with them, RKC2 if there are only right-hand sides
 * and the tolerance is loose or the dimension high.
 */
export function stiffMethodFor({
  tolerance: { rtol },
  dimension,
  symmetric,
  suppliesJacobian,
  suppliesJacobianVector,
}: Pick<
  System,
  'tolerance' | 'dimension' | 'symmetric' | 'suppliesJacobian' | 'suppliesJacobianVector'
>): Method {
  if (!suppliesJacobian && symmetric) {
    if (suppliesJacobianVector) return exprb53;
    if (rtol >= 1e-4 || dimension > smallDimension) return rkc2;
  }
  return rtol <= 1e-7 && !suppliesJacobianVector ? radauIIA5 : ndf;
}

/**
 * Tsitouras 5(4) that detects stiffness and switches to the stiff method that suits the problem, and back when the
 * stiffness has passed. The orders stated are those of Tsitouras 5(4): the interpolants of the stiff methods are of order
 * 3 and 2, NDF's as high as its steps.
 */
export const auto: Method = {
  name: 'auto',
  order: 5,
  interpolantOrder: 4,
  coarseInterpolant: true,
  adaptive: true,
  citation:
    'Petzold, "Automatic selection of methods for solving stiff and nonstiff systems", SIAM J. Sci. Stat. Comput. 4 ' +
    '(1983) 136–148, in spirit; stiffness by Hairer, Wanner, Solving ODEs II, section IV.2.',
  stepper: (system) => new SwitchingStepper(tsitouras54, stiffMethodFor(system), system),
};

/** Whether a problem was found to be stiff; handed from one integration of it to the next. */
export interface Stiffness {
  isStiff: boolean;
}

/**
 * As `auto`, between two methods of one's own. An integration begins with the stiff one where `stiffness` says so, and
 * keeps what it finds there.
 * @throws ArgumentError unless both are methods that estimate their errors.
 */
export function switching(
  explicit: Method,
  stiff: Method,
  stiffness: Stiffness = { isStiff: false },
): Method {
  for (const [name, method] of Object.entries({ explicit, stiff })) {
    if (typeof method?.stepper !== 'function' || !method.adaptive) {
      throw new ArgumentError(name, method, 'a method that estimates its error, such as ndf');
    }
    if (typeof method.name !== 'string') {
      throw new ArgumentError(`${name}.name`, method.name, 'the name of the method');
    }
  }
  if (typeof stiffness?.isStiff !== 'boolean') {
    throw new ArgumentError('stiffness', stiffness, '{ isStiff } with true or false');
  }
  return {
    ...auto,
    name: `${explicit.name}, ${stiff.name} where stiff`,
    order: explicit.order,
    interpolantOrder: explicit.interpolantOrder,
    stepper: (system) => new SwitchingStepper(explicit, stiff, system, stiffness),
  };
}
