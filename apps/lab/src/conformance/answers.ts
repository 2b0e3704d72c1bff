import {
  loadDifferentiator,
  comparedVersions,
  differentiatorPackages,
} from '@nonsmooth/apps-shared';
import { objective, type KinkPolicy, type Program } from '@nonsmooth/autodiff';
import { certify, certifyPolicy, conformancePrograms } from '@nonsmooth/subgradient';
import { key } from '@nonsmooth/tensor';
import { importPackage } from '../data/packages.js';
import { printed } from '../data/printed.js';
import { programOfTerm } from '../data/program.js';
import { readExpression } from '../data/expression.js';
import type { Term } from '../data/term.js';
import type { ConformanceStudy, Library } from './question.js';

/** A function and a point whose derivative is asked for. */
export interface Question {
  readonly name: string;
  readonly formula: string;
  readonly point: readonly number[];
  readonly term: Term;
  readonly program: Program;
}

/** The sets that an answer may be in, from the largest on. */
export const sets = ['clarke', 'limiting', 'bouligand', 'frechet'] as const;

/** What a library says, and which generalized gradients it is. */
export interface Answer {
  readonly library: string;
  readonly question: Question;
  /** Undefined if there is none. */
  readonly gradient: readonly number[] | undefined;
  readonly memberships: Readonly<Record<(typeof sets)[number], 'in' | 'out' | 'undecided' | ''>>;
  /** Why there is no answer, or no decision. */
  readonly reason: string;
}

/** The questions of a study. @throws ArgumentError that names an expression and what is wrong with it. */
export function questionsOf({ conformance: { programs } }: ConformanceStudy): Question[] {
  if (Array.isArray(programs)) {
    return programs.map(({ name, of, at }, i) => {
      const argument = `conformance.programs.${i}.of`;
      const term = readExpression(argument, of, at.length);
      const program = programOfTerm(argument, of, term, at.length);
      return { name: name ?? of, formula: of, point: at, term, program };
    });
  }
  const count = programs === 'derived' ? Infinity : programs.derived;
  return conformancePrograms.slice(0, count).map(({ name, expression, point }) => ({
    name,
    formula: printed(expression),
    point,
    term: expression,
    program: programOfTerm('expression', name, expression, point.length),
  }));
}

type Judge = (question: Question) => Pick<Answer, 'gradient' | 'memberships' | 'reason'>;

/** Asks every library every question. */
export async function answersOf(
  study: ConformanceStudy,
  questions: readonly Question[],
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const library of study.conformance.libraries) {
    const judge = await judgeOf(library);
    for (const question of questions) {
      answers.push({ library: library.name, question, ...judged(judge, question) });
    }
  }
  return answers;
}

function judged(judge: Judge, question: Question): ReturnType<Judge> {
  try {
    return judge(question);
  } catch (error) {
    return { gradient: undefined, memberships: nothing, reason: (error as Error).message };
  }
}

const nothing = { clarke: '', limiting: '', bouligand: '', frechet: '' } as const;

/** Sweeps of one library in double precision. */
const ownRounding = 1e-12;

async function judgeOf(library: Library): Promise<Judge> {
  switch (library.kind) {
    case 'constants': {
      const { relu, abs, tie } = library;
      return ofPolicy(() => ({ relu, abs, tie }));
    }
    case 'direction':
      // √2, √3, √4, …: no rational combination of few of them vanishes by chance
      return ofPolicy(({ point }) => ({
        direction: Float64Array.from(point, (_, i) => Math.sqrt(i + 2)),
      }));
    case 'randomPerKink': {
      const { kind, values, seed } = library;
      const policy = { kind, values, key: key(seed) } as const;
      return (question) =>
        told(certifyPolicy(question.program, question.point, policy, numberOf(question)));
    }
    default: {
      const named = differentiatorPackages[library.name];
      const load = await importPackage('libraries', `${named}@${comparedVersions[named]}`);
      const other = await loadDifferentiator(library.name, load);
      return ({ term, point, program }) =>
        checked(program, point, other.gradient(asked(term), point), other.rounding);
    }
  }
}

function ofPolicy(kinksAt: (question: Question) => KinkPolicy): Judge {
  return (question) => {
    const { program, point } = question;
    const gradient = new Float64Array(point.length);
    objective(program, point.length, { kinks: kinksAt(question) }).gradient(
      Float64Array.from(point),
      gradient,
    );
    return checked(program, point, gradient, ownRounding);
  };
}

function checked(
  program: Program,
  point: readonly number[],
  gradient: ArrayLike<number>,
  tolerance: number,
): ReturnType<Judge> {
  const answer = Array.from(gradient);
  if (answer.length !== point.length || !answer.every(Number.isFinite)) {
    const reason = `${answer.join(', ')}: not ${point.length} finite numbers`;
    return { gradient: answer, memberships: nothing, reason };
  }
  return told(certify(program, point, { gradient: answer, tolerance }));
}

function told({
  gradient,
  memberships: { clarke, limiting, bouligand, frechet },
  reasons,
}: ReturnType<typeof certify>): ReturnType<Judge> {
  return {
    gradient: Array.from(gradient),
    memberships: { clarke, limiting, bouligand, frechet },
    reason: reasons.map(({ text }) => text).join('; '),
  };
}

/** A number of its own for every question, so that random choices differ between them. */
function numberOf({ name }: Question): number {
  return Array.from(name).reduce(
    (hash, letter) => (31 * hash + letter.codePointAt(0)!) % 65_521,
    7,
  );
}

type Expression = readonly [string, ...(Expression | number)[]];

/** A term in the operations that other libraries are asked: whole powers are products there. */
function asked([op, ...args]: Term): Expression {
  if (op === 'x' || op === 'c') return [op, args[0] as number];
  const terms = (args as Term[]).map(asked);
  if (op === 'plus') return terms[0]!;
  const [, exponent] = args as Term[];
  if (op !== 'pow' || exponent![0] !== 'c') return [op, ...terms];
  const times = exponent![1] as number;
  if (times === 2) return ['square', terms[0]!];
  if (Number.isInteger(times) && times >= 1 && times <= 64) {
    return times === 1 ? terms[0]! : ['mul', ...Array.from({ length: times }, () => terms[0]!)];
  }
  return [op, ...terms];
}
