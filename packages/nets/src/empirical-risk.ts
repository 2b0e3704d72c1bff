import {
  ArgumentError,
  once,
  refuseMisspelt,
  requireKnownOptions,
  requireLength,
  requireOutput,
  type Dtype,
  type FloatArray,
  type Objective,
  type OptionNames,
  type SampledObjective,
} from '@nonsmooth/core';
import {
  compile,
  objective,
  switchedProgram,
  switchingProgram,
  type Program,
  type TracedObjective,
} from '@nonsmooth/autodiff';
import {
  defaultKernels,
  defaultKinks,
  type DenseRisk,
  activationKinks,
  isSmoothLoss,
  resolveLoss,
  type FrozenRisk,
  type Kernels,
  type Kinks,
  type Loss,
  type LossName,
} from '@nonsmooth/kernels';
import type { Tensor } from '@nonsmooth/tensor';
import { requireNetwork, type Network } from './network.js';
import { rowsAt, toRows, toTargets, type Rows } from './samples.js';
import { traceRisk } from './traced-risk.js';

/** Samples and loss of an empirical risk. */
export interface EmpiricalRiskData {
  /** samples × l₀; a vector of numbers if l₀ = 1. */
  readonly inputs: Rows;
  /** samples × l_D; a vector if l_D = 1; class indices for losses of classes. */
  readonly targets: Rows;
  /** Default 'squared'. */
  readonly loss?: LossName | Loss;
}

const dataNames: OptionNames<EmpiricalRiskData> = { inputs: true, targets: true, loss: true };

/** Options of `empiricalRisk`. */
export interface EmpiricalRiskOptions {
  /** Arithmetic of the kernels. Default 'f64'. */
  readonly dtype?: Dtype;
  /** Default: the fastest portable ones. */
  readonly kernels?: Kernels;
  /** Derivatives at kinks. Default: `defaultKinks`. */
  readonly kinks?: Kinks;
}

const riskOptionNames: OptionNames<EmpiricalRiskOptions> = {
  dtype: true,
  kernels: true,
  kinks: true,
};

/** The mean loss of a network over samples, as an objective. */
export interface EmpiricalRisk extends SampledObjective, TracedObjective {
  readonly network: Network;
  /** The samples and the loss, as they were checked. */
  readonly data: Required<EmpiricalRiskData>;
  /** Arithmetic of the kernels. */
  readonly dtype: Dtype;
  /** Derivatives at kinks. */
  readonly kinks: Kinks;
  readonly program: Program;
  readonly smooth: boolean;
  hessianVector: NonNullable<Objective['hessianVector']>;
  hessian: NonNullable<Objective['hessian']>;
  switching: NonNullable<Objective['switching']>;
  descent: NonNullable<SampledObjective['descent']>;
  /** The same risk with the slopes of its activations given, in the same arithmetic; to be disposed of by itself. */
  frozen(): FrozenRisk;
  /** Releases the kernel's memory now instead of when the risk is collected. */
  dispose(): void;
}

const risks = new WeakSet<Objective>();

/** Whether `objective` was created by `empiricalRisk`; its `network` and `data` then describe it completely. */
export function isEmpiricalRisk(objective: Objective): objective is EmpiricalRisk {
  return risks.has(objective);
}

/** With a Lipschitz continuous derivative: second derivatives exist almost everywhere, and describe the gradient. */
function isSmoothRisk(net: Network, loss: LossName | Loss): boolean {
  const { name, parameter } = resolveLoss(loss);
  return activationKinks(net.activation).length === 0 && isSmoothLoss(name, parameter);
}

/**
 * L(θ) = the mean loss of N_θ over the samples, computed by the kernels; `program` is the same function traced.
 * @throws ShapeError, NonFiniteError or ArgumentError for data that do not fit the network or the loss.
 */
export function empiricalRisk(
  net: Network,
  data: EmpiricalRiskData,
  options: EmpiricalRiskOptions = {},
): EmpiricalRisk {
  requireKnownOptions('options', options, riskOptionNames);
  const { loss, inputs, targets } = checkedData(net, data);
  const { dtype = 'f64', kernels = defaultKernels, kinks = defaultKinks } = options;
  if (dtype !== 'f64' && dtype !== 'f32') throw new ArgumentError('dtype', dtype, 'f64, f32');
  if (typeof kernels?.denseNetwork !== 'function') {
    throw new ArgumentError('options.kernels', kernels, 'kernels such as defaultKernels');
  }
  const problem = {
    widths: net.widths,
    activation: net.activation,
    batchNormalization: net.batchNormalization,
    loss,
    dtype,
    inputs: inputs.data,
    targets: targets.data,
    kinks,
  };
  const risk = kernels.denseNetwork(problem) as DenseRisk | undefined;
  if (typeof risk?.gradient !== 'function') {
    throw new ArgumentError('options.kernels', kernels, 'kernels whose denseNetwork makes risks');
  }
  let program: Program | undefined;
  const switching = once(() => compile(switchingProgram(made.program)));
  const made: EmpiricalRisk = {
    network: net,
    data: { inputs, targets, loss },
    dtype,
    kinks,
    dimension: net.dimension,
    samples: risk.samples,
    layout: net.layout,
    smooth: isSmoothRisk(net, loss),
    value: (theta) => risk.value(theta),
    gradient: (theta, out) => risk.gradient(theta, out),
    batchGradient: (theta, indices, out) => risk.batchGradient(theta, indices, out),
    descent: (theta, descentOptions) => risk.descent(theta, descentOptions),
    hessianVector: (theta, v, out) => risk.hessianVector(theta, v, out),
    hessian: (theta, out) => risk.hessian(theta, out),
    switching(theta, out) {
      requireLength('theta', theta, net.dimension);
      requireOutput('out', out, switchedProgram(made.program).size);
      switching().run([theta], [out]);
    },
    frozen: () => kernels.frozenNetwork(problem),
    dispose: () => risk.dispose(),
    get program(): Program {
      return (program ??= traceRisk(net, inputs, targets, loss));
    },
  };
  risks.add(made);
  return made;
}

/**
 * The same risk through autodiff: the obvious slow twin of `empiricalRisk`, in float64.
 * @throws as `empiricalRisk`.
 */
export function tracedEmpiricalRisk(
  net: Network,
  data: EmpiricalRiskData,
  options: Pick<EmpiricalRiskOptions, 'kinks'> = {},
): SampledObjective & { readonly program: Program } {
  requireKnownOptions('options', options, ['kinks']);
  const { loss, inputs, targets } = checkedData(net, data);
  const program = traceRisk(net, inputs, targets, loss);
  const full = objective(program, net.dimension, options);
  return {
    ...full,
    layout: net.layout,
    program,
    samples: inputs.shape[0]!,
    batchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number {
      const batch = traceRisk(net, rowsAt(inputs, indices), rowsAt(targets, indices), loss);
      return objective(batch, net.dimension, options).gradient(theta, out);
    },
  };
}

/**
 * The samples as samples × l₀ and samples × l_D tensors (samples × 1 for crossEntropy), and the loss, all checked.
 * @throws as `empiricalRisk`.
 */
export function checkedData(
  net: Network,
  data: EmpiricalRiskData,
): { readonly inputs: Tensor; readonly targets: Tensor; readonly loss: LossName | Loss } {
  if (typeof data !== 'object' || data === null) {
    throw new ArgumentError('data', data, '{ inputs, targets, loss? }');
  }
  requireNetwork('net', net);
  refuseMisspelt('data', data, Object.keys(dataNames));
  const loss = data.loss ?? 'squared';
  const { name } = resolveLoss(loss);
  const inputs = toRows('inputs', data.inputs, net.widths[0]!);
  const targets = toTargets(net, name, data.targets, inputs.shape[0]!);
  return { loss, inputs, targets };
}
