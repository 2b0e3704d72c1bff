import { dormandPrince54, radauIIA5, switching, type Method } from '@nonsmooth/ode';

/** Dense Jacobians and their factorizations pay up to this dimension. */
const largestDense = 300;

/**
 * The method between kinks: Dormand and Prince's pair while its steps follow the solution; where they are held back by
 * stability, as near rest and in valleys, Radau IIA, with which pieces then begin until an explicit method
 * would take the same steps.
 */
export function kinkedMethod(dimension: number): Method {
  if (dimension > largestDense) return dormandPrince54;
  return switching(dormandPrince54, radauIIA5, { isStiff: false });
}
