import { norm2 } from '@nonsmooth/core';
import {
  classify,
  gradientFlow,
  logarithmicTimes,
  polynomialRealization,
  trajectoryOf,
  univariate,
  type Flow,
} from '@nonsmooth/flows';
import type { ActivationName } from '@nonsmooth/kernels';
import { empiricalRisk } from '@nonsmooth/nets';
import { bdf } from '@nonsmooth/ode';
import { ensemble } from '../case.js';
import { boundError, claim, observation, type Check } from '../check.js';
import type { Work } from '../work.js';
import { studyCoefficients, studyTarget } from './study.js';

// Flows towards the study's polynomial of degree 10 from networks that resemble it: the loss vanishes while the
// parameters go to infinity (Kranz, Gallon, Dereich, Jentzen, arXiv 2505.09572).

interface GrowthTask {
  readonly activation: ActivationName;
  readonly horizon: number;
  /** Width of the differences that make up the first network. */
  readonly h: number;
}

interface GrowthAnswer {
  readonly verdict: string;
  /** At the horizon, and extrapolated. */
  readonly loss: number;
  readonly level: number;
  /** ‖Θ‖ at the start and at the horizon. */
  readonly norms: readonly [number, number];
}

const usual = { horizon: 1e4, h: 2 };

/** Flows whose parameters go to infinity while the loss vanishes. */
export const growthFlows = ensemble<GrowthTask, GrowthAnswer>({
  name: 'towards the polynomial of degree 10',
  unit: 'flows',
  runs: [
    { activation: 'swish', ...usual },
    // growth sets in later; for h = 2 even later, because its start is already so good
    { activation: 'softplus', horizon: 1e5, h: 3 },
    { activation: 'gelu', ...usual },
    { activation: 'elu', ...usual },
    { activation: 'tanh', ...usual },
    { activation: 'logistic', horizon: 1e5, h: 2 },
    { activation: 'mish', ...usual },
    { activation: 'softsign', ...usual },
  ],
  prepare: growthFlow,
  check: checkGrowth,
});

const samples = 400;

function growthFlow({ activation, horizon, h }: GrowthTask): Work<GrowthAnswer> {
  const inputs = Array.from({ length: samples }, (_, i) => -1 + (2 * i) / (samples - 1));
  const polynomial = univariate(studyCoefficients);
  const { network, theta } = polynomialRealization(polynomial, activation, { h });
  const risk = empiricalRisk(network, { inputs, targets: inputs.map(studyTarget) });
  let flow: Flow | undefined;
  return {
    units: 1,
    run() {
      flow = gradientFlow(risk, theta, {
        until: horizon,
        method: bdf,
        saveAt: logarithmicTimes(horizon / 1e8, horizon, 20),
        rtol: 1e-7,
        atol: 1e-10,
      });
    },
    answer() {
      const { verdict, evidence } = classify(trajectoryOf(flow!));
      return {
        verdict: flow!.status === 'finished' ? verdict : flow!.reason,
        loss: flow!.loss.at(-1)!,
        level: evidence.asymptoticLoss.level,
        norms: [norm2(theta), norm2(flow!.theta)],
      };
    },
    fingerprint: () => [flow!.theta],
    dispose: () => risk.dispose(),
  };
}

function checkGrowth(
  answers: readonly GrowthAnswer[],
  tasks: readonly GrowthTask[],
): readonly Check[] {
  return answers.flatMap(({ verdict, loss, level, norms }, i) => {
    const { activation, horizon } = tasks[i]!;
    const name = `${activation}, t = ${horizon.toExponential(0).replace('+', '')}`;
    return [
      claim(`${name}: class`, verdict, 'diverges'),
      boundError(`${name}: loss`, loss, 2e-4, 'absolute'),
      boundError(`${name}: extrapolated loss`, level, 5e-5, 'absolute'),
      observation(`${name}: ‖Θ‖ at the start, at the end`, norms.map(toDigits).join(', ')),
    ];
  });
}

function toDigits(value: number): string {
  return value.toPrecision(4);
}
