import type { Objective } from '@nonsmooth/autodiff';
import type { Network } from '@nonsmooth/nets';
import { solve, type Solution, type SolveOptions } from '@nonsmooth/ode';
import { requireStart } from '../descend.js';
import { hiddenNeurons } from '../hidden-neurons.js';
import { projectTangent, requireOnManifold, retract, type Retraction } from './manifold.js';

export interface NormalizedFlow extends Solution {
  /** L(Θ_t) at the times `t`. */
  readonly loss: Float64Array;
}

export interface NormalizedFlowOptions extends Omit<SolveOptions, 'project' | 'events'> {
  /** The horizon: the flow runs from t = 0 to this time. */
  readonly until: number;
  /** How steps return to the manifold; both keep the order of the method. Default 'sphere'. */
  readonly retraction?: Retraction;
}

/**
 * The normalized gradient flow Θ' = −P_Θ G(Θ) on the manifold of unit hidden neurons of Eberle, Jentzen, Riekert,
 * Weiss (arXiv 2207.06246), along which dL/dt = −‖P G‖². Runge–Kutta steps of the ambient field, each followed
 * by the retraction. Bounded by the theorem for widths 1, 1, 1 and Lipschitz targets; nothing is claimed beyond.
 * @throws ArgumentError for a start off the manifold (`normalize` gives one on it); HypothesisError for an
 *   activation that is not positively homogeneous; what `solve` throws.
 */
export function normalizedFlow(
  net: Network,
  objective: Objective,
  theta0: ArrayLike<number>,
  options: NormalizedFlowOptions,
): NormalizedFlow {
  const { until, retraction = 'sphere', ...solveOptions } = options;
  requireStart(objective, theta0);
  requireOnManifold(net, theta0);
  const neurons = hiddenNeurons(net);
  const solution = solve(
    {
      rhs: (_t, theta, out) => {
        objective.gradient(theta, out);
        projectTangent(neurons, theta, out);
        for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
      },
      y0: theta0,
      t0: 0,
      t1: until,
    },
    { ...solveOptions, project: (_t, theta) => retract(neurons, theta, retraction) },
  );
  return { ...solution, loss: Float64Array.from(solution.y, (theta) => objective.value(theta)) };
}
