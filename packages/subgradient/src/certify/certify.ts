import {
  ArgumentError,
  once,
  requireFinite,
  requireIndex,
  requireKnownOptions,
  requireLength,
  type OptionNames,
} from '@nonsmooth/core';
import { defaultKinks, isConstantPolicy, type KinkPolicy, type Program } from '@nonsmooth/autodiff';
import {
  doubles,
  exactSignatureGradient,
  localForm,
  withoutFlatKinks,
  type ActiveRows,
  type LocalForm,
} from '../abs-normal/local-form.js';
import { defaultBudget, requireBudget, type Budget } from '../cells/budget.js';
import { fromNumber, type Rational } from '../exact/rational.js';
import { denseAnswer, denseDecisions } from '../dense/certify-dense.js';
import { all, decide } from '../membership/decide.js';
import { difference } from '../membership/frame.js';
import { independence } from '../membership/independence.js';
import { obstacleOf } from '../membership/obstacle.js';
import { subdifferentialNames, type Decisions, type Memberships } from '../membership/proofs.js';
import { decideRobustly } from '../membership/robust.js';
import type { Reason } from '../membership/reasons.js';
import { structuralFacts } from '../membership/structural.js';
import { programOf, type Subject } from '../subject.js';
import { backwardSweep } from './backward-sweep.js';
import { withBiasShifts } from './bias-shift-proof.js';
import { verdictOf, type CertifiedGradient, type DataModel } from './certificate.js';
import { radiusOfConstancy } from './radius.js';
import { choiceOfPolicy } from './choice-of-policy.js';
import { smoothAnswer, type SmoothAnswer } from './smooth-points.js';
import { boundedSignatureGradient, sweepRounding } from './signature-gradient.js';

/** Options of `certify`: the vector to judge, the sweep that computes it, and the effort. */
export interface CertifyOptions {
  /** The vector to be judged; default: what a backward sweep with `kinks` returns. */
  readonly gradient?: ArrayLike<number>;
  /** Kink policy of that sweep. Default: relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: KinkPolicy;
  /** Judge the sweep's exact answer instead of `gradient` if they differ by no more than this. Default 0. */
  readonly tolerance?: number;
  readonly budget?: Partial<Budget>;
  /** Bisection steps that sharpen the radius of constancy. Default 0. */
  readonly refinements?: number;
}

const certifyOptionNames: OptionNames<CertifyOptions> = {
  gradient: true,
  kinks: true,
  tolerance: true,
  budget: true,
  refinements: true,
};

/**
 * Says which of the Fréchet, limiting, Bouligand and Clarke subdifferentials of f at x the gradient belongs to,
 * from its abs-normal form (Baumgärtner and Bethke, arXiv 2407.09639): 'in' if it is in that set of the
 * piecewise linearization; 'out' if it is outside the outer set of all signatures, or outside the set of the
 * linearization where that is known to be the set of f; else 'undecided' with the reason. Without an active kink
 * that matters f is differentiable and all four sets are {∇f(x)}.
 * The data model is 'exact' if no rounding touched the abs-normal form of the active kinks, 'structural' if it is
 * rational in functions that are coordinates near the point, else 'robust': then only what holds beyond the rounding
 * bounds is decided.
 * @throws ShapeError, NonFiniteError, ArgumentError for input that does not fit; places where f is not
 *   abs-smooth make every membership undecided.
 */
export function certify(
  subject: Subject,
  point: ArrayLike<number>,
  options: CertifyOptions = {},
): CertifiedGradient {
  requireKnownOptions('options', options, certifyOptionNames);
  const program = programOf(subject, point);
  const { kinks = defaultKinks, tolerance = 0, budget = {}, refinements = 0 } = options;
  const constant = isConstantPolicy(kinks) ? kinks : undefined;
  requireTolerance(tolerance);
  requireIndex('refinements', refinements, Infinity);
  requireBudget(budget);
  const byLayers =
    options.gradient === undefined && constant
      ? certifyByLayers(program, point, constant.relu, options)
      : undefined;
  if (byLayers !== undefined) return byLayers;
  const smooth =
    options.gradient === undefined && constant
      ? smoothAnswer(program, point, constant, refinements)
      : undefined;
  if (smooth !== undefined) return differentiableAt(point, smooth, tolerance, budget);
  const local = localForm(program, point);
  const choice = choiceOfPolicy(program, local, point, kinks);
  const gradient =
    options.gradient !== undefined
      ? given(options.gradient, point.length)
      : backwardSweep(program, point, kinks, local, choice);
  const judged = judgeBySets(
    program,
    local,
    gradient,
    choice,
    tolerance,
    originOf(program, options),
    budget,
  );
  const { decisions, model } = judged;
  return {
    value: local.value,
    gradient,
    ...summaryOf(decisions),
    certificate: {
      kind: 'subdifferential',
      point: plainNumbers(point),
      gradient: plainNumbers(gradient),
      choice: judged.choice,
      tolerance,
      model,
      decisions,
    },
    activeKinks: local.procedure.active.map(({ index, op, node, entry }, i) => ({
      index,
      op,
      node,
      entry,
      matters: local.positions.includes(i),
    })),
    radiusOfConstancy:
      local.procedure.irregular.length > 0 ? 0 : radiusOfConstancy(local.procedure, refinements),
    budget: { ...defaultBudget, ...budget },
  };
}

/** The cheapest proof, for risks of ReLU networks: nothing but signs of units and of cotangents. */
function certifyByLayers(
  program: Program,
  point: ArrayLike<number>,
  slopeAtKinks: number,
  { tolerance = 0, budget = {}, refinements = 0 }: CertifyOptions,
): CertifiedGradient | undefined {
  const answer = denseAnswer(program, point, slopeAtKinks);
  const sigma = 2 * slopeAtKinks - 1;
  const decisions = answer && denseDecisions(answer, sigma);
  if (answer === undefined || decisions === undefined) return undefined;
  const { value, gradient, zeros, dense } = answer;
  const isDifferentiable = decisions.frechet.proof?.kind === 'differentiable';
  const decided = summaryOf(decisions);
  return {
    value,
    gradient,
    ...decided,
    certificate: {
      kind: 'subdifferential',
      point: plainNumbers(point),
      gradient: plainNumbers(gradient),
      choice: zeros.filter(({ matters }) => matters).map(() => sigma),
      tolerance,
      model: isDifferentiable ? 'robust' : 'layers',
      decisions,
    },
    activeKinks: zeros.map(({ index, layer, sample, unit, matters }) => {
      const { op, node, width } = dense.hidden[layer]!;
      return { index, op, node, entry: sample * width + unit, matters };
    }),
    radiusOfConstancy: answer.radius(refinements),
    budget: { ...defaultBudget, ...budget },
  };
}

/** Without an active kink all four sets are {∇f(x)}. */
function differentiableAt(
  point: ArrayLike<number>,
  { value, gradient, radiusOfConstancy }: SmoothAnswer,
  tolerance: number,
  budget: Partial<Budget>,
): CertifiedGradient {
  const decisions = all('in', { kind: 'differentiable' });
  return {
    value,
    gradient,
    ...summaryOf(decisions),
    certificate: {
      kind: 'subdifferential',
      point: plainNumbers(point),
      gradient: plainNumbers(gradient),
      choice: [],
      tolerance,
      model: 'exact',
      decisions,
    },
    activeKinks: [],
    radiusOfConstancy,
    budget: { ...defaultBudget, ...budget },
  };
}

/** What the decisions say in words. */
function summaryOf(
  decisions: Decisions,
): Pick<CertifiedGradient, 'memberships' | 'verdict' | 'reasons'> {
  const memberships = Object.fromEntries(
    subdifferentialNames.map((set) => [set, decisions[set].answer]),
  ) as unknown as Memberships;
  const reasons = new Map<string, Reason>();
  for (const set of subdifferentialNames) {
    const { reason } = decisions[set];
    if (reason !== undefined) reasons.set(reason.text, reason);
  }
  return {
    memberships,
    verdict: verdictOf(memberships, decisions.frechet.proof?.kind === 'differentiable'),
    reasons: [...reasons.values()],
  };
}

function requireTolerance(tolerance: unknown): void {
  if (!(typeof tolerance === 'number' && tolerance >= 0)) {
    throw new ArgumentError('tolerance', tolerance, 'numbers ≥ 0');
  }
}

function given(gradient: ArrayLike<number>, dimension: number): Float64Array {
  requireLength('gradient', gradient, dimension);
  requireFinite('gradient', gradient);
  return new Float64Array(gradient);
}

/** The numbers as a list. `Array.from` makes two objects for each. */
function plainNumbers(values: ArrayLike<number>): number[] {
  const list = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) list[i] = values[i]!;
  return list;
}

/** Where the gradient comes from; a sweep that stops gradients need not be one of f. */
type Origin = 'elsewhere' | 'sweep' | 'sweep with stops';

function originOf(program: Program, { gradient }: CertifyOptions): Origin {
  if (gradient !== undefined) return 'elsewhere';
  return program.nodes.some(({ op }) => op === 'stopGradient') ? 'sweep with stops' : 'sweep';
}

interface Judgement {
  readonly decisions: Decisions;
  readonly model: DataModel;
  readonly choice: readonly number[] | undefined;
}

/** By the form of the function at the point, and where that decides nothing by shifts of biases. */
function judgeBySets(
  program: Program,
  ...[local, gradient, choice, tolerance, origin, budget]: Parameters<typeof judge>
): Judgement {
  const judged = judge(local, gradient, choice, tolerance, origin, budget);
  const decisions = withBiasShifts(judged.decisions, program, local, judged.choice);
  return { ...judged, decisions };
}

/** The claim is about g_σ if the gradient is that, to the tolerance or as the sweep's own answer. */
function judge(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
  tolerance: number,
  origin: Origin,
  budget: Partial<Budget>,
): Judgement {
  const obstacle = obstacleOf(local);
  if (obstacle !== undefined) {
    return { decisions: undecided(obstacle), model: 'robust', choice: undefined };
  }
  const unknown = gradient.findIndex((g) => !Number.isFinite(g));
  if (unknown >= 0) {
    const text = `entry ${unknown} of the gradient is ${gradient[unknown]}`;
    const decisions = undecided({ code: 'notFinite', text });
    return { decisions, model: 'robust', choice: undefined };
  }
  const near = choice !== undefined && isNear(local, gradient, choice, tolerance, origin);
  const identified = near ? choice : undefined;
  const exact = local.exact();
  const offset = exact && offsetOf(local, exact, gradient, identified);
  if (exact !== undefined && offset !== undefined) {
    const reduced = withoutFlatKinks(exact, identified);
    const decisions = decide({
      rows: reduced.rows,
      offset: withoutZeros(offset),
      choice: reduced.choice,
      independence: once(() => independence(local)),
      budget,
    });
    return { decisions, model: 'exact', choice: identified };
  }
  const robust = decideRobustly(local, gradient, identified);
  const isOpen = subdifferentialNames.some((set) => robust[set].answer === 'undecided');
  const structural = isOpen && identified && structuralFacts(local, identified);
  if (!structural) return { decisions: robust, model: 'robust', choice: identified };
  const decisions = decide({
    ...structural,
    choice: undefined,
    independence: () => ({ holds: true, independent: [], dependent: [] }),
    budget,
  });
  return { decisions, model: 'structural', choice: identified };
}

/** g − a; undefined if a is not known exactly and g is any vector. */
function offsetOf(
  local: LocalForm,
  exact: ActiveRows<Rational>,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
): ReadonlyMap<number, Rational> | undefined {
  if (choice !== undefined) return exactSignatureGradient(exact, new Map(), choice);
  const outputByInput = local.exactOutputByInput();
  return outputByInput && difference(rationals(gradient), outputByInput);
}

function undecided(reason: Reason): Decisions {
  const decision = { answer: 'undecided', reason } as const;
  return { frechet: decision, limiting: decision, bouligand: decision, clarke: decision };
}

function isNear(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[],
  tolerance: number,
  origin: Origin,
): boolean {
  if (origin === 'elsewhere' && tolerance === 0) return false;
  if (origin === 'sweep' && choice.length === 0) return true;
  const expected = expectedGradient(local, choice, origin);
  const scale = expected.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
  const rounding = origin === 'elsewhere' ? 0 : sweepRounding * scale;
  const allowed = Math.max(tolerance, rounding);
  return gradient.every((entry, t) => Math.abs(entry - expected[t]!) <= allowed);
}

/** g_σ; without rounding for vectors from elsewhere, which may be compared more closely than a sweep rounds. */
function expectedGradient(
  local: LocalForm,
  choice: readonly number[],
  origin: Origin,
): Float64Array {
  const exact = origin === 'elsewhere' ? local.exact() : undefined;
  const outputByInput = exact && local.exactOutputByInput();
  return exact && outputByInput
    ? doubles(exactSignatureGradient(exact, outputByInput, choice), local.dimension)
    : boundedSignatureGradient(local, choice);
}

function rationals(vector: Float64Array): Map<number, Rational> {
  const out = new Map<number, Rational>();
  vector.forEach((entry, t) => {
    if (entry !== 0) out.set(t, fromNumber(entry));
  });
  return out;
}

function withoutZeros(vector: ReadonlyMap<number, Rational>): Map<number, Rational> {
  return new Map([...vector].filter(([, { n }]) => n !== 0n));
}
