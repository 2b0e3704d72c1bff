import type { Check } from './check.js';
import type { Figure } from './figure.js';
import type { Machine } from './machine.js';
import type { Mark } from './mark.js';
import type { Settings } from './settings.js';

/** Everything that a run found out: the content of results.json. */
export interface Results {
  readonly schema: 1;
  /** False if the run was interrupted. */
  readonly complete: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly settings: Settings;
  readonly machine: Machine;
  /** Packages that were compared with, and their versions. */
  readonly peers: Readonly<Record<string, string>>;
  readonly scenarios: readonly ScenarioResult[];
}

/** All cases and marks of one scenario. */
export interface ScenarioResult {
  readonly name: string;
  readonly summary: string;
  readonly packages: readonly string[];
  readonly cases: readonly CaseResult[];
  readonly marks: readonly Mark[];
}

/** All measurements and checks of one case. */
export interface CaseResult {
  readonly name: string;
  readonly unit: string;
  /** Not our work but something to compare it with. */
  readonly baseline: boolean;
  readonly measurements: readonly Measurement[];
  readonly checks: readonly Check[];
  readonly figures: readonly Figure[];
}

/** One case on one number of threads. */
export interface Measurement {
  readonly threads: number;
  readonly jobs: number;
  /** What went wrong with jobs, each reason once. */
  readonly failures: readonly string[];
  /** Units done by all threads, and the time it took; absent if a job failed. */
  readonly units?: number;
  readonly seconds?: number;
  /** Units per second. Counts only if the case's checks hold. */
  readonly throughput?: number;
  /** Seconds per call of the timed work in the fastest stretch. */
  readonly callSeconds?: number;
  /** Throughput per thread, relative to one thread. */
  readonly efficiency?: number;
  /** Hash over the answers of all jobs. */
  readonly digest?: string;
}

/** Whether work was right, as far as it could be judged. */
export type Verdict = 'right' | 'wrong' | 'not judged';

/** Whether all jobs of all cases ended, and with what they should; same bits on all threads may be equally wrong. */
export function verdictOf(...cases: readonly CaseResult[]): Verdict {
  const verdicts = cases.map(({ measurements, checks }): Verdict => {
    if (measurements.some(({ failures }) => failures.length > 0)) return 'wrong';
    if (checks.some(({ verdict }) => verdict === 'wrong')) return 'wrong';
    const judged = checks.some(({ verdict, measure }) => verdict === 'right' && measure !== 'bits');
    return judged ? 'right' : 'not judged';
  });
  return (['wrong', 'not judged'] as const).find((one) => verdicts.includes(one)) ?? 'right';
}

/** What went wrong, one line each. */
export function failuresOf({ scenarios }: Results): readonly string[] {
  return scenarios.flatMap((scenario) =>
    scenario.cases
      .filter(({ baseline }) => !baseline)
      .flatMap((result) => [
        ...result.measurements.flatMap(({ threads, failures }) =>
          failures.map(
            (reason) => `${scenario.name} ${result.name}, threads ${threads}: ${reason}`,
          ),
        ),
        ...result.checks
          .filter(({ verdict }) => verdict === 'wrong')
          .map(({ quantity }) => `${scenario.name} ${result.name}: ${quantity} is wrong`),
      ]),
  );
}
