import type { Objective } from '@nonsmooth/autodiff';
import type { Network } from '@nonsmooth/nets';
import { dormandPrince54 } from '@nonsmooth/ode';
import { requireObject, requireStart } from '../checks.js';
import type { Flow, FlowOptions } from '../flow/flow.js';
import { follow } from '../flow/follow.js';
import { hiddenNeurons } from '../hidden-neurons.js';
import {
  projectTangent,
  requireOnManifold,
  requireRetraction,
  retract,
  type Retraction,
} from './manifold.js';

export interface NormalizedFlowOptions extends Omit<FlowOptions, 'project'> {
  /** How steps return to the manifold; both keep the order of the method. Default 'sphere'. */
  readonly retraction?: Retraction;
}

/**
 * The normalized gradient flow Θ' = −P_Θ G(Θ) on the manifold of unit hidden neurons of Eberle, Jentzen, Riekert,
 * Weiss (arXiv 2207.06246), along which dL/dt = −‖P G‖². Runge–Kutta steps of the ambient field, each followed
 * by the retraction. Bounded by the theorem for widths 1, 1, 1 and Lipschitz targets; nothing is claimed beyond.
 * @throws ArgumentError for a start off the manifold (`normalize` gives one on it); HypothesisError for an
 *   activation that is not positively homogeneous; ArgumentError for options.
 */
export function normalizedFlow(
  net: Network,
  objective: Objective,
  theta0: ArrayLike<number>,
  options: NormalizedFlowOptions,
): Flow {
  requireStart(objective, theta0);
  requireOnManifold(net, theta0);
  requireObject('options', options);
  const { retraction = 'sphere', ...flowOptions } = options;
  requireRetraction(retraction);
  const neurons = hiddenNeurons(net);
  const tangent = (theta: Float64Array, out: Float64Array): number => {
    const loss = objective.gradient(theta, out);
    projectTangent(neurons, theta, out);
    return loss;
  };
  return follow(
    {
      value: (_t, theta) => objective.value(theta),
      velocity: (_t, theta, out) => tangent(theta, out),
      problem: {
        rhs(_t, theta, out) {
          tangent(theta, out);
          for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
        },
        autonomous: true,
      },
      project: (_t, theta) => retract(neurons, theta, retraction),
    },
    theta0,
    options.method ?? dormandPrince54,
    flowOptions,
  );
}
