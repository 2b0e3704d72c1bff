import { ArgumentError, norm2 } from '@nonsmooth/core';
import { invariants, lyapunov } from '@nonsmooth/flows';
import { activationKinks } from '@nonsmooth/kernels';
import { isEmpiricalRisk, network, realize, type EmpiricalRisk } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import { courseOf } from './course.js';
import type { Problem } from './problem.js';
import type { SavedStatistics } from './running-statistics.js';
import type { ColumnName, Dynamics, Study } from './study.js';

/** Computes what a study records of parameters. */
export interface Recorder {
  readonly names: readonly ColumnName[];
  /** One number per name; `known` is what the dynamics know already. */
  row(theta: Float64Array, known?: Known): number[];
}

/** What dynamics know of the parameters that they hand over. */
export interface Known {
  readonly loss?: number;
  /** ‖Θ'‖ of a flow. */
  readonly speed?: number;
  /** How many kinks a flow has met. */
  readonly kinkEvents?: number;
  /** The loss on the last batch of a descent, before its step. */
  readonly batchLoss?: number;
  /** L(Θ_t) − L(Θ_0) + ∫‖Θ'‖² along a flow. */
  readonly energyResidual?: number;
  /** How many steps of a descent have begun exactly at a kink. */
  readonly hitKinks?: number | undefined;
  /** Of a smooth approximation: its width, and how far its gradient is from the limit. */
  readonly epsilon?: number;
  readonly gradientError?: number;
  /** Of the inputs so far, for a network that keeps them. */
  readonly statistics?: SavedStatistics | undefined;
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
const columns: {
  readonly [Name in ColumnName]: (problem: Problem, dynamics: Dynamics) => Column;
} = {
  loss: () => (sight) => sight.known?.loss ?? sight.loss,
  speed: () => (sight) => sight.known?.speed ?? sight.gradientNorm,
  norm: () => (sight) => norm2(sight.theta),
  gradientNorm: () => (sight) => sight.gradientNorm,

  testLoss({ test }) {
    if (!test) throw new ArgumentError('record', 'testLoss', 'a study with a test set');
    return ({ theta, known }) => test.loss(theta, known?.statistics);
  },

  batchLoss: (_problem, dynamics) =>
    known('batchLoss', courseOf(dynamics) === 'descent' ? undefined : 'a descent'),
  energyResidual: (_problem, dynamics) =>
    known('energyResidual', courseOf(dynamics) === 'flow' ? undefined : 'a flow'),
  hitKinks: (_problem, dynamics) =>
    known(
      'hitKinks',
      dynamics.kind === 'generalizedDescent' || (dynamics.kind === 'descent' && dynamics.watch)
        ? undefined
        : 'a descent with watch: {}',
    ),
  epsilon: (_problem, dynamics) => known('epsilon', missingApproximations(dynamics)),
  gradientError: (_problem, dynamics) => known('gradientError', missingApproximations(dynamics)),

  accuracy({ test, train }) {
    const judged = test ?? train();
    return ({ theta, known }) => judged.accuracy(theta, known?.statistics);
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
    if (!activationKinks(net.activation).some(({ at }) => at === 0)) {
      throw new ArgumentError(
        'record',
        'activeNeurons',
        'a network whose activation has a kink at 0, such as relu',
      );
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

  kinkEvents({ risk }, dynamics) {
    const isFlow = courseOf(dynamics) === 'flow';
    const isIgnored = 'kinks' in dynamics && dynamics.kinks === 'ignored';
    const meets = isFlow && !isIgnored && isEmpiricalRisk(risk) && !risk.smooth;
    return known('kinkEvents', meets ? undefined : 'a flow across the kinks of an empirical risk');
  },
};

/** A column that the dynamics bring; `missing` says which would. */
function known(name: keyof Known & ColumnName, missing: string | undefined): Column {
  if (missing !== undefined) throw new ArgumentError('record', name, missing);
  return (sight) => sight.known?.[name] ?? NaN;
}

function missingApproximations(dynamics: Dynamics): string | undefined {
  return courseOf(dynamics) === 'approximations' ? undefined : 'an approximation';
}

function empirical(risk: Problem['risk'], column: string): EmpiricalRisk {
  if (isEmpiricalRisk(risk)) return risk;
  throw new ArgumentError('record', column, 'the empirical risk');
}

/** The checked targets, which a risk keeps as a tensor. */
function targetsOf({ data: { targets } }: EmpiricalRisk): ArrayLike<number> {
  return tensor(targets).data;
}

/** @throws ArgumentError for a column that the problem does not have. */
export function recorder(
  problem: Problem,
  { record: names, dynamics }: Pick<Study, 'record' | 'dynamics'>,
): Recorder {
  const { risk } = problem;
  const gradient = new Float64Array(risk.dimension);
  const rules = names.map((name) => columns[name](problem, dynamics));
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
