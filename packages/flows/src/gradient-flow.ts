import type { Objective } from '@nonsmooth/autodiff';
import { solve, type Solution, type SolveOptions } from '@nonsmooth/ode';
import { requireStart } from './descend.js';

export interface GradientFlowOptions extends SolveOptions {
  /** The horizon: the flow runs from t = 0 to this time. */
  readonly until: number;
}

export interface GradientFlow extends Solution {
  /** L(Θ_t) at the times `t`. */
  readonly loss: Float64Array;
}

/**
 * Integrates the gradient flow Θ'_t = −∇L(Θ_t), Θ_0 = θ₀, to t = `until`. For an objective with kinks this is a
 * flow along one choice of generalized gradients, and the order of the method is lost at each crossing.
 * @throws ShapeError or NonFiniteError for θ₀; what `solve` throws for its options and for failed steps.
 */
export function gradientFlow(
  objective: Objective,
  theta0: ArrayLike<number>,
  options: GradientFlowOptions,
): GradientFlow {
  requireStart(objective, theta0);
  const { until, ...solveOptions } = options;
  const descentField = (_t: number, theta: Float64Array, out: Float64Array): void => {
    objective.gradient(theta, out);
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
  const solution = solve(
    { rhs: descentField, y0: Float64Array.from(theta0), t0: 0, t1: until },
    solveOptions,
  );
  return { ...solution, loss: Float64Array.from(solution.y, (theta) => objective.value(theta)) };
}
