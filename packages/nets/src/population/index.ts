export { gaussLegendre, type QuadratureRule } from './gauss-legendre.js';
export {
  evaluatePiecewise,
  type Coefficients,
  type PiecewisePolynomial,
} from './piecewise-polynomial.js';
export * from './population-risk.js';
export type { Segment } from './segments.js';
