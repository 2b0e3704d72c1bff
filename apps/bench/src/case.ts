import type { Check } from './check.js';
import type { Comparison } from './comparison.js';
import type { Figure } from './figure.js';
import type { Mark } from './mark.js';
import type { Work } from './work.js';

/**
 * A piece of work with everything that belongs to it. `prepare` runs in the workers; `check`, `figures` and `marks`
 * run in the main thread on the answers, which are plain serializable data. Made by `timed` or `ensemble`.
 */
export interface Case {
  readonly kind: 'timed' | 'ensemble';
  readonly name: string;
  /** What is counted, in the plural: 'gradient steps'. */
  readonly unit: string;
  /** Number of different jobs: 1 for timed work. */
  readonly runs: number;
  /** Measured on one thread only. */
  readonly singleThread: boolean;
  /** Not our work but something to compare it with: on one thread, and its errors are shown, no failure. */
  readonly baseline: boolean;
  /** Builds everything that is not to be timed; a pure function of its arguments. */
  prepare(run: number, seed: number): Work<unknown> | Promise<Work<unknown>>;
  /** Whether the answers of all runs are right, with the numbers. At least one check is no mere observation. */
  check(answers: readonly unknown[]): readonly Check[];
  /** Diagrams of the answers. */
  figures(answers: readonly unknown[]): readonly Figure[];
  /** Ratios found in the answers, and what they are meant to reach. */
  marks(answers: readonly unknown[]): readonly Mark[];
  /** Ratios of speeds that this case is meant to reach. */
  readonly comparisons: readonly Comparison[];
}

/** Where a case is measured. */
interface Place {
  readonly singleThread?: boolean;
  readonly baseline?: boolean;
}

/** One piece of work, repeated for a given time on every thread. */
export interface TimedCase<Answer> extends Place {
  readonly name: string;
  readonly unit: string;
  prepare(seed: number): Work<Answer> | Promise<Work<Answer>>;
  check(answer: Answer): readonly Check[];
  readonly comparisons?: readonly Comparison[];
}

/** Different runs, shared by the threads. */
export interface EnsembleCase<Run, Answer> extends Place {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly Run[];
  prepare(run: Run, seed: number): Work<Answer> | Promise<Work<Answer>>;
  /** Answers in the order of the runs. */
  check(answers: readonly Answer[], runs: readonly Run[]): readonly Check[];
  figures?(answers: readonly Answer[], runs: readonly Run[]): readonly Figure[];
  marks?(answers: readonly Answer[], runs: readonly Run[]): readonly Mark[];
  readonly comparisons?: readonly Comparison[];
}

// The type of the answers is forgotten here: they come from `prepare` of the same case.

/** A case of one piece of work, which every thread repeats. */
export function timed<Answer>(definition: TimedCase<Answer>): Case {
  const { name, unit, baseline = false, singleThread = baseline } = definition;
  return {
    kind: 'timed',
    name,
    unit,
    runs: 1,
    baseline,
    singleThread,
    prepare: (_, seed) => definition.prepare(seed),
    check: ([answer]) => definition.check(answer as Answer),
    figures: () => [],
    marks: () => [],
    comparisons: definition.comparisons ?? [],
  };
}

/** A case of different runs, which the threads share. */
export function ensemble<Run, Answer>(definition: EnsembleCase<Run, Answer>): Case {
  const { name, unit, runs, baseline = false, singleThread = baseline } = definition;
  return {
    kind: 'ensemble',
    name,
    unit,
    runs: runs.length,
    baseline,
    singleThread,
    prepare: (run, seed) => definition.prepare(runs[run]!, seed),
    check: (answers) => definition.check(answers as readonly Answer[], runs),
    figures: (answers) => definition.figures?.(answers as readonly Answer[], runs) ?? [],
    marks: (answers) => definition.marks?.(answers as readonly Answer[], runs) ?? [],
    comparisons: definition.comparisons ?? [],
  };
}
