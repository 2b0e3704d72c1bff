import { createHash } from 'node:crypto';
import type { Case } from './case.js';
import type { Windows } from './comparison.js';
import type { Scenario } from './scenario.js';
import type { Settings } from './settings.js';
import type { Work } from './work.js';

/** What a worker is asked for, as plain data. */
export type Job = WorkJob | WindowsJob;

/** One run of a case. */
export interface WorkJob {
  readonly kind: 'work';
  readonly scenario: string;
  readonly case: string;
  readonly run: number;
  readonly settings: Settings;
  /** Repeat for so long; once if absent. */
  readonly seconds?: number;
}

/** Timed cases in turn, window by window. */
export interface WindowsJob {
  readonly kind: 'windows';
  readonly scenario: string;
  readonly cases: readonly string[];
  readonly settings: Settings;
  readonly rounds: number;
  /** Least length of a window. */
  readonly seconds: number;
}

/** What one run of a case took, and what came out. */
export interface WorkResult {
  readonly units: number;
  readonly seconds: number;
  /** Seconds per call of the work in the fastest stretch of a timed job. */
  readonly callSeconds?: number;
  /** Hash of the work's fingerprint. */
  readonly digest: string;
  readonly answer: unknown;
}

/** In the order of the job's cases. */
export interface WindowsResult {
  readonly windows: readonly Windows[];
}

/** `kind` decides which: a work job has a work result. */
export type JobResult = WorkResult | WindowsResult;

/** The function that a worker serves: does jobs of the scenarios in this table. */
export function serve(scenarios: readonly Scenario[]): (job: Job) => Promise<JobResult> {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  return async (job) => {
    const scenario = byName.get(job.scenario);
    if (!scenario) throw new Error(`the worker knows no scenario ${job.scenario}`);
    const cases = new Map(scenario.cases(job.settings).map((one) => [one.name, one]));
    const caseOf = (name: string): Case => {
      const found = cases.get(name);
      if (!found) throw new Error(`the worker's scenario ${job.scenario} has no case ${name}`);
      return found;
    };
    return job.kind === 'work'
      ? await doWork(caseOf(job.case), job)
      : { windows: await measureWindows(job.cases.map(caseOf), job) };
  };
}

async function doWork(one: Case, { run, settings, seconds }: WorkJob): Promise<WorkResult> {
  const work = await one.prepare(run, settings.seed);
  try {
    const timing = seconds === undefined ? runOnce(work) : runFor(seconds, work);
    return { ...timing, digest: digestOf(work), answer: work.answer() };
  } finally {
    work.dispose?.();
  }
}

function runOnce(work: Work<unknown>): Pick<WorkResult, 'units' | 'seconds'> {
  return { units: work.units, seconds: secondsOf(() => work.run()) };
}

/** How long a timed job runs before it is measured, for the engine to compile what is hot. */
export function warmUpSeconds(seconds: number): number {
  return Math.max(0.1, seconds / 5);
}

/** Warms up, then repeats in stretches of about 5 ms. */
function runFor(
  seconds: number,
  work: Work<unknown>,
): Pick<WorkResult, 'units' | 'seconds' | 'callSeconds'> {
  const stretch = callsIn(0.005, warmUpSeconds(seconds), work);
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
  return { units, seconds: elapsed, callSeconds };
}

/**
 * Warms up for so long, and on while the engine still makes it faster, which on a thread that has not seen the code
 * takes several times as long; returns how many calls fill a window.
 */
function callsIn(windowSeconds: number, warmUp: number, work: Work<unknown>): number {
  let fastest = 0;
  for (let spent = 0; ;) {
    let calls = 0;
    let lap = 0;
    while (lap < warmUp / 2) {
      lap += secondsOf(() => work.run());
      calls++;
    }
    spent += lap;
    const rate = calls / lap;
    const isWarm = spent >= warmUp && rate < 1.03 * fastest;
    if (isWarm || spent >= 5 * warmUp) return Math.max(1, Math.round(windowSeconds * rate));
    fastest = Math.max(fastest, rate);
  }
}

/**
 * Round by round one window of every case, in turns that reverse: what the machine does to one it does to its
 * neighbours, too.
 */
async function measureWindows(
  cases: readonly Case[],
  { settings, rounds, seconds }: WindowsJob,
): Promise<readonly Windows[]> {
  const works: Work<unknown>[] = [];
  try {
    for (const one of cases) works.push(await one.prepare(0, settings.seed));
    const entries = works.map((work) => ({
      work,
      calls: callsIn(seconds, warmUpSeconds(seconds), work),
      secondsPerCall: [] as number[],
    }));
    for (let round = 0; round < rounds; round++) {
      for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
        const lap = secondsOf(() => {
          for (let i = 0; i < entry.calls; i++) entry.work.run();
        });
        entry.secondsPerCall.push(lap / entry.calls);
      }
    }
    return entries.map(({ work, secondsPerCall }) => ({
      unitsPerCall: work.units,
      secondsPerCall,
    }));
  } finally {
    for (const work of works) work.dispose?.();
  }
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
