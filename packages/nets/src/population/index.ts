export {
  evaluatePiecewise,
  type Coefficients,
  type PiecewisePolynomial,
} from './piecewise-polynomial.js';
export * from './population-risk.js';
