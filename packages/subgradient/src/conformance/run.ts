import type { KinkPolicy } from '@nonsmooth/autodiff';
import { certify } from '../certify/certify.js';
import { objective } from '@nonsmooth/autodiff';
import { programOfExpression, type Expression } from './expression.js';
import { conformancePrograms, type ConformanceProgram } from './programs.js';

/** Anything that differentiates: gets the expression and the point, returns what it calls the gradient. */
export interface GradientLibrary {
  readonly name: string;
  gradient(expression: Expression, point: readonly number[]): ArrayLike<number>;
}

export interface ConformanceRow {
  readonly library: string;
  readonly programs: number;
  /** Answers that lie in Clarke's subdifferential, outside it, and undecided; or no answer at all. */
  readonly right: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly failed: number;
  readonly wrongPrograms: readonly string[];
}

/** How many answers of a library are generalized gradients, judged by `certify`. */
export function runConformance(
  library: GradientLibrary,
  programs: readonly ConformanceProgram[] = conformancePrograms,
): ConformanceRow {
  const outcomes = programs.map(({ name, expression, point }) => ({
    name,
    outcome: judge(library, expression, point),
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
  };
}

/** Answers of other libraries may carry the rounding of their sweeps. */
const rounding = 1e-12;

function judge(library: GradientLibrary, expression: Expression, point: readonly number[]): string {
  let gradient: ArrayLike<number>;
  try {
    gradient = library.gradient(expression, point);
  } catch {
    return 'failed';
  }
  if (gradient.length !== point.length || !Array.from(gradient).every(Number.isFinite))
    return 'failed';
  const program = programOfExpression(expression, point.length);
  return certify(program, point, { gradient, tolerance: rounding }).memberships.clarke;
}

/** This project's backward sweep under a kink policy, as a library. */
export function backwardMode(name: string, kinks: KinkPolicy): GradientLibrary {
  return {
    name,
    gradient(expression, point) {
      const gradient = new Float64Array(point.length);
      const f = objective(programOfExpression(expression, point.length), point.length, { kinks });
      f.gradient(Float64Array.from(point), gradient);
      return gradient;
    },
  };
}
