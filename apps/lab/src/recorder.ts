import { ArgumentError, norm2 } from '@nonsmooth/core';
import { invariants, lyapunov } from '@nonsmooth/flows';
import { isEmpiricalRisk, network, realize, type EmpiricalRisk } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import type { Problem } from './problem.js';
import type { ColumnName } from './study.js';

/** Computes what a study records of parameters. */
export interface Recorder {
  readonly names: readonly ColumnName[];
  /** One number per name; `known` is what the dynamics know already. */
  row(theta: Float64Array, known?: Known): number[];
}

/** Loss and ‖Θ'‖ of a flow, and how many kinks it has met. */
export interface Known {
  readonly loss: number;
  readonly speed: number;
  readonly kinkEvents?: number;
}

/** Parameters to look at: what several columns need is computed once. */
interface Sight {
  readonly theta: Float64Array;
  readonly known: Known | undefined;
  readonly loss: number;
  readonly gradientNorm: number;
}

type Column = (sight: Sight) => number;

/** One entry per column: checks once that it fits the problem, then computes it. */
const columns: { readonly [Name in ColumnName]: (problem: Problem) => Column } = {
  loss: () => (sight) => sight.known?.loss ?? sight.loss,
  speed: () => (sight) => sight.known?.speed ?? sight.gradientNorm,
  norm: () => (sight) => norm2(sight.theta),
  gradientNorm: () => (sight) => sight.gradientNorm,

  testLoss({ test }) {
    if (!test) throw new ArgumentError('record', 'testLoss', 'a study with a test set');
    return ({ theta }) => test.value(theta);
  },

  accuracy({ risk, test }) {
    const judged = test ?? empirical(risk, 'accuracy');
    return ({ theta }) => (theta.every(Number.isFinite) ? accuracyOf(judged, theta) : NaN);
  },

  lyapunov({ net, risk }) {
    const v = lyapunov(net, targetsOf(empirical(risk, 'lyapunov')));
    return ({ theta }) => v.value(theta);
  },

  invariantsDrift({ net, theta0 }) {
    const conserved = invariants(net);
    return ({ theta }) => (theta.every(Number.isFinite) ? conserved.drift(theta, theta0) : NaN);
  },

  activeNeurons({ net, risk }) {
    if (!['relu', 'leakyRelu'].includes(net.activation.name)) {
      throw new ArgumentError('record', 'activeNeurons', 'a network with relu or leakyRelu');
    }
    const { inputs } = empirical(risk, 'activeNeurons').data;
    const { widths, activation, batchNormalization } = net;
    const prefixes = widths
      .slice(1, -1)
      .map((_, k) => network(widths.slice(0, k + 2), { activation, batchNormalization }));
    return ({ theta }) => {
      if (!theta.every(Number.isFinite)) return NaN;
      let active = 0;
      for (const prefix of prefixes) {
        // without the last activation, the prefix realizes the preactivations of its layer
        const width = prefix.widths.at(-1)!;
        const z = realize(prefix, theta.subarray(0, prefix.dimension), inputs).data;
        for (let j = 0; j < width; j++) {
          let isActive = false;
          for (let i = j; i < z.length && !isActive; i += width) isActive = z[i]! > 0;
          if (isActive) active++;
        }
      }
      return active;
    };
  },

  kinkEvents: () => (sight) => {
    if (sight.known?.kinkEvents !== undefined) return sight.known.kinkEvents;
    throw new ArgumentError('record', 'kinkEvents', 'a gradientFlow with kinks: itinerary');
  },
};

function empirical(risk: Problem['risk'], column: string): EmpiricalRisk {
  if (isEmpiricalRisk(risk)) return risk;
  throw new ArgumentError('record', column, 'the empirical risk');
}

/** The checked targets, which a risk keeps as a tensor. */
function targetsOf({ data: { targets } }: EmpiricalRisk): ArrayLike<number> {
  return tensor(targets).data;
}

/** The share of samples whose largest output is their class; of one output, whose sign is. */
function accuracyOf(judged: EmpiricalRisk, theta: Float64Array): number {
  const {
    network: net,
    data: { inputs },
  } = judged;
  const outputs = realize(net, theta, inputs).data;
  const truth = targetsOf(judged);
  const width = net.widths.at(-1)!;
  const samples = outputs.length / width;
  let right = 0;
  for (let i = 0; i < samples; i++) {
    if (width === 1) {
      right += outputs[i]! > 0 === truth[i]! > 0.5 ? 1 : 0;
      continue;
    }
    const best = place(outputs, i * width, width);
    const isClass = truth.length === samples;
    right += best === (isClass ? truth[i]! : place(truth, i * width, width)) ? 1 : 0;
  }
  return right / samples;
}

function place(values: ArrayLike<number>, from: number, width: number): number {
  let best = 0;
  for (let j = 1; j < width; j++) if (values[from + j]! > values[from + best]!) best = j;
  return best;
}

/** @throws ArgumentError for a column that the problem does not have. */
export function recorder(problem: Problem, names: readonly ColumnName[]): Recorder {
  const { risk } = problem;
  const gradient = new Float64Array(risk.dimension);
  const rules = names.map((name) => columns[name](problem));
  const needsGradient = names.some((name) => name === 'speed' || name === 'gradientNorm');
  return {
    names,
    row(theta, known) {
      let found: { loss: number; gradientNorm: number } | undefined;
      const look = (): { loss: number; gradientNorm: number } =>
        (found ??= needsGradient
          ? { loss: risk.gradient(theta, gradient), gradientNorm: norm2(gradient) }
          : { loss: risk.value(theta), gradientNorm: NaN });
      const sight: Sight = {
        theta,
        known,
        get loss() {
          return look().loss;
        },
        get gradientNorm() {
          return look().gradientNorm;
        },
      };
      return rules.map((rule) => rule(sight));
    },
  };
}
