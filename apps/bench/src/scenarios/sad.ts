import { norm2 } from '@nonsmooth/core';
import { adam, descend, sgd } from '@nonsmooth/flows';
import { activations, type ActivationName, type DescentRule, type Dtype } from '@nonsmooth/kernels';
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, linspace, split, uniform } from '@nonsmooth/tensor';
import { ensemble } from '../case.js';
import { compareMeans, observation, type Check } from '../check.js';
import published from '../data/sad-study.json' with { type: 'json' };
import type { Scenario } from '../scenario.js';
import type { Work } from '../work.js';
import { summarize, type Summary } from '../statistics.js';
import { studyBatch, studySamples, studyTarget, studyWidths } from './study.js';

interface Run {
  readonly optimizer: Optimizer;
  readonly activation: ActivationName;
  readonly dtype: Dtype;
  readonly run: number;
}

type Optimizer = keyof typeof rules;

interface Answer {
  /** ‖θ‖₂ after the last step. */
  readonly norm: number;
  /** log₁₀ of the mean squared error on a regular grid. */
  readonly logTestLoss: number;
}

const rules = {
  SGD: sgd({ learningRate: 0.01 }),
  Adam: adam({ learningRate: 0.005 }),
} satisfies Record<string, DescentRule>;

const runs = 20;
const steps = 2000;
const gridPoints = 1000;
const standardErrors = 4;

/**
 * The published study of arXiv 2505.09572: whole runs from their own random points, start and batches, compared
 * with the published statistics at the first step where these were evaluated.
 */
export const sad: Scenario = {
  name: 'sad',
  summary: `the published study: training 1-10-20-10-1 networks on a polynomial, ${runs} runs each`,
  packages: ['flows', 'nets', 'kernels', 'tensor'],
  cases: ({ activations, dtype }) =>
    (Object.keys(rules) as Optimizer[]).map((optimizer) =>
      ensemble<Run, Answer>({
        name: optimizer,
        unit: 'gradient steps',
        runs: activations.flatMap((name) =>
          Array.from({ length: runs }, (_, run) => ({
            optimizer,
            activation: name as ActivationName,
            dtype,
            run,
          })),
        ),
        prepare: train,
        check: (answers, parameters) =>
          [...new Set(parameters.map(({ activation }) => activation))].flatMap((activation) => {
            const own = answers.filter((_, i) => parameters[i]!.activation === activation);
            return compare(activation, optimizer, own);
          }),
      }),
    ),
};

function train({ optimizer, activation, dtype, run }: Run, seed: number): Work<Answer> {
  const [dataKey, startKey, batchKey] = split(keyOf(seed, optimizer, activation, run), 3);
  const net = network(studyWidths, { activation });
  const inputs = uniform(dataKey!, [studySamples], { low: -1, high: 1 }).data;
  const risk = empiricalRisk(net, { inputs, targets: inputs.map(studyTarget) }, { dtype });
  const start = initialize(net, xavierUniform, startKey!);
  let theta = start;
  return {
    units: steps,
    run() {
      const batch = { size: studyBatch, key: batchKey! };
      theta = descend(risk, start, rules[optimizer], { steps, batch }).theta;
    },
    answer() {
      const grid = linspace(-1, 1, gridPoints).data;
      const test = empiricalRisk(net, { inputs: grid, targets: grid.map(studyTarget) });
      const logTestLoss = Math.log10(test.value(theta));
      test.dispose();
      return { norm: norm2(theta), logTestLoss };
    },
    fingerprint: () => [theta],
    dispose: () => risk.dispose(),
  };
}

/** A key per run, independent of which other combinations are run. */
function keyOf(seed: number, optimizer: Optimizer, activation: ActivationName, run: number) {
  const words = [Object.keys(rules).indexOf(optimizer), activations[activation].code, run];
  return words.reduce((derived, word) => foldIn(derived, word), key(seed));
}

function compare(
  activation: ActivationName,
  optimizer: Optimizer,
  answers: readonly Answer[],
): readonly Check[] {
  const norm = summarize(answers.map((answer) => answer.norm));
  const logTestLoss = summarize(answers.map((answer) => answer.logTestLoss));
  const names = [`${activation}: ‖θ‖ at step ${steps}`, `${activation}: log₁₀ test loss`] as const;
  const known = publishedStatistics(activation, optimizer);
  return known
    ? [
        compareMeans(names[0], norm, known.norm, standardErrors),
        compareMeans(names[1], logTestLoss, known.logTestLoss, standardErrors),
      ]
    : [observation(names[0], norm), observation(names[1], logTestLoss)];
}

/** What the study's data say of this combination, if they contain it. */
function publishedStatistics(
  activation: ActivationName,
  optimizer: Optimizer,
): { readonly norm: Summary; readonly logTestLoss: Summary } | undefined {
  const studies: Readonly<Record<string, (typeof published.studies)['GELU_SGD']>> =
    published.studies;
  const spelling =
    activation === 'gelu' || activation === 'elu' ? activation.toUpperCase() : activation;
  const study = studies[`${spelling}_${optimizer}`];
  if (!study) return undefined;
  const [norm, normDeviation] = study.norm_at[steps] as [number, number];
  // The published location of the test loss is a geometric mean, its spread that of log₁₀.
  const [testLoss, logDeviation] = study.test_at[steps] as [number, number];
  return {
    norm: { mean: norm, deviation: normDeviation, count: study.runs },
    logTestLoss: { mean: Math.log10(testLoss), deviation: logDeviation, count: study.runs },
  };
}
