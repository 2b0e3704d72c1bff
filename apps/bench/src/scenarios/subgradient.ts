import { resolve } from 'node:path';
import { boundError } from '../check.js';
import type { Mark } from '../mark.js';
import { differentiatorNames } from '../peers/differentiators.js';
import { peerFolder } from '../peers/install.js';
import { defineScenario, type Rates, type TimedCase } from '../scenario.js';
import { cellCount, checkCells, prepareCells, type Arrangement } from './cell-counts.js';
import {
  certificationWays,
  checkCertification,
  prepareCertification,
  type CertificationAnswer,
  type CertificationWay,
} from './certifications.js';
import {
  checkStationarity,
  prepareStationarity,
  stationarityCase,
  type StationarityAnswer,
  type StationarityTask,
} from './chebyshev-rosenbrock.js';
import {
  checkConformance,
  ownPolicy,
  policies,
  prepareConformance,
  type ConformanceAnswer,
  type Library,
} from './conformance.js';
import {
  checkGeneralizedGradient,
  gradientWays,
  prepareGeneralizedGradient,
  type GradientAnswer,
  type GradientWay,
} from './generalized-gradients.js';
import {
  checkMinimalNorm,
  minimalNormCases,
  minimalNormMarks,
  prepareMinimalNorm,
  type MinimalNormAnswer,
  type MinimalNormTask,
} from './minimal-norms.js';
import { limitCaseName, limitWork } from './reference-machine.js';

type Task =
  | { readonly task: 'gradient'; readonly way: GradientWay }
  | { readonly task: 'certification'; readonly way: CertificationWay }
  | { readonly task: 'conformance'; readonly library: Library; readonly folder: string }
  | { readonly task: 'cells'; readonly arrangement: Arrangement }
  | { readonly task: 'limit' }
  | MinimalNormTask
  | StationarityTask;

type Answer =
  | GradientAnswer
  | CertificationAnswer
  | ConformanceAnswer
  | MinimalNormAnswer
  | StationarityAnswer
  | number;

/** Generalized gradients at kinks, as limits and certified, and the cells of arrangements of kinks. */
export const subgradient = defineScenario<Task, Answer>({
  name: 'subgradient',
  summary: 'generalized gradients of a 2-8-8-1 ReLU network at a kink, and cells of hyperplanes',
  packages: ['subgradient', 'nets', 'autodiff', 'kernels', 'tensor'],
  cases: ({ detailed, peers }) => [
    ...gradients,
    ...(detailed
      ? [
          limit,
          ...certifications,
          ...minimalNormCases,
          ...largeArrangements,
          stationarityCase,
          ...conformance(peers),
        ]
      : smallArrangements),
  ],
  prepare(task, seed) {
    switch (task.task) {
      case 'limit':
        return limitWork('f64');
      case 'cells':
        return prepareCells(task.arrangement, seed);
      case 'conformance':
        return prepareConformance(task.library, task.folder);
      case 'certification':
        return prepareCertification(task.way, seed);
      case 'minimal norm':
        return prepareMinimalNorm(task, seed);
      case 'stationarity':
        return prepareStationarity(task);
      default:
        return prepareGeneralizedGradient(task.way, seed);
    }
  },
  check(answers, tasks) {
    const [answer] = answers;
    const task = tasks[0]!;
    switch (task.task) {
      case 'limit':
        return [boundError('error', answer as number, 0)];
      case 'cells':
        return checkCells(task.arrangement, answer as number);
      case 'conformance':
        return checkConformance(task.library, answer as ConformanceAnswer);
      case 'certification':
        return checkCertification(task.way, answer as CertificationAnswer);
      case 'minimal norm':
        return checkMinimalNorm(task, answer as MinimalNormAnswer);
      case 'stationarity':
        return checkStationarity(answers as readonly StationarityAnswer[]);
      default:
        return checkGeneralizedGradient(task.way, answer as GradientAnswer);
    }
  },
  marks: (rates) => [...certificationMarks(rates), ...minimalNormMarks(rates), ...cellMarks(rates)],
});

const limit: TimedCase<Task> = {
  kind: 'timed',
  unit: 'flop',
  name: limitCaseName('f64'),
  parameters: { task: 'limit' },
  baseline: true,
};

const gradients: readonly TimedCase<Task>[] = gradientWays.map((way) => ({
  kind: 'timed',
  unit: 'gradients',
  name: way,
  parameters: { task: 'gradient', way },
}));

const certifications: readonly TimedCase<Task>[] = certificationWays.map((way) => ({
  kind: 'timed',
  unit: 'points',
  name: way,
  parameters: { task: 'certification', way },
}));

function conformance(withPeers: boolean): readonly TimedCase<Task>[] {
  const constants = Object.keys(policies) as (keyof typeof policies)[];
  const libraries = [ownPolicy, ...constants, ...(withPeers ? differentiatorNames : [])] as const;
  return libraries.map((library) => ({
    kind: 'timed',
    unit: 'programs',
    name: `conformance, ${library}`,
    parameters: { task: 'conformance', library, folder: resolve(peerFolder) },
    alone: true,
    baseline: library !== ownPolicy,
  }));
}

const smallArrangements = [
  cells({ kind: 'generic', rows: 10, dimension: 5, bits: 'few' }),
  cells({ kind: 'braid', dimension: 5 }),
];
const largeArrangements = [
  cells({ kind: 'generic', rows: 16, dimension: 10, bits: 'few' }),
  cells({ kind: 'braid', dimension: 8 }),
  cells({ kind: 'generic', rows: 16, dimension: 6, bits: 'all' }),
];

function cells(arrangement: Arrangement): TimedCase<Task> {
  return {
    kind: 'timed',
    unit: 'cells',
    name: nameOf(arrangement),
    parameters: { task: 'cells', arrangement },
  };
}

function nameOf(arrangement: Arrangement): string {
  const { kind, dimension } = arrangement;
  const space = `${cellCount(arrangement)} cells, R${superscript(dimension)}`;
  if (kind === 'braid') return `braid, ${space}`;
  return `${arrangement.rows} rows, ${arrangement.bits} bits, ${space}`;
}

function superscript(value: number): string {
  return Array.from(String(value), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
}

/** A certificate costs at most 20 gradients of the same program. */
function certificationMarks(rates: Rates): readonly Mark[] {
  const gradient = rates.peak('gradient alone');
  return certificationWays.slice(1).flatMap((way) => {
    const certified = rates.peak(way);
    return gradient === undefined || certified === undefined
      ? []
      : [
          {
            quantity: `certified, ${way} ÷ gradient alone`,
            ratio: certified / gradient,
            mark: 1 / 20,
          },
        ];
  });
}

/** Cells per second on one core, everything verified exactly. */
const cellRates = [25_000, 25_000, 4_000];

function cellMarks(rates: Rates): readonly Mark[] {
  return largeArrangements.flatMap(({ name }, i) => {
    const ratio = rates.peak(name);
    return ratio === undefined
      ? []
      : [{ quantity: `cells per second: ${name}`, ratio, mark: cellRates[i]! }];
  });
}
