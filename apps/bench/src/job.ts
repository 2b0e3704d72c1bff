import { createHash } from 'node:crypto';
import type { AnyScenario, Work } from './scenario.js';

/** One piece of work for a worker, as plain data. */
export interface Job {
  readonly scenario: string;
  readonly parameters: unknown;
  readonly seed: number;
  /** Repeat for so long; once if absent. */
  readonly seconds?: number;
}

export interface JobResult {
  readonly units: number;
  readonly seconds: number;
  /** Seconds per call of the work in the fastest stretch of a timed job. */
  readonly callSeconds?: number;
  /** Units per call. */
  readonly unitsPerCall: number;
  /** Hash of the work's fingerprint. */
  readonly digest: string;
  readonly answer: unknown;
}

/** The function that a worker serves: does jobs of the scenarios in this table. */
export function serve(scenarios: readonly AnyScenario[]): (job: Job) => Promise<JobResult> {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  return async (job) => {
    const scenario = byName.get(job.scenario);
    if (!scenario) throw new Error(`the worker knows no scenario ${job.scenario}`);
    const work = await scenario.prepare(job.parameters, job.seed);
    try {
      const timing = job.seconds === undefined ? runOnce(work) : runFor(job.seconds, work);
      return { ...timing, digest: digestOf(work), answer: work.answer() };
    } finally {
      work.dispose?.();
    }
  };
}

function runOnce(work: Work<unknown>): Omit<JobResult, 'digest' | 'answer'> {
  const seconds = secondsOf(() => work.run());
  return { units: work.units, unitsPerCall: work.units, seconds };
}

/** How long a timed job runs before it is measured, for the engine to compile what is hot. */
export function warmUpSeconds(seconds: number): number {
  return Math.max(0.1, seconds / 5);
}

/** Warms up, then repeats in stretches of about 5 ms. */
function runFor(seconds: number, work: Work<unknown>): Omit<JobResult, 'digest' | 'answer'> {
  let calls = 0;
  let warmUp = 0;
  while (warmUp < warmUpSeconds(seconds)) {
    warmUp += secondsOf(() => work.run());
    calls++;
  }
  const stretch = Math.max(1, Math.round((0.005 * calls) / warmUp));
  let units = 0;
  let elapsed = 0;
  let callSeconds = Infinity;
  while (elapsed < seconds) {
    const lap = secondsOf(() => {
      for (let i = 0; i < stretch; i++) work.run();
    });
    units += stretch * work.units;
    elapsed += lap;
    callSeconds = Math.min(callSeconds, lap / stretch);
  }
  return { units, unitsPerCall: work.units, seconds: elapsed, callSeconds };
}

function secondsOf(action: () => void): number {
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}

function digestOf(work: Work<unknown>): string {
  const hash = createHash('sha256');
  for (const view of work.fingerprint()) hash.update(view);
  return hash.digest('hex').slice(0, 16);
}
