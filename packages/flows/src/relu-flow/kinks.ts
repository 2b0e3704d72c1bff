import type { Objective } from '@nonsmooth/core';
import {
  checkedData,
  isEmpiricalRisk,
  type EmpiricalRisk,
  type EmpiricalRiskData,
  type Network,
} from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import { failedReluHypothesis } from '../relu-hypothesis.js';

const theorem = 'flows of shallow ReLU networks as differential inclusions';

/**
 * The empirical squared risk of a shallow ReLU network, with its samples gathered by input: samples with equal
 * inputs have equal kinks. The kink of neuron j and group g is the surface ⟨(w_j, b_j), (x_g, 1)⟩ = 0.
 */
export interface ShallowProblem {
  readonly inputDimension: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly groups: number;
  readonly samples: number;
  /** groups × (inputDimension + 1): the inputs with a 1 appended. */
  readonly extendedInputs: Float64Array;
  /** ‖(x_g, 1)‖². */
  readonly squaredNorms: Float64Array;
  /** Number of samples of each group. */
  readonly counts: Float64Array;
  /** groups × outputs: sums of the targets over each group. */
  readonly targetSums: Float64Array;
  /** Σ over all samples of ‖y − mean of its group‖²: the part of the risk that no network changes. */
  readonly withinGroups: number;
  /** Offsets in θ. */
  readonly offsets: {
    readonly weights: number;
    readonly biases: number;
    readonly outgoing: number;
    readonly outputBias: number;
  };
}

/** Whether an objective is the empirical squared risk of a shallow ReLU network. */
export function isShallowReluRisk(objective: Objective): objective is EmpiricalRisk {
  return (
    isEmpiricalRisk(objective) && failedHypothesis(objective.network, objective.data) === undefined
  );
}

/** Gathers the samples. @throws HypothesisError for other networks and losses; what `empiricalRisk` throws for data. */
export function shallowProblem(net: Network, data: EmpiricalRiskData): ShallowProblem {
  const [inputDimension, hidden, outputs] = net.widths as [number, number, number];
  const failed = failedHypothesis(net, data);
  if (failed) throw failed;
  const checked = checkedData(net, data);
  const { data: inputs } = checked.inputs;
  const { data: targets } = checked.targets;
  const samples = checked.inputs.shape[0]!;

  const groupOf = new Map<string, number>();
  const extended: number[] = [];
  const counts: number[] = [];
  const sums: number[][] = [];
  const squares: number[] = [];
  for (let s = 0; s < samples; s++) {
    const x = inputs.subarray(s * inputDimension, (s + 1) * inputDimension);
    const name = x.join(' ');
    let g = groupOf.get(name);
    if (g === undefined) {
      g = counts.length;
      groupOf.set(name, g);
      extended.push(...x, 1);
      counts.push(0);
      sums.push(new Array<number>(outputs).fill(0));
      squares.push(0);
    }
    counts[g]!++;
    for (let o = 0; o < outputs; o++) {
      const y = targets[s * outputs + o]!;
      sums[g]![o]! += y;
      squares[g]! += y * y;
    }
  }
  const width = inputDimension + 1;
  const squaredNorms = counts.map((_, g) =>
    extended.slice(g * width, (g + 1) * width).reduce((sum, x) => sum + x * x, 0),
  );
  const withinGroups = squares.reduce(
    (sum, square, g) =>
      sum + Math.max(0, square - sums[g]!.reduce((s, y) => s + y * y, 0) / counts[g]!),
    0,
  );
  const offset = (name: string): number => net.layout.find((one) => one.name === name)!.offset;
  return {
    inputDimension,
    hidden,
    outputs,
    groups: counts.length,
    samples,
    extendedInputs: Float64Array.from(extended),
    squaredNorms: Float64Array.from(squaredNorms),
    counts: Float64Array.from(counts),
    targetSums: Float64Array.from(sums.flat()),
    withinGroups,
    offsets: {
      weights: offset('W1'),
      biases: offset('b1'),
      outgoing: offset('W2'),
      outputBias: offset('b2'),
    },
  };
}

function failedHypothesis(net: Network, data: EmpiricalRiskData): HypothesisError | undefined {
  const { widths } = net;
  if (widths.length !== 3) {
    return new HypothesisError('network.widths', widths, 'one hidden layer', theorem);
  }
  return failedReluHypothesis(net, data, theorem);
}

/** ⟨(w_j, b_j), (x_g, 1)⟩, neuron j's pre-activation on group g. */
export function preActivation(
  problem: ShallowProblem,
  theta: Float64Array,
  j: number,
  g: number,
): number {
  const { inputDimension: n, extendedInputs, offsets } = problem;
  let z = theta[offsets.biases + j]!;
  const w = offsets.weights + j * n;
  const x = g * (n + 1);
  for (let i = 0; i < n; i++) z += theta[w + i]! * extendedInputs[x + i]!;
  return z;
}
