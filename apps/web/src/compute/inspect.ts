import { objective, type KinkPolicy } from '@nonsmooth/autodiff';
import {
  boundedness,
  classify,
  trajectoryOf,
  trajectoryOfDescent,
  type Classification,
} from '@nonsmooth/flows';
import { defaultKinks, type Kinks } from '@nonsmooth/kernels';
import { empiricalRisk } from '@nonsmooth/nets';
import {
  backwardMode,
  certify,
  clarkeSubdifferential,
  conformancePrograms,
  evaluateExpression,
  generalizedGradient,
  programOfExpression,
  runConformance,
  verify,
  type CertifiedGradient,
  type ConformanceRow,
  type Expression,
  type ExpressionOperations,
  type Memberships,
  type Subject,
  type Verdict,
} from '@nonsmooth/subgradient';
import { parseProgram } from '../programs/parse.js';
import type { Experiment } from '../state/state.js';
import { placesOf } from './neurons.js';
import { problemOf } from './problem.js';
import type { Run } from './run.js';
import { explained, sets, type Explanation } from './explain.js';

/** An answer of backward mode under one choice at kinks, judged. */
export interface Answer {
  /** The choice in words. */
  readonly name: string;
  readonly gradient: readonly number[];
  readonly verdict: Verdict;
  readonly memberships: Memberships;
  /** The certificate in words. */
  readonly explanations: readonly Explanation[];
  /** The certificate as JSON, or '', and whether it was checked again from that text. */
  readonly certificate: string;
  readonly verified: boolean;
  readonly model: string;
}

/** What is known of the gradients at one point. */
export interface Inspection {
  readonly point: readonly number[];
  readonly value: number;
  /** Why nothing was decided, if nothing was. */
  readonly undecided?: string;
  readonly answers: readonly Answer[];
  readonly kinks: readonly {
    readonly index: number;
    readonly op: string;
    readonly entry: number;
    readonly matters: boolean;
  }[];
  readonly radius: number;
  /** Corners of Clarke's set among these; undefined where it is not known or has too many. */
  readonly generators: readonly (readonly number[])[] | undefined;
  /** ∇L_ε = G for ε up to this, L_ε with ReLU smoothed on (0, ε); absent for programs with other kinks. */
  readonly threshold: number | undefined;
}

const constants = [0, 0.5, 1] as const;

function nameOfConstant(relu: number): string {
  return `relu′(0) = ${relu === 0.5 ? '½' : relu}`;
}

/** Choices at kinks that libraries make, and others. */
function choices(
  direction: readonly number[],
  kinks: number,
): readonly (readonly [string, KinkPolicy])[] {
  const constant = (relu: number): KinkPolicy => ({ ...defaultKinks, relu });
  return [
    ...constants.map((relu) => [nameOfConstant(relu), constant(relu)] as const),
    ['along a direction', { direction: [...direction] }],
    ...(kinks > 1
      ? ([
          [
            '1, 0, 1, … in turn',
            { signature: Array.from({ length: kinks }, (_, i) => 1 - 2 * (i % 2)) },
          ],
        ] as const)
      : []),
  ];
}

function inspectSubject(
  subject: Subject,
  point: readonly number[],
  direction: readonly number[],
  kinks: number,
): Inspection {
  const judged: (readonly [string, CertifiedGradient])[] = choices(direction, kinks).map(
    ([name, policy]) => [name, certify(subject, point, { kinks: policy })],
  );
  const [, first] = judged[0]!;
  const active = first.activeKinks.filter(({ matters }) => matters).length;
  const set = active > 0 && active <= 12 ? clarkeSubdifferential(subject, point) : undefined;
  return {
    point,
    value: first.value,
    answers: judged.map(([name, answer]) => answerOf(name, answer, subject)),
    kinks: first.activeKinks.map(({ index, op, entry, matters }) => ({
      index,
      op,
      entry,
      matters,
    })),
    radius: first.radiusOfConstancy,
    generators:
      set === undefined || set.generators.length === 0
        ? undefined
        : set.generators.map((generator) => [...generator]),
    threshold: thresholdOf(subject, point),
  };
}

function answerOf(name: string, answer: CertifiedGradient, subject: Subject): Answer {
  const text = JSON.stringify(answer.certificate);
  return {
    name,
    gradient: [...answer.gradient],
    verdict: answer.verdict,
    memberships: answer.memberships,
    explanations: explained(answer),
    certificate: text,
    verified: isVerified(text, subject),
    model: answer.certificate.model,
  };
}

/** Checks what was decided, as whoever receives the certificate would. */
function isVerified(text: string, subject: Subject): boolean {
  try {
    return verify(JSON.parse(text) as CertifiedGradient['certificate'], subject);
  } catch {
    return false;
  }
}

function thresholdOf(subject: Subject, point: readonly number[]): number | undefined {
  try {
    return generalizedGradient(subject, point).threshold;
  } catch {
    return undefined;
  }
}

/** Gradients of an experiment's risk at θ, with the bias of one neuron as the direction that is asked about. */
export function inspectRisk(
  experiment: Experiment,
  theta: readonly number[],
  neuron: number,
): Inspection {
  const { net, data } = problemOf(experiment);
  const risk = empiricalRisk(net, data);
  try {
    const direction = Array.from(theta, () => 0);
    direction[placesOf(net, neuron).b] = 1;
    return inspectSubject(risk, theta, direction, 0);
  } finally {
    risk.dispose();
  }
}

/** What backward mode answers where sets take too long to decide. */
function undecidedAnswers(
  point: readonly number[],
  undecided: string,
  gradientOf: (kinks: Kinks, out: Float64Array) => number,
): Inspection {
  let value = NaN;
  const memberships: Memberships = {
    frechet: 'undecided',
    limiting: 'undecided',
    bouligand: 'undecided',
    clarke: 'undecided',
  };
  const answers = constants.map((relu): Answer => {
    const gradient = new Float64Array(point.length);
    value = gradientOf({ ...defaultKinks, relu }, gradient);
    return {
      name: nameOfConstant(relu),
      gradient: [...gradient],
      verdict: 'undecided',
      memberships,
      explanations: sets.map((set) => ({ set, answer: 'undecided', words: undecided })),
      certificate: '',
      verified: false,
      model: 'none',
    };
  });
  return {
    point,
    value,
    undecided,
    answers,
    kinks: [],
    radius: 0,
    generators: undefined,
    threshold: undefined,
  };
}

/** As `inspectRisk`, without deciding anything. */
export function answersOfRisk(
  experiment: Experiment,
  theta: readonly number[],
  undecided: string,
): Inspection {
  const { net, data } = problemOf(experiment);
  return undecidedAnswers(theta, undecided, (kinks, out) => {
    const risk = empiricalRisk(net, data, { kinks });
    try {
      return risk.gradient(Float64Array.from(theta), out);
    } finally {
      risk.dispose();
    }
  });
}

/** As `inspectProgram`, without deciding anything. */
export function answersOfProgram(
  text: string,
  at: readonly number[],
  undecided: string,
): ProgramInspection {
  const { expression, dimension } = parseProgram(text);
  const point = Array.from({ length: dimension }, (_, i) => at[i] ?? 0);
  const program = programOfExpression(expression, dimension);
  const found = undecidedAnswers(point, undecided, (kinks, out) =>
    objective(program, dimension, { kinks }).gradient(Float64Array.from(point), out),
  );
  return { ...found, dimension, curve: dimension === 1 ? curveAround(expression, point[0]!) : [] };
}

/** A program of one line at a point. */
export interface ProgramInspection extends Inspection {
  readonly dimension: number;
  /** The function around the point, of one input. */
  readonly curve: readonly (readonly [number, number])[];
}

/** @throws Error for text that is no program, and what the packages throw. */
export function inspectProgram(
  text: string,
  at: readonly number[],
  along: readonly number[],
): ProgramInspection {
  const { expression, dimension } = parseProgram(text);
  const point = Array.from({ length: dimension }, (_, i) => at[i] ?? 0);
  const direction = Array.from({ length: dimension }, (_, i) => along[i] ?? (i === 0 ? 1 : 0));
  const program = programOfExpression(expression, dimension);
  const kinks = certify(program, point).activeKinks;
  const most = kinks.reduce((largest, { index }) => Math.max(largest, index + 1), 0);
  const inspection = inspectSubject(program, point, direction, most);
  return {
    ...inspection,
    dimension,
    curve: dimension === 1 ? curveAround(expression, point[0]!) : [],
  };
}

function curveAround(expression: Expression, middle: number): (readonly [number, number])[] {
  return Array.from({ length: 121 }, (_, i) => {
    const x = middle + (i - 60) / 40;
    return [x, evaluateExpression(expression, [x], numbers)] as const;
  });
}

const numbers: ExpressionOperations<number> = {
  constant: (value) => value,
  binary: {
    add: (u, v) => u + v,
    sub: (u, v) => u - v,
    mul: (u, v) => u * v,
    div: (u, v) => u / v,
    max: Math.max,
    min: Math.min,
  },
  unary: {
    neg: (u) => -u,
    abs: Math.abs,
    relu: (u) => Math.max(u, 0),
    square: (u) => u * u,
    exp: Math.exp,
    sin: Math.sin,
    cos: Math.cos,
    tanh: Math.tanh,
    sqrt: Math.sqrt,
  },
};

/** How many answers of each choice are generalized gradients, over the programs with known sets. */
export function conformanceTable(): ConformanceRow[] {
  const rows = constants.map((relu) =>
    runConformance(backwardMode(nameOfConstant(relu), { ...defaultKinks, relu })),
  );
  const along = {
    name: 'along a direction',
    gradient: (...[expression, point]: Parameters<ReturnType<typeof backwardMode>['gradient']>) =>
      backwardMode('', { direction: point.map((_, i) => 1 / (i + 1)) }).gradient(expression, point),
  };
  return [...rows, runConformance(along)];
}

/** The number of programs in that table. */
export const conformanceSize: number = conformancePrograms.length;

/** Where a run goes, and on what grounds. */
export interface Outlook {
  readonly verdict: Classification['verdict'];
  readonly strength: Classification['strength'] | undefined;
  readonly by: string;
  readonly reason: string;
  readonly level: Classification['level'];
  readonly norm: { readonly supremum: number; readonly trend: string | undefined };
}

/** @throws what `classify` throws for runs that are too short. */
export function outlookOf(run: Run): Outlook {
  const { experiment, dimension, t, states, loss, speed } = run;
  const { net, data } = problemOf(experiment);
  const risk = empiricalRisk(net, data);
  try {
    const y = Array.from(t, (_, k) => states.subarray(k * dimension, (k + 1) * dimension));
    const isFlow = experiment.dynamics === 'flow' || experiment.dynamics === 'normalized';
    const tolerance = { rtol: experiment.rtol, atol: experiment.rtol / 100 };
    const trajectory = isFlow
      ? trajectoryOf({ t, y, loss, speed, tolerance })
      : trajectoryOfDescent(
          risk,
          {
            records: y.map((theta, k) => ({
              step: Math.round(t[k]! / experiment.learningRate),
              loss: loss[k]!,
              theta,
            })),
          },
          experiment.learningRate,
        );
    // proofs speak of the flow itself, not of the one on the manifold
    const proofs = experiment.dynamics === 'flow';
    const { verdict, strength, by, reason, level } = classify(trajectory, {
      ...(proofs && { objective: risk }),
    });
    const { supremum, law } = boundedness({ t, y, ...(isFlow && { tolerance }) });
    return { verdict, strength, by, reason, level, norm: { supremum, trend: law?.trend } };
  } finally {
    risk.dispose();
  }
}
