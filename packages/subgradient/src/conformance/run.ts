import { ArgumentError, requireFinite, requireFunction, requireObject } from '@nonsmooth/core';
import { isConstantPolicy, objective, type KinkPolicy } from '@nonsmooth/autodiff';
import { certify } from '../certify/certify.js';
import type { Membership } from '../membership/proofs.js';
import { programOfExpression, type Expression } from './expression.js';
import { conformancePrograms, type ConformanceProgram } from './programs.js';

/** Anything that differentiates: gets the expression and the point, returns what it calls the gradient. */
export interface GradientLibrary {
  readonly name: string;
  gradient(expression: Expression, point: readonly number[]): ArrayLike<number>;
}

/** How the answers of one library compare with Clarke subdifferentials. */
export interface ConformanceRow {
  readonly library: string;
  readonly programs: number;
  /** Answers that lie in Clarke's subdifferential, outside it, and undecided; or no answer at all. */
  readonly right: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly failed: number;
  readonly wrongPrograms: readonly string[];
  /** Why there was no answer, by program. */
  readonly failures: readonly { readonly program: string; readonly reason: string }[];
}

/** How many answers of a library are generalized gradients, judged by `certify`. */
export function runConformance(
  library: GradientLibrary,
  programs: readonly ConformanceProgram[] = conformancePrograms,
): ConformanceRow {
  requireObject('library', library);
  if (typeof library.name !== 'string') {
    throw new ArgumentError('library.name', library.name, 'a name');
  }
  requireFunction('library.gradient', (library as { readonly gradient: unknown }).gradient);
  if (!Array.isArray(programs)) throw new ArgumentError('programs', programs, 'a list of programs');
  Array.from(programs, (program: Partial<ConformanceProgram>, i) => {
    requireObject(`programs[${i}]`, program);
    requireFinite(`programs[${i}].point`, program.point!);
  });
  const outcomes = programs.map(({ name, expression, point }) => ({
    name,
    ...judge(library, expression, point),
  }));
  const count = (which: string): number =>
    outcomes.filter(({ outcome }) => outcome === which).length;
  return {
    library: library.name,
    programs: programs.length,
    right: count('in'),
    wrong: count('out'),
    undecided: count('undecided'),
    failed: count('failed'),
    wrongPrograms: outcomes.filter(({ outcome }) => outcome === 'out').map(({ name }) => name),
    failures: outcomes.flatMap(({ name, reason }) =>
      reason === undefined ? [] : [{ program: name, reason }],
    ),
  };
}

/** Answers of other libraries may carry the rounding of their sweeps. */
const rounding = 1e-12;

interface Outcome {
  readonly outcome: Membership | 'failed';
  /** Why it failed. */
  readonly reason?: string;
}

function judge(
  library: GradientLibrary,
  expression: Expression,
  point: readonly number[],
): Outcome {
  let gradient: ArrayLike<number>;
  try {
    gradient = library.gradient(expression, point);
  } catch (error) {
    return { outcome: 'failed', reason: String(error) };
  }
  const answer: unknown[] = Array.from(gradient ?? []);
  if (answer.length !== point.length || !answer.every(Number.isFinite)) {
    return {
      outcome: 'failed',
      reason: `[${answer.join(', ')}] are not ${point.length} finite numbers`,
    };
  }
  const program = programOfExpression(expression, point.length);
  const { memberships } = certify(program, point, { gradient, tolerance: rounding });
  return { outcome: memberships.clarke };
}

/** This project's backward sweep under a kink policy, as a library. */
export function backwardMode(name: string, kinks: KinkPolicy): GradientLibrary {
  if (typeof name !== 'string') throw new ArgumentError('name', name, 'a name');
  isConstantPolicy(kinks);
  return {
    name,
    gradient(expression, point) {
      requireFinite('point', point);
      const gradient = new Float64Array(point.length);
      const f = objective(programOfExpression(expression, point.length), point.length, { kinks });
      f.gradient(Float64Array.from(point), gradient);
      return gradient;
    },
  };
}
