import { largest, smallest } from '@nonsmooth/core';
import {
  bdf,
  dormandPrince54,
  dormandPrince853,
  exprb53,
  ndf,
  radauIIA5,
  rkc2,
  rock2,
  solve,
  type Method,
} from '@nonsmooth/ode';
import type { EmpiricalRisk } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { ensemble } from '../case.js';
import { boundError, observation, type Check } from '../check.js';
import type { Mark } from '../mark.js';
import type { Work } from '../work.js';
import { measureCosts, type DerivativeCosts } from './derivative-costs.js';
import { flowProblem, tanhFlow, type Knowledge } from './tanh-flow.js';

// Right-hand sides of the tanh flow to t = 100 at equal achieved error, relative to those of Dormand–Prince 5(4),
// with Hessians and their products counted at what they cost in right-hand sides.

/** One integration from one of the five starts: the given one is 0. */
export interface EqualErrorTask {
  readonly start: number;
  readonly method: MethodName;
  /** Relative, and absolute. */
  readonly tolerance: number;
}

/** Error and work of one integration. */
export interface EqualErrorAnswer {
  /** max_i |θ_i(100) − exact_i|; NaN if the method gave up. */
  readonly error: number;
  readonly rightHandSides: number;
  readonly hessians: number;
  readonly products: number;
  readonly costs: DerivativeCosts;
}

const methods = {
  'Dormand–Prince 5(4)': entry(dormandPrince54, 'gradients', [4, 8], 1),
  RKC2: entry(rkc2, 'gradients', [2, 6], 4, 1e-3),
  ROCK2: entry(rock2, 'gradients', [3, 6], 6),
  exprb53: entry(exprb53, 'products', [3, 6], 3),
  BDF: entry(bdf, 'Hessians', [5, 9], 3),
  NDF: entry(ndf, 'Hessians', [5, 9], 3),
  'Radau IIA 5': entry(radauIIA5, 'Hessians', [4, 7], 3),
} as const;
type MethodName = keyof typeof methods;

/** Tolerances from 10^−first to 10^−last, so many per decade; the best of them comes as close as `limit`. */
function entry(
  method: Method,
  knows: Knowledge,
  [first, last]: readonly [number, number],
  perDecade: number,
  limit = 1e-4,
) {
  const count = perDecade * (last - first) + 1;
  const tolerances = Array.from({ length: count }, (_, k) => 10 ** -(first + k / perDecade));
  return { method, knows, tolerances, limit };
}

const plain: MethodName = 'Dormand–Prince 5(4)';
const starts = [0, 1, 2, 3, 4];

/** Every start by every method with every tolerance. */
export const equalErrorTasks = starts.flatMap((start) =>
  (Object.keys(methods) as MethodName[]).flatMap((method) =>
    methods[method].tolerances.map((tolerance): EqualErrorTask => ({
      start,
      method,
      tolerance,
    })),
  ),
);

/** The work that every method needs for the same achieved error. */
export const equalError = ensemble<EqualErrorTask, EqualErrorAnswer>({
  name: 'tanh flow, work at equal error',
  unit: 'integrations',
  runs: equalErrorTasks,
  prepare: integration,
  check: checkErrors,
  marks: workMarks,
});

/** Deviations of the weights, kinks and amplitudes of the four random starts, about as in the one given. */
const deviations = [2, 2, 0.5];

function startOf(start: number, seed: number): Float64Array {
  if (start === 0) return tanhFlow.start;
  const d = tanhFlow.start.length;
  const width = (d - 1) / 3;
  return normal(foldIn(foldIn(key(seed), 8), start), [d]).data.map(
    (value, i) => (deviations[Math.floor(i / width)] ?? 0) * value,
  ) as Float64Array;
}

/** What is the same for many runs in one worker: costs, and end points by a method of order 8. */
let knownCosts: DerivativeCosts | undefined;
const endPoints = new Map<string, ArrayLike<number>>();

function costsOf(risk: EmpiricalRisk): DerivativeCosts {
  const d = tanhFlow.start.length;
  const vector = new Float64Array(d).fill(1);
  const out = new Float64Array(d);
  const matrix = new Float64Array(d * d);
  return (knownCosts ??= measureCosts({
    gradient: () => void risk.gradient(tanhFlow.start, out),
    hessian: () => risk.hessian(tanhFlow.start, matrix),
    product: () => risk.hessianVector(tanhFlow.start, vector, out),
  }));
}

function endPointOf(risk: EmpiricalRisk, start: number, seed: number): ArrayLike<number> {
  if (start === 0) return tanhFlow.reference;
  const name = `${seed}/${start}`;
  const problem = flowProblem(risk, startOf(start, seed), tanhFlow.until, 'gradients');
  const options = { method: dormandPrince853, rtol: 1e-9, atol: 1e-11, saveAt: [tanhFlow.until] };
  const found = endPoints.get(name) ?? solve(problem, options).y[0]!;
  endPoints.set(name, found);
  return found;
}

function integration(
  { start, method: name, tolerance }: EqualErrorTask,
  seed: number,
): Work<EqualErrorAnswer> {
  const risk = tanhFlow.risk();
  const { method, knows } = methods[name];
  const problem = flowProblem(risk, startOf(start, seed), tanhFlow.until, knows);
  const end = new Float64Array(problem.y0.length);
  let statistics = { rhs: 0, jacobians: 0, jacobianVectors: 0 };
  return {
    units: 1,
    run() {
      end.fill(NaN);
      try {
        const options = { method, rtol: tolerance, atol: tolerance, saveAt: [tanhFlow.until] };
        const solution = solve(problem, options);
        end.set(solution.y[0]!);
        statistics = solution.statistics;
      } catch {
        // too loose for this method: it counts as not having reached any error
      }
    },
    answer() {
      const exact = endPointOf(risk, start, seed);
      return {
        error: largest(end.map((value, i) => Math.abs(value - exact[i]!))),
        rightHandSides: statistics.rhs,
        hessians: statistics.jacobians,
        products: statistics.jacobianVectors,
        costs: costsOf(risk),
      };
    },
    fingerprint: () => [end],
    dispose: () => risk.dispose(),
  };
}

/** From every start. */
function checkErrors(
  answers: readonly EqualErrorAnswer[],
  runs: readonly EqualErrorTask[],
): readonly Check[] {
  const { hessian, product } = answers[0]!.costs;
  const errorsOf = (name: MethodName, start: number): readonly number[] =>
    answers.flatMap(({ error }, i) =>
      runs[i]!.method === name && runs[i]!.start === start && error >= 0 ? [error] : [],
    );
  return [
    ...[...new Set(runs.map(({ method }) => method))].map((name) =>
      boundError(
        `${name}: error at best`,
        largest(starts.map((start) => smallest(errorsOf(name, start)))),
        methods[name].limit,
        'absolute',
      ),
    ),
    observation('a Hessian, in gradients', hessian),
    observation('a product, in gradients', product),
  ];
}

/** Least work for at most this error, in right-hand sides, by any of these methods from this start. */
function leastWork(
  answers: readonly EqualErrorAnswer[],
  names: readonly MethodName[],
  start: number,
  error: number,
): number {
  const { costs } = answers[0]!;
  return answers.reduce((least, answer, i) => {
    const task = equalErrorTasks[i]!;
    if (task.start !== start || !names.includes(task.method) || !(answer.error <= error)) {
      return least;
    }
    const { rightHandSides, hessians, products } = answer;
    const work = rightHandSides + costs.hessian * hessians + costs.product * products;
    return Math.min(least, work);
  }, Infinity);
}

const stabilized: readonly MethodName[] = ['RKC2', 'ROCK2'];
const withHessian: readonly MethodName[] = ['BDF', 'NDF', 'Radau IIA 5'];

interface Comparison {
  readonly methods: readonly MethodName[];
  readonly among: readonly number[];
  readonly error: number;
  readonly mark: number;
}

const comparisons: readonly Comparison[] = [
  { methods: stabilized, among: [0], error: 1e-3, mark: 1 / 8 },
  { methods: stabilized, among: [0], error: 1e-4, mark: 1 / 5 },
  { methods: ['BDF'], among: [0], error: 1e-4, mark: 1 / 10 },
  { methods: ['NDF'], among: [0], error: 1e-4, mark: 1 / 10 },
  { methods: withHessian, among: [0], error: 1e-7, mark: 1 / 5 },
  { methods: stabilized, among: starts, error: 1e-4, mark: 1 / 4 },
  { methods: ['exprb53'], among: starts, error: 1e-4, mark: 1 / 4 },
  { methods: withHessian, among: starts, error: 1e-7, mark: 1 / 3.5 },
];

/** The worst ratio among the starts. */
export function workMarks(answers: readonly EqualErrorAnswer[]): readonly Mark[] {
  return comparisons.map(({ methods: names, among, error, mark }) => ({
    quantity:
      `${names.join(' or ')} ÷ Dormand–Prince, right-hand sides at error ${error}` +
      (among.length > 1 ? `, worst of ${among.length} starts` : ''),
    ratio: Math.max(
      ...among.map(
        (start) =>
          leastWork(answers, names, start, error) / leastWork(answers, [plain], start, error),
      ),
    ),
    mark,
    atMost: true,
  }));
}
