import type { Settings } from './settings.js';
import type { Check } from './check.js';
import type { Figure } from './figure.js';
import type { Mark } from './mark.js';

/**
 * A workload across packages. `cases` and `check` run in the main thread, `prepare` in the workers; what
 * passes between them (`Parameters`, `Answer`) is plain serializable data.
 */
export interface Scenario<Parameters, Answer> {
  readonly name: string;
  /** One line for --help and the report. */
  readonly summary: string;
  /** The packages that it exercises, without scope. */
  readonly packages: readonly string[];
  /** What is measured separately. */
  cases(settings: Settings): readonly Case<Parameters>[];
  /** Builds everything that is not to be timed; a pure function of its arguments. */
  prepare(parameters: Parameters, seed: number): Work<Answer> | Promise<Work<Answer>>;
  /** Whether the answers of all jobs of one case are right, with the numbers. At least one check is no mere report. */
  check(answers: readonly Answer[], parameters: readonly Parameters[]): readonly Check[];
  /** Diagrams of the answers of one case. */
  figures?(answers: readonly Answer[], parameters: readonly Parameters[]): readonly Figure[];
  /** Ratios that the work is meant to reach. */
  marks?(rates: Rates): readonly Mark[];
}

/** Either a `timed` repetition of one piece of work on every thread, or an `ensemble` of runs shared by the threads. */
export type Case<Parameters> = TimedCase<Parameters> | EnsembleCase<Parameters>;

export interface TimedCase<Parameters> {
  readonly kind: 'timed';
  readonly name: string;
  /** What is counted, in the plural: 'gradient steps'. */
  readonly unit: string;
  readonly parameters: Parameters;
  /** Measured on one thread only. */
  readonly alone?: boolean;
  /** Not our work but something to compare it with: alone, and its errors are shown, no failure. */
  readonly baseline?: boolean;
}

export interface EnsembleCase<Parameters> {
  readonly kind: 'ensemble';
  readonly name: string;
  readonly unit: string;
  readonly alone?: boolean;
  readonly runs: readonly Parameters[];
}

/** What was measured, for marks; undefined where a case was not. */
export interface Rates {
  /** The answers of a case, as `check` got them; empty where it failed. */
  answers(caseName: string): readonly unknown[];
  /** Units per second in the fastest stretch on one thread. */
  peak(caseName: string): number | undefined;
  /** Seconds per call of the work in the fastest stretch on one thread. */
  call(caseName: string): number | undefined;
  /** Units per second on so many threads. */
  throughput(caseName: string, threads: number): number | undefined;
  /** Throughput on so many threads relative to one. */
  speedup(caseName: string, threads: number): number | undefined;
}

/** Work that has been prepared in a worker. */
export interface Work<Answer> {
  /** Units that one call of `run` does. */
  readonly units: number;
  run(): void;
  /** Plain data to judge the work by, after the last `run`. */
  answer(): Answer;
  /** The numbers that must be the same bit for bit on any number of threads, after the last `run`. */
  fingerprint(): readonly NodeJS.TypedArray[];
  dispose?(): void;
}

/** A scenario whose own types stay within its file. */
export type AnyScenario = Scenario<unknown, unknown>;

/** Forgets the types of parameters and answers, which only the scenario itself looks into. */
export function defineScenario<Parameters, Answer>(
  scenario: Scenario<Parameters, Answer>,
): AnyScenario {
  return scenario;
}
