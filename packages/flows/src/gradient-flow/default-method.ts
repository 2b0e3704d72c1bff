import type { Objective } from '@nonsmooth/autodiff';
import { bdf, dormandPrince54, radauIIA5, type Method } from '@nonsmooth/ode';

/** Dense Hessians and their factorizations pay up to this dimension. */
const largestDense = 300;

/**
 * The method that suits a gradient flow. Flows of smooth networks are stiff (their Hessians have few large
 * eigenvalues): with a Hessian at hand backward differentiation, and Radau IIA below a tolerance of 1e−7; without,
 * or where there may be kinks, an explicit pair.
 */
export function defaultMethod(objective: Objective, rtol: number): Method {
  const dense = objective.hessian !== undefined && objective.dimension <= largestDense;
  if (objective.smooth !== true || !dense) return dormandPrince54;
  return rtol < 1e-7 ? radauIIA5 : bdf;
}
