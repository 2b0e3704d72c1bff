import { smallest } from '@nonsmooth/core';
import type { Executor, Outcome } from '@nonsmooth/apps-shared';
import { createHash } from 'node:crypto';
import type { Case } from './case.js';
import type { Windows } from './comparison.js';
import type { Job, JobResult, WindowsResult, WorkJob, WorkResult } from './job.js';
import type { Measurement } from './results.js';
import type { Scenario } from './scenario.js';
import type { Settings } from './settings.js';

/** One measurement with the answers to judge it by. */
export interface Measured {
  readonly measurement: Measurement;
  /** One per distinct job: all of an ensemble, or those of a timed case, which agree if digests do. */
  readonly answers: readonly unknown[];
}

/** One case on so many threads; undefined if it was interrupted. */
export async function measure(
  executor: Executor<Job, JobResult>,
  scenario: Scenario,
  one: Case,
  threads: number,
  settings: Settings,
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
    outcome.status === 'done' ? [outcome.result as WorkResult] : [],
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
            callSeconds: smallest(results.map((result) => result.callSeconds ?? Infinity)),
          }
        : { seconds: wallSeconds, throughput: units / wallSeconds }),
      digest: digestOf(one, results),
    },
    answers: results.map(({ answer }) => answer),
  };
}

function jobsOf(
  scenario: Scenario,
  one: Case,
  threads: number,
  settings: Settings,
): readonly WorkJob[] {
  if (one.kind === 'timed') return timedJobs(scenario, one, threads, settings, settings.seconds);
  const job = { kind: 'work', scenario: scenario.name, case: one.name, settings } as const;
  return Array.from({ length: one.runs }, (_, run) => ({ ...job, run }));
}

/** The same timed work once per thread. */
function timedJobs(
  scenario: Scenario,
  one: { readonly name: string },
  threads: number,
  settings: Settings,
  seconds: number,
): readonly WorkJob[] {
  const job = { kind: 'work', scenario: scenario.name, case: one.name, settings } as const;
  return Array.from({ length: threads }, () => ({ ...job, run: 0, seconds }));
}

/**
 * Rounds in which every case runs on one thread and then on so many: by the names of the cases, throughput on many ÷
 * on one in each round. Cases that failed are left out; undefined if it was interrupted.
 */
export async function measureScaling(
  executor: Executor<Job, JobResult>,
  scenario: Scenario,
  cases: readonly { readonly name: string }[],
  threads: number,
  settings: Settings,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly number[]> | undefined> {
  const seconds = Math.min(0.15, settings.seconds);
  const found = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) {
      const throughputs: number[] = [];
      for (const concurrency of [1, threads]) {
        const jobs = timedJobs(scenario, one, concurrency, settings, seconds);
        const outcomes = await executor.run(jobs, { concurrency, signal });
        if (outcomes.some(({ status }) => status === 'cancelled')) return undefined;
        if (outcomes.some(({ status }) => status === 'failed')) found.delete(one.name);
        throughputs.push(
          sum(
            outcomes.map((outcome) => {
              const { units, seconds: elapsed } = (
                outcome.status === 'done' ? outcome.result : { units: NaN, seconds: 1 }
              ) as WorkResult;
              return units / elapsed;
            }),
          ),
        );
      }
      found.get(one.name)?.push(throughputs[1]! / throughputs[0]!);
    }
  }
  return found;
}

/** Rounds of a comparison: odd, so that a median is one of them. */
const rounds = 9;

/**
 * Interleaved windows of these cases on one thread, by the names of the cases; none for a group that failed, and
 * undefined if it was interrupted.
 */
export async function measureWindows(
  executor: Executor<Job, JobResult>,
  scenario: Scenario,
  cases: readonly { readonly name: string }[],
  settings: Settings,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Windows> | undefined> {
  const names = cases.map(({ name }) => name);
  const seconds = Math.min(0.05, settings.seconds / rounds);
  const [outcome] = await executor.run(
    [{ kind: 'windows', scenario: scenario.name, cases: names, settings, rounds, seconds }],
    { concurrency: 1, signal },
  );
  if (outcome!.status === 'cancelled') return undefined;
  if (outcome!.status === 'failed') return new Map();
  const { windows } = outcome!.result as WindowsResult;
  return new Map(names.map((name, i) => [name, windows[i]!]));
}

function reasonOf(outcome: Outcome<JobResult>): readonly string[] {
  return outcome.status === 'failed' ? [outcome.reason] : [];
}

/** The threads of a timed case did the same work: several different digests among them stay visible. */
function digestOf(one: Case, results: readonly WorkResult[]): string {
  const digests = results.map(({ digest }) => digest);
  const hashed = one.kind === 'timed' ? [...new Set(digests)].sort() : digests;
  return createHash('sha256').update(hashed.join()).digest('hex').slice(0, 16);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
