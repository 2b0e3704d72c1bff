import {
  auto,
  bdf,
  bogackiShampine32,
  dormandPrince54,
  dormandPrince853,
  exprb53,
  ndf,
  radauIIA5,
  rkc2,
  rock2,
  rodas43,
  solve,
  tsitouras54,
  verner76,
  type Method,
} from '@nonsmooth/ode';
import { resolve } from 'node:path';
import { ensemble, timed, type Case } from '../case.js';
import { boundError, observation, type Check } from '../check.js';
import type { Figure } from '../figure.js';
import { peerFolder } from '../peers/install.js';
import { peerIntegrators, type PeerIntegratorName } from '../peers/integrators.js';
import type { Work } from '../work.js';
import { measureCosts, type DerivativeCosts } from './derivative-costs.js';
import {
  integrationProblems,
  type IntegrationProblem,
  type ProblemKind,
  type ProblemName,
} from './integration-problems.js';

/** One integration with one tolerance. */
interface IntegrationTask {
  readonly problem: ProblemName;
  readonly integrator: IntegratorName;
  readonly tolerance: number;
}

type IntegratorName = keyof typeof methods | PeerIntegratorName;

interface IntegrationAnswer {
  /** NaN if the integrator gave up. */
  readonly error: number;
  /** With exact derivatives counted at what they cost. */
  readonly rightHandSides: number;
  readonly seconds: number;
}

interface Entry {
  readonly method: Method;
  /** What it is measured on. */
  readonly suits: readonly ProblemKind[];
  readonly tolerances: readonly number[];
  /** Given the exact derivatives of the right-hand side, where otherwise it takes differences. */
  readonly exact?: 'jacobian' | 'jacobianVector';
}

const few = [1e-3, 1e-4, 1e-5, 1e-6];
const tightest = 1e-10;
const many = [1e-4, 1e-6, 1e-8, tightest];
const explicit = ['smooth', 'gradientFlow'] as const;
const implicit = ['gradientFlow', 'stiff'] as const;

/** The table of methods: adding one is one line. */
const methods = {
  'Bogacki–Shampine 3(2)': { method: bogackiShampine32, suits: explicit, tolerances: few },
  'Dormand–Prince 5(4)': { method: dormandPrince54, suits: explicit, tolerances: many },
  'Tsitouras 5(4)': { method: tsitouras54, suits: explicit, tolerances: many },
  'Verner 7(6)': { method: verner76, suits: explicit, tolerances: many },
  'Dormand–Prince 8(5,3)': { method: dormandPrince853, suits: explicit, tolerances: many },
  RKC2: { method: rkc2, suits: ['gradientFlow'], tolerances: few },
  ROCK2: { method: rock2, suits: ['gradientFlow'], tolerances: few },
  BDF: { method: bdf, suits: implicit, tolerances: many },
  'Radau IIA 5': { method: radauIIA5, suits: implicit, tolerances: many },
  'Rodas 4(3)': { method: rodas43, suits: implicit, tolerances: many },
  auto: { method: auto, suits: ['smooth', 'gradientFlow', 'stiff'], tolerances: many },
  'BDF, exact Hessian': exactly(bdf, 'jacobian', many),
  'NDF, exact Hessian': exactly(ndf, 'jacobian', many),
  'Radau IIA 5, exact Hessian': exactly(radauIIA5, 'jacobian', many),
  'exprb53, exact products': exactly(exprb53, 'jacobianVector', few),
} as const satisfies Record<string, Entry>;
const measuringSeconds = 0.03;

function exactly(
  method: Method,
  exact: NonNullable<Entry['exact']>,
  tolerances: readonly number[],
): Entry {
  return { method, suits: ['gradientFlow'], tolerances, exact };
}

/** The classical problems, integrated as users do. */
export const classicalIntegrations: readonly Case[] = (
  Object.keys(integrationProblems) as ProblemName[]
)
  .filter((name) => integrationProblems[name]().kind !== 'stiff')
  .map((problem) => {
    const integrator = 'Dormand–Prince 5(4)';
    const { tolerance, limit } = integrationProblems[problem]().usual;
    return timed<IntegrationAnswer>({
      name: `${problem}, ${integrator}`,
      unit: 'integrations',
      prepare: () => prepareIntegration({ problem, integrator, tolerance }),
      check: ({ error, rightHandSides }) => [
        boundError('end point', error, limit),
        observation('right-hand sides', rightHandSides),
      ],
    });
  });

/** Work against precision; with `withPeers` also of the integrators of others. */
export function workPrecision(withPeers: boolean): Case {
  return ensemble<IntegrationTask, IntegrationAnswer>({
    name: 'work and precision',
    unit: 'integrations',
    singleThread: true,
    runs: workPrecisionTasks(withPeers),
    prepare: prepareIntegration,
    check: checkIntegrations,
    figures: workPrecisionFigures,
  });
}

/** Every problem by every method and, where they are installed, by the integrators of others. */
function workPrecisionTasks(withPeers: boolean): readonly IntegrationTask[] {
  const own = (Object.keys(methods) as (keyof typeof methods)[]).map((name) => ({
    integrator: name,
    ...(methods[name] as Entry),
  }));
  const others = peerIntegrators.map(
    ({ name }): Omit<Entry, 'method'> & { integrator: IntegratorName } => ({
      integrator: name,
      suits: explicit,
      tolerances: many,
    }),
  );
  return (Object.keys(integrationProblems) as ProblemName[]).flatMap((problem) =>
    [...own, ...(withPeers ? others : [])]
      .filter(({ suits }) => suits.includes(integrationProblems[problem]().kind))
      .flatMap(({ integrator, tolerances }) =>
        tolerances.map((tolerance) => ({
          problem,
          integrator,
          tolerance,
        })),
      ),
  );
}

async function prepareIntegration(task: IntegrationTask): Promise<Work<IntegrationAnswer>> {
  const problem = integrationProblems[task.problem]();
  const { derivatives } = problem;
  const counts = { rhs: 0, jacobian: 0, jacobianVector: 0 };
  const counted: IntegrationProblem = {
    ...problem,
    rhs: (t, y, out) => {
      counts.rhs++;
      problem.rhs(t, y, out);
    },
    ...(derivatives && {
      derivatives: {
        jacobian: (t, y, out) => {
          counts.jacobian++;
          derivatives.jacobian(t, y, out);
        },
        jacobianVector: (t, y, v, out) => {
          counts.jacobianVector++;
          derivatives.jacobianVector(t, y, v, out);
        },
      },
    }),
  };
  const integrate = await integratorOf(task, counted);
  let end = Float64Array.of();
  const run = (): void => {
    counts.rhs = counts.jacobian = counts.jacobianVector = 0;
    try {
      end = Float64Array.from(integrate());
    } catch {
      end = Float64Array.from(problem.start, () => NaN);
    }
  };
  return {
    units: 1,
    run,
    answer() {
      let seconds = Infinity;
      for (let spent = 0; spent < measuringSeconds;) {
        const start = performance.now();
        run();
        const lap = (performance.now() - start) / 1000;
        spent += lap;
        seconds = Math.min(seconds, lap);
      }
      const { rhs, jacobian, jacobianVector } = counts;
      const costs = costsOf(problem);
      return {
        error: problem.errorOf(end),
        rightHandSides: rhs + costs.hessian * jacobian + costs.product * jacobianVector,
        seconds,
      };
    },
    fingerprint: () => [end],
  };
}

/** Of the problem whose derivatives are known; measured once in each worker. */
let knownCosts: DerivativeCosts | undefined;

function costsOf({ rhs, start, derivatives }: IntegrationProblem): DerivativeCosts {
  if (!derivatives) return { hessian: 0, product: 0 };
  const d = start.length;
  const [y, vector, out] = [start.slice(), new Float64Array(d).fill(1), new Float64Array(d)];
  const matrix = new Float64Array(d * d);
  return (knownCosts ??= measureCosts({
    gradient: () => rhs(0, y, out),
    hessian: () => derivatives.jacobian(0, y, matrix),
    product: () => derivatives.jacobianVector(0, y, vector, out),
  }));
}

async function integratorOf(
  { integrator, tolerance }: IntegrationTask,
  { rhs, start, t1, derivatives }: IntegrationProblem,
): Promise<() => ArrayLike<number>> {
  if (integrator in methods) {
    const { method, exact } = methods[integrator as keyof typeof methods] as Entry;
    const options = { method, rtol: tolerance, atol: tolerance / 100 };
    const problem = {
      rhs,
      y0: start,
      t0: 0,
      t1,
      ...(exact && { autonomous: true, symmetric: true, [exact]: derivatives![exact] }),
    };
    return () => solve(problem, options).y.at(-1)!;
  }
  const peer = await peerIntegrators
    .find(({ name }) => name === integrator)!
    .load(resolve(peerFolder));
  const state = new Float64Array(start.length);
  const slope = new Float64Array(start.length);
  const f = (t: number, y: ArrayLike<number>): number[] => {
    state.set(y);
    rhs(t, state, slope);
    return Array.from(slope);
  };
  return () => peer({ f, start: Array.from(start), t1 }, tolerance);
}

/** Our own methods must reach the problem's limit at the tightest tolerance; order 3 is not asked to. */
function checkIntegrations(
  answers: readonly IntegrationAnswer[],
  tasks: readonly IntegrationTask[],
): readonly Check[] {
  return tasks.flatMap(({ problem, integrator, tolerance }, i) => {
    if (tolerance !== tightest) return [];
    const { error } = answers[i]!;
    const quantity = `${problem}, ${integrator}: error at tolerance ${tolerance}`;
    return [
      integrator in methods
        ? boundError(quantity, error, integrationProblems[problem]().limit)
        : observation(quantity, error),
    ];
  });
}

/** Achieved error against right-hand sides and against time, for each problem. */
function workPrecisionFigures(
  answers: readonly IntegrationAnswer[],
  tasks: readonly IntegrationTask[],
): readonly Figure[] {
  const works = [
    ['right-hand sides', ({ rightHandSides }: IntegrationAnswer) => rightHandSides],
    ['milliseconds', ({ seconds }: IntegrationAnswer) => 1000 * seconds],
  ] as const;
  return [...new Set(tasks.map(({ problem }) => problem))].flatMap((problem) =>
    works.map(([y, workOf]) => ({
      title: `${problem}: ${y}`,
      x: 'achieved relative error',
      y,
      series: [
        ...new Set(tasks.flatMap((task) => (task.problem === problem ? task.integrator : []))),
      ].map((name) => ({
        name,
        points: answers
          .filter((_, i) => tasks[i]!.problem === problem && tasks[i]!.integrator === name)
          .filter(({ error }) => error > 0)
          .map((answer) => ({ x: answer.error, y: workOf(answer) })),
      })),
    })),
  );
}
