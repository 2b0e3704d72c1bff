import { requireKnownOptions, requireObject } from '@nonsmooth/core';
import { requireParameters, type EmpiricalRiskData, type Network } from '@nonsmooth/nets';
import { dormandPrince54 } from '@nonsmooth/ode';
import { flowOptionNames, type Flow, type FlowOptions } from '../flow/flow.js';
import { follow } from '../flow/follow.js';
import { frozenNetwork, type Unit } from './frozen-network.js';
import { slidingField } from './sliding-field.js';
import { unitModes } from './unit-modes.js';
import { held, on, type UnitStates } from './unit-states.js';

/**
 * What happened to a hidden neuron on a sample: `on`, `off`: it crossed its kink; `slide`: it is held on it;
 * `exit-on`, `exit-off`: it is let go.
 */
export interface UnitEvent extends Unit {
  readonly t: number;
  readonly kind: 'on' | 'off' | 'slide' | 'exit-on' | 'exit-off';
}

export interface DeepReluFlow extends Flow {
  /** Everything that happened at kinks, in order. */
  readonly itinerary: readonly UnitEvent[];
  /** The solution is unique up to here, or throughout: when a kink was met that repels to both sides. */
  readonly uniqueUntil: number | undefined;
}

/**
 * The gradient flow of the empirical squared risk of a ReLU network of any depth as the differential inclusion
 * Θ' ∈ −∂L(Θ) (Clarke). The activation pattern is frozen within each step, crossings of kinks are located, and units
 * (hidden neurons on samples) slide along kinks that attract from both sides until one side lets them go: with N the
 * gradients of their pre-activations, Θ' is −∇L projected to the complement of span N, which is also right where kinks
 * of several layers meet on one sample. Which units are let go when others arrive is decided by the minimal-norm
 * element over all of them.
 * Signs are watched at the middle and the end of each step: a unit that crosses twice in between is missed. For one
 * hidden layer `reluFlow` excludes that, and treats points where kinks meet completely.
 * @throws HypothesisError for other networks or losses; ShapeError, NonFiniteError for θ₀; ArgumentError for options.
 */
export function deepReluFlow(
  net: Network,
  data: EmpiricalRiskData,
  theta0: ArrayLike<number>,
  options: FlowOptions,
): DeepReluFlow {
  const frozen = frozenNetwork(net, data);
  requireObject('options', options);
  requireKnownOptions('options', options, flowOptionNames);
  requireParameters(net, theta0);
  const itinerary: UnitEvent[] = [];
  const patterns: { t: number; states: UnitStates }[] = [];
  let uniqueUntil: number | undefined;
  const flow = slidingField(frozen, net.dimension);
  const slack = Math.max(1e-13, 1e-3 * (options.rtol ?? 1e-3));
  const modes = unitModes(frozen, flow, net.dimension, slack, {
    entered: (t, states) => void patterns.push({ t, states }),
    changed(t, index, before, after) {
      const way = after === on ? 'on' : 'off';
      const kind = after === held ? 'slide' : before === held ? (`exit-${way}` as const) : way;
      itinerary.push({ t, ...frozen.unit(index), kind });
    },
    several: (t) => void (uniqueUntil ??= t),
  });
  const statesAt = (t: number): UnitStates =>
    (patterns.findLast((one) => one.t <= t) ?? patterns[0]!).states;
  const result = follow<UnitStates>(
    {
      value: (t, theta) => frozen.forward(theta, statesAt(t)),
      velocity: (t, theta, out) => flow.velocity(theta, statesAt(t), out),
      problem: {
        rhs: (_t, theta, out, states) => void flow.velocity(theta, states, out),
        autonomous: true,
        modes,
      },
    },
    theta0,
    options.method ?? dormandPrince54,
    options,
  );
  return { ...result, itinerary, uniqueUntil };
}
