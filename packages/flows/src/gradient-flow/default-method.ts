import type { Objective } from '@nonsmooth/core';
import { bdf, dormandPrince54, exprb53, radauIIA5, rkc2, type Method } from '@nonsmooth/ode';

/** Dense Hessians and their factorizations pay up to this dimension. */
const largestDense = 300;

/**
 * The method that suits a gradient flow. Flows of smooth networks are stiff, with few large eigenvalues of the
 * Hessian: with dense Hessians backward differentiation, and Radau IIA for tolerances below 1e−7; with products only
 * the exponential Rosenbrock method; with gradients alone RKC at loose tolerances. An explicit pair for all others,
 * and where there may be kinks.
 */
export function defaultMethod(objective: Objective, rtol: number): Method {
  if (objective.smooth !== true) return dormandPrince54;
  if (objective.hessian && objective.dimension <= largestDense) {
    return rtol < 1e-7 ? radauIIA5 : bdf;
  }
  if (objective.hessianVector) return exprb53;
  return rtol >= 1e-4 ? rkc2 : dormandPrince54;
}
