import type { EmpiricalRiskData, Network } from '@nonsmooth/nets';
import { requireParameters } from '@nonsmooth/nets';
import { solve, type Solution, type SolveOptions } from '@nonsmooth/ode';
import { field } from './field.js';
import type { KinkEvent } from './itinerary.js';
import { shallowProblem } from './kinks.js';
import type { Pattern } from './pattern.js';
import { kinkModes } from './switching.js';

export interface ReluFlowOptions extends SolveOptions {
  /** The horizon: the flow runs from t = 0 to this time. */
  readonly until: number;
}

export interface ReluFlow extends Solution {
  /** Everything that happened at kinks, in order. */
  readonly itinerary: readonly KinkEvent[];
  /** When a neuron that died on its kink could first leave it: the solution is unique up to here, or throughout. */
  readonly uniqueUntil: number | undefined;
}

/**
 * The gradient flow of the empirical squared risk of a shallow ReLU network as the differential inclusion
 * Θ' ∈ −∂L(Θ) (Clarke), of which it follows the minimal-norm solution: the activation pattern is frozen within each
 * step, crossings of kinks are located on the dense output, neurons slide along kinks that attract from both sides
 * (Filippov) until one side lets them go, and a neuron whose last active sample switches off stays where it is. The
 * order of the method is kept across kinks.
 * One kink at a time per neuron: with one input no generic flow meets two (both would mean w = b = 0); with several
 * inputs a sliding neuron may reach a second surface, which ends in an error here.
 * @throws HypothesisError for other networks or losses; ShapeError, NonFiniteError for θ₀; ArgumentError where a
 *   neuron is on two kinks at once; what `solve` throws.
 */
export function reluFlow(
  net: Network,
  data: EmpiricalRiskData,
  theta0: ArrayLike<number>,
  options: ReluFlowOptions,
): ReluFlow {
  const problem = shallowProblem(net, data);
  requireParameters(net, theta0);
  const { until, ...solveOptions } = options;
  const width = problem.inputDimension + 1;
  const itinerary: KinkEvent[] = [];
  let uniqueUntil: number | undefined;
  const modes = kinkModes(problem, (t, neuron, group, kind) => {
    const input = [...problem.extendedInputs.subarray(group * width, (group + 1) * width - 1)];
    itinerary.push({ t, neuron, input, kind });
    if (kind === 'could-leave') uniqueUntil ??= t;
  });
  const flow = field(problem);
  const solution = solve<Pattern>(
    {
      rhs: (_t, theta, out, pattern) => {
        flow.velocity(theta, pattern, out);
      },
      y0: theta0,
      t0: 0,
      t1: until,
      autonomous: true,
      modes,
    },
    solveOptions,
  );
  return { ...solution, itinerary, uniqueUntil };
}
