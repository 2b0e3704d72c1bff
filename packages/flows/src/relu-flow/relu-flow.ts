import { requireKnownOptions, requireObject } from '@nonsmooth/core';
import type { EmpiricalRiskData, Network } from '@nonsmooth/nets';
import { requireParameters } from '@nonsmooth/nets';
import { dormandPrince54 } from '@nonsmooth/ode';
import { flowOptionNames, type Flow, type FlowOptions } from '../flow/flow.js';
import { follow } from '../flow/follow.js';
import { field } from './field.js';
import { flatsOf } from './flat.js';
import type { KinkEvent } from './itinerary.js';
import { shallowProblem } from './kinks.js';
import type { Pattern } from './pattern.js';
import { kinkModes } from './switching.js';

export interface ReluFlow extends Flow {
  /** Everything that happened at kinks, in order. */
  readonly itinerary: readonly KinkEvent[];
  /** The activation patterns, each from its time t on. */
  readonly patterns: readonly { readonly t: number; readonly pattern: Pattern }[];
  /**
   * The solution is unique up to here, or throughout: when a neuron that died on its kink could first leave it, the
   * kinks met at a point let the flow go on in several ways, or one slid along became repelling.
   */
  readonly uniqueUntil: number | undefined;
}

/**
 * The gradient flow of the empirical squared risk of a shallow ReLU network as the differential inclusion
 * Θ' ∈ −∂L(Θ) (Clarke), of which it follows the minimal-norm solution: the activation pattern is frozen within each
 * step, crossings of kinks are located on the dense output, neurons slide along kinks that attract from both sides
 * (Filippov) until one side lets them go, and a neuron whose last active sample switches off stays where it is. The
 * order of the method is kept across kinks.
 * With several inputs a neuron may be held on as many kinks at once, or on more where inputs lie on a line, plane, …;
 * with w = b = 0 on all of them. Where so many meet that the ways on cannot be listed (600 rays, 4000 faces) the flow
 * ends with the status `stopped` and the reason.
 * @throws HypothesisError for other networks or losses; ShapeError, NonFiniteError for θ₀; ArgumentError where it is
 *   such a point, and for options.
 */
export function reluFlow(
  net: Network,
  data: EmpiricalRiskData,
  theta0: ArrayLike<number>,
  options: FlowOptions,
): ReluFlow {
  const problem = shallowProblem(net, data);
  requireObject('options', options);
  requireKnownOptions('options', options, flowOptionNames);
  requireParameters(net, theta0);
  const width = problem.inputDimension + 1;
  const itinerary: KinkEvent[] = [];
  const patterns: { t: number; pattern: Pattern }[] = [];
  let uniqueUntil: number | undefined;
  let undecided: string | undefined;
  const findFlat = flatsOf(problem);
  const flow = field(problem, findFlat);
  const modes = kinkModes(problem, flow, findFlat, 0.01 * (options.rtol ?? 1e-3), {
    entered(t, pattern) {
      patterns.push({ t, pattern });
    },
    happened(t, neuron, group, kind) {
      const input = [...problem.extendedInputs.subarray(group * width, (group + 1) * width - 1)];
      itinerary.push({ t, neuron, input, kind });
      if (kind === 'could-leave' || kind === 'several') uniqueUntil ??= t;
    },
    undecided(t, neuron) {
      undecided = `at t = ${t} neuron ${neuron} meets more kinks at once than can be decided`;
    },
  });
  const patternAt = (t: number): Pattern =>
    (patterns.findLast((one) => one.t <= t) ?? patterns[0]!).pattern;
  const scratch = new Float64Array(net.dimension);
  const result = follow<Pattern>(
    {
      value: (t, theta) => flow.velocity(theta, patternAt(t), scratch),
      velocity: (t, theta, out) => flow.velocity(theta, patternAt(t), out),
      problem: {
        rhs: (_t, theta, out, pattern) => {
          flow.velocity(theta, pattern, out);
        },
        autonomous: true,
        modes,
      },
    },
    theta0,
    options.method ?? dormandPrince54,
    options,
  );
  return { ...result, reason: undecided ?? result.reason, itinerary, patterns, uniqueUntil };
}
