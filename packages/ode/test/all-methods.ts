import type { ExplicitMethod, Method } from '@nonsmooth/ode';
import * as exported from '../src/methods/index.js';

/** Every method of the package. */
export const allMethods: readonly Method[] = Object.values(exported).filter(
  (one): one is Method => typeof one === 'object',
);

export const explicitMethods: readonly ExplicitMethod[] = allMethods.filter(
  (method): method is ExplicitMethod => 'a' in method && 'firstSameAsLast' in method,
);
