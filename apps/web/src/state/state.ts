import type { ActivationName, LossName as AnyLoss } from '@nonsmooth/kernels';

/** Losses of real targets. */
export type LossName = Extract<AnyLoss, 'squared' | 'absoluteError' | 'huber'>;

/** Where the samples come from: a rule with a count, or the points themselves. */
export type DataKind =
  | 'line'
  | 'sine'
  | 'square'
  | 'absolute'
  | 'step'
  | 'constant'
  | 'polynomial'
  | 'xor'
  | 'moons'
  | 'bump'
  | 'points';

/** How the parameters begin. */
export type StartKind = 'heNormal' | 'xavierUniform' | 'normal' | 'values';

/** What moves the parameters. */
export type DynamicsKind = 'flow' | 'normalized' | 'gd' | 'sgd' | 'adam';

/** What the lower panel shows. */
export type Tab = 'gradients' | 'verdict' | 'programs' | 'export';

/** The curves over time that can be shown. */
export type ChartName = 'loss' | 'norm' | 'speed' | 'lyapunov' | 'invariants' | 'energy';

/** Everything that a run depends on. */
export interface Experiment {
  /** l₀, …, l_D with l₀ = 1 or 2 and l_D = 1. */
  readonly widths: readonly number[];
  readonly activation: ActivationName;
  readonly loss: LossName;
  readonly data: DataKind;
  /** How many samples a rule makes. */
  readonly count: number;
  /** The value of constant targets, the frequency of the sine. */
  readonly level: number;
  /** Samples of the kind `points`: rows of l₀ numbers. */
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly start: StartKind;
  readonly seed: number;
  /** Standard deviation of normal weights. */
  readonly deviation: number;
  /** Standard deviation of the biases. */
  readonly biases: number;
  /** θ₀ of the kind `values`. */
  readonly theta: readonly number[];
  readonly dynamics: DynamicsKind;
  /** Which solution of the inclusion. */
  readonly choice: 'minimalNorm' | 'steepestDescent';
  /** The horizon of flows. */
  readonly until: number;
  readonly rtol: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly batch: number;
}

/** The whole state of the page. */
export interface State extends Experiment {
  /** The preset that was chosen last, or ''. */
  readonly preset: string;
  /** The other one of standard and normalized flow beside this run. */
  readonly beside: boolean;
  /** So many runs from the next seeds are drawn behind this one. */
  readonly overlays: number;
  /** The moment that is looked at. */
  readonly time: number;
  /** A neuron of the first hidden layer, from 0. */
  readonly neuron: number;
  readonly logTime: boolean;
  readonly logValue: boolean;
  readonly charts: readonly ChartName[];
  readonly tab: Tab;
  /** A program of one line, its point and the direction that is asked about. */
  readonly expression: string;
  readonly point: readonly number[];
  readonly direction: readonly number[];
}

/** What the page shows when nothing else is asked for. */
export const initialState: State = {
  preset: 'sliding',
  widths: [1, 6, 1],
  activation: 'relu',
  loss: 'squared',
  data: 'sine',
  count: 12,
  level: 3,
  inputs: [],
  targets: [],
  start: 'heNormal',
  seed: 2,
  deviation: 1,
  biases: 0.5,
  theta: [],
  dynamics: 'flow',
  choice: 'minimalNorm',
  until: 100,
  rtol: 1e-7,
  learningRate: 0.05,
  steps: 2000,
  batch: 4,
  beside: false,
  overlays: 0,
  time: 23,
  neuron: 1,
  logTime: true,
  logValue: true,
  charts: ['loss', 'norm', 'speed'],
  tab: 'gradients',
  expression: 'relu(x) - relu(-x)',
  point: [0],
  direction: [1],
};
