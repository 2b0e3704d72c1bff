import { largest, type Objective } from '@nonsmooth/core';
import {
  checkedData,
  isEmpiricalRisk,
  type EmpiricalRisk,
  type EmpiricalRiskData,
  type Network,
} from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import { failedReluHypothesis } from '../relu-hypothesis.js';
import { held, on, type UnitStates } from './unit-states.js';

const theorem = 'flows of deep ReLU networks as differential inclusions';

/** A hidden neuron on one sample. */
export interface Unit {
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly neuron: number;
  /** The first sample with this input; samples with equal inputs have equal kinks. */
  readonly sample: number;
}

/**
 * The empirical squared risk L = (1/M) Σ_s ‖N(x_s) − y_s‖² of a ReLU network of any depth, with the activation
 * pattern frozen: units that are on pass their pre-activation z on, whatever its sign, all others pass 0. For a fixed
 * pattern everything is a polynomial in θ. All arrays are by unit.
 */
export interface FrozenNetwork {
  readonly count: number;
  unit(index: number): Unit;
  /** z of every unit, as the last `forward` left it. */
  readonly preActivations: Float64Array;
  /** ∂L/∂a of the outputs a of every unit, as the last `backward` left it. */
  readonly sensitivities: Float64Array;
  /** Returns L. */
  forward(theta: Float64Array, states: UnitStates): number;
  /** Writes Σ ∂L/∂z ∇z over the last `forward`, with ∂L/∂z of the held units as given. */
  backward(theta: Float64Array, states: UnitStates, signals: Float64Array, out: Float64Array): void;
  /** Writes ∇_θ z of one unit; held units below it pass nothing. */
  kinkGradient(theta: Float64Array, states: UnitStates, index: number, out: Float64Array): void;
}

/** Whether an objective is the empirical squared risk of a ReLU network with two or more hidden layers. */
export function isDeepReluRisk(objective: Objective): objective is EmpiricalRisk {
  if (!isEmpiricalRisk(objective)) return false;
  const { network, data } = objective;
  return network.widths.length > 3 && failedHypothesis(network, data) === undefined;
}

/** @throws HypothesisError for other networks and losses; what `empiricalRisk` throws for data. */
export function frozenNetwork(net: Network, data: EmpiricalRiskData): FrozenNetwork {
  const failed = failedHypothesis(net, data);
  if (failed) throw failed;
  const { widths, layout } = net;
  const depth = widths.length - 1;
  const outputWidth = widths[depth]!;
  const { inputs, targets, shares, firstSamples, within } = distinctSamples(net, data);
  const samples = shares.length;
  const offset = (name: string): number => layout.find((one) => one.name === name)!.offset;
  const weights = widths.map((_, k) => (k === 0 ? 0 : offset(`W${k}`)));
  const biases = widths.map((_, k) => (k === 0 ? 0 : offset(`b${k}`)));
  /** Where the units of a hidden layer start; sample by sample. */
  const bases = [0, 0];
  for (let k = 1; k < depth; k++) bases.push(bases[k]! + widths[k]! * samples);
  const count = bases[depth]!;

  const preActivations = new Float64Array(count);
  const outputs = new Float64Array(count);
  const sensitivities = new Float64Array(count);
  const residuals = new Float64Array(samples * outputWidth);
  const widest = largest(widths);
  let signal = new Float64Array(widest);
  let below = new Float64Array(widest);

  const placeOf = (index: number) => {
    let layer = 1;
    while (bases[layer + 1]! <= index) layer++;
    const place = index - bases[layer]!;
    return { layer, neuron: place % widths[layer]!, group: Math.floor(place / widths[layer]!) };
  };

  /** Adds the share of one sample from layer k down, whose ∂/∂z is in `signal`. */
  const descend = (
    theta: Float64Array,
    states: UnitStates,
    sample: number,
    from: number,
    signals: Float64Array | undefined,
    out: Float64Array,
  ): void => {
    for (let k = from; k >= 1; k--) {
      const fanIn = widths[k - 1]!;
      const source = k === 1 ? inputs : outputs;
      const first = k === 1 ? sample * fanIn : bases[k - 1]! + sample * fanIn;
      below.fill(0, 0, fanIn);
      for (let j = 0; j < widths[k]!; j++) {
        const d = signal[j]!;
        if (d === 0) continue;
        const row = weights[k]! + j * fanIn;
        out[biases[k]! + j] = out[biases[k]! + j]! + d;
        for (let i = 0; i < fanIn; i++) {
          out[row + i] = out[row + i]! + d * source[first + i]!;
          below[i] = below[i]! + d * theta[row + i]!;
        }
      }
      if (k === 1) return;
      for (let i = 0; i < fanIn; i++) {
        const u = first + i;
        const state = states[u]!;
        if (signals) sensitivities[u] = below[i]!;
        below[i] = state === on ? below[i]! : state === held && signals ? signals[u]! : 0;
      }
      [signal, below] = [below, signal];
    }
  };

  return {
    count,
    preActivations,
    sensitivities,

    unit(index) {
      const { layer, neuron, group } = placeOf(index);
      return { layer, neuron, sample: firstSamples[group]! };
    },

    forward(theta, states) {
      let loss = within;
      for (let s = 0; s < samples; s++) {
        for (let k = 1; k <= depth; k++) {
          const fanIn = widths[k - 1]!;
          const width = widths[k]!;
          const source = k === 1 ? inputs : outputs;
          const first = k === 1 ? s * fanIn : bases[k - 1]! + s * fanIn;
          for (let j = 0; j < width; j++) {
            let z = theta[biases[k]! + j]!;
            const row = weights[k]! + j * fanIn;
            for (let i = 0; i < fanIn; i++) z += theta[row + i]! * source[first + i]!;
            if (k < depth) {
              const u = bases[k]! + s * width + j;
              preActivations[u] = z;
              outputs[u] = states[u] === on ? z : 0;
            } else {
              const r = z - targets[s * width + j]!;
              residuals[s * width + j] = r;
              loss += shares[s]! * r * r;
            }
          }
        }
      }
      return loss;
    },

    backward(theta, states, signals, out) {
      out.fill(0);
      for (let s = 0; s < samples; s++) {
        for (let j = 0; j < outputWidth; j++) {
          signal[j] = 2 * shares[s]! * residuals[s * outputWidth + j]!;
        }
        descend(theta, states, s, depth, signals, out);
      }
    },

    kinkGradient(theta, states, index, out) {
      const { layer, neuron, group } = placeOf(index);
      out.fill(0);
      signal.fill(0, 0, widths[layer]);
      signal[neuron] = 1;
      descend(theta, states, group, layer, undefined, out);
    },
  };
}

/** Samples with equal inputs taken together: their share of all, their mean target, and what no network changes. */
function distinctSamples(net: Network, data: EmpiricalRiskData) {
  const checked = checkedData(net, data);
  const [samples, inputWidth] = checked.inputs.shape as readonly [number, number];
  const outputWidth = checked.targets.shape[1]!;
  const { data: inputs } = checked.inputs;
  const { data: targets } = checked.targets;
  const groups = new Map<string, number[]>();
  for (let s = 0; s < samples; s++) {
    const name = inputs.subarray(s * inputWidth, (s + 1) * inputWidth).join(' ');
    groups.set(name, [...(groups.get(name) ?? []), s]);
  }
  const members = [...groups.values()];
  const row = (s: number) => [...inputs.subarray(s * inputWidth, (s + 1) * inputWidth)];
  const target = (s: number, j: number) => targets[s * outputWidth + j]!;
  const means = members.map((group) =>
    Array.from(
      { length: outputWidth },
      (_, j) => group.reduce((sum, s) => sum + target(s, j), 0) / group.length,
    ),
  );
  let within = 0;
  members.forEach((group, g) => {
    for (const s of group) {
      for (let j = 0; j < outputWidth; j++) within += (target(s, j) - means[g]![j]!) ** 2 / samples;
    }
  });
  return {
    inputs: Float64Array.from(members.flatMap(([first]) => row(first!))),
    targets: Float64Array.from(means.flat()),
    shares: members.map((group) => group.length / samples),
    firstSamples: members.map(([first]) => first!),
    within,
  };
}

function failedHypothesis(net: Network, data: EmpiricalRiskData): HypothesisError | undefined {
  const { widths } = net;
  if (widths.length < 3) {
    return new HypothesisError('network.widths', widths, 'one or more hidden layers', theorem);
  }
  return failedReluHypothesis(net, data, theorem);
}
