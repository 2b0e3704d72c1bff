import { ArgumentError, refuseMisspelt, requireNumbers } from '@nonsmooth/core';
import type { Method } from '../method.js';
import { requireText } from '../requirements.js';
import { backwardDifferentiationStepper } from '../stiff/backward-differentiation.js';

/** What defines a method of backward differentiation. */
export interface BackwardDifferentiation {
  readonly name: string;
  /** κ_k of order k = 1, 2, …; 0 gives the plain formula. */
  readonly kappa: readonly number[];
  /** 1 to 5. Default 5; at most 2 keeps all of the left half plane in the region of stability. */
  readonly maximumOrder?: number;
  readonly citation: string;
}

/** A method of variable order 1 to `maximumOrder` for stiff problems. @throws ArgumentError */
export function backwardDifferentiation(definition: BackwardDifferentiation): Method {
  refuseMisspelt('definition', definition, ['name', 'kappa', 'maximumOrder', 'citation']);
  const { name, kappa, maximumOrder = 5, citation } = definition;
  requireText('name', name);
  requireNumbers('kappa', kappa);
  requireText('citation', citation);
  if (!(Number.isInteger(maximumOrder) && maximumOrder >= 1 && maximumOrder <= 5)) {
    throw new ArgumentError('maximumOrder', maximumOrder, 'integers from 1 to 5');
  }
  return {
    name,
    order: maximumOrder,
    interpolantOrder: maximumOrder,
    adaptive: true,
    citation,
    stepper: (system) => backwardDifferentiationStepper(system, [0, ...kappa], maximumOrder),
  };
}

const citation =
  'Shampine, Reichelt, "The MATLAB ODE suite", SIAM J. Sci. Comput. 18 (1997) 1–22; ' +
  'Byrne, Hindmarsh, "A polyalgorithm for the numerical solution of ordinary differential equations", ACM TOMS 1 (1975) 71–96.';

/** Backward differentiation formulas of order 1 to 5. */
export const bdf: Method = backwardDifferentiation({ name: 'BDF', kappa: [], citation });

/** Numerical differentiation formulas of order 1 to 5: more accurate than `bdf`, a little less stable. */
export const ndf: Method = backwardDifferentiation({
  name: 'NDF',
  kappa: [-0.185, -1 / 9, -0.0823, -0.0415, 0],
  citation,
});
