import { requireObjective, requirePositive, type Objective } from '@nonsmooth/core';
import { isPopulationRisk } from '@nonsmooth/nets';
import { auto, bdf, dormandPrince54, exprb53, radauIIA5, rkc2, type Method } from '@nonsmooth/ode';

/** Dense Hessians and their factorizations pay up to this dimension. */
const largestDense = 300;

/**
 * The method that suits a gradient flow. Flows of smooth networks are stiff, with few large eigenvalues of the
 * Hessian: with dense Hessians backward differentiation, and Radau IIA for tolerances below 1e−7; with products only
 * the exponential Rosenbrock method; with gradients alone RKC at loose tolerances. Population risks count as smooth:
 * flows meet the neurons where they are not in exceptional cases only. Where there may be kinks, or nothing is known
 * to be solved with, `auto` measures whether steps are held back by stability; where kinks are known an explicit pair
 * steps across them.
 */
export function defaultMethod(objective: Objective, rtol: number): Method {
  requireObjective('objective', objective);
  requirePositive({ rtol });
  if (objective.smooth === false) return dormandPrince54;
  if (objective.smooth === undefined && !isPopulationRisk(objective)) return auto;
  if (objective.hessian && objective.dimension <= largestDense) {
    return rtol < 1e-7 ? radauIIA5 : bdf;
  }
  if (objective.hessianVector) return exprb53;
  return rtol >= 1e-4 ? rkc2 : auto;
}
