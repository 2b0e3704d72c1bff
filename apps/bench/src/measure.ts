import type { Executor, Outcome } from '@nonsmooth/apps-shared';
import { createHash } from 'node:crypto';
import type { Job, JobResult } from './job.js';
import type { Measurement } from './results.js';
import type { AnyScenario, Case } from './scenario.js';
import type { Settings } from './settings.js';

export interface Measured {
  readonly measurement: Measurement;
  /** One per distinct job: all of an ensemble, or those of a timed case, which agree if digests do. */
  readonly answers: readonly unknown[];
}

/** One case on so many threads; undefined if it was interrupted. */
export async function measure(
  executor: Executor<Job, JobResult>,
  scenario: AnyScenario,
  one: Case<unknown>,
  threads: number,
  settings: Pick<Settings, 'seconds' | 'seed'>,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<Measured | undefined> {
  const jobs = jobsOf(scenario, one, threads, settings);
  const start = performance.now();
  const outcomes = await executor.run(jobs, {
    concurrency: threads,
    signal,
    onOutcome: (_, ended) => onProgress(ended / jobs.length),
  });
  const wallSeconds = (performance.now() - start) / 1000;
  if (outcomes.some(({ status }) => status === 'cancelled')) return undefined;

  const failures = [...new Set(outcomes.flatMap(reasonOf))];
  if (failures.length > 0) {
    return { measurement: { threads, jobs: jobs.length, failures }, answers: [] };
  }
  const results = outcomes.flatMap((outcome) =>
    outcome.status === 'done' ? [outcome.result] : [],
  );
  const units = sum(results.map((result) => result.units));
  return {
    measurement: {
      threads,
      jobs: jobs.length,
      failures,
      units,
      ...(one.kind === 'timed'
        ? {
            seconds: sum(results.map(({ seconds }) => seconds)) / threads,
            throughput: sum(results.map((result) => result.units / result.seconds)),
            ...fastestCall(results),
          }
        : { seconds: wallSeconds, throughput: units / wallSeconds }),
      digest: digestOf(one, results),
    },
    answers: results.map(({ answer }) => answer),
  };
}

function jobsOf(
  scenario: AnyScenario,
  one: Case<unknown>,
  threads: number,
  { seconds, seed }: Pick<Settings, 'seconds' | 'seed'>,
): readonly Job[] {
  const job = { scenario: scenario.name, seed };
  return one.kind === 'timed'
    ? Array.from({ length: threads }, () => ({ ...job, parameters: one.parameters, seconds }))
    : one.runs.map((parameters) => ({ ...job, parameters }));
}

function fastestCall(results: readonly JobResult[]): Pick<Measurement, 'callSeconds' | 'peakRate'> {
  const callSeconds = Math.min(...results.map((result) => result.callSeconds ?? Infinity));
  return { callSeconds, peakRate: results[0]!.unitsPerCall / callSeconds };
}

function reasonOf(outcome: Outcome<JobResult>): readonly string[] {
  return outcome.status === 'failed' ? [outcome.reason] : [];
}

/** The threads of a timed case did the same work: several different digests among them stay visible. */
function digestOf(one: Case<unknown>, results: readonly JobResult[]): string {
  const digests = results.map(({ digest }) => digest);
  const hashed = one.kind === 'timed' ? [...new Set(digests)].sort() : digests;
  return createHash('sha256').update(hashed.join()).digest('hex').slice(0, 16);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
