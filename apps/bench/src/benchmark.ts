import type { Executor } from '@nonsmooth/apps-shared';
import type { Case } from './case.js';
import { compareBits, type Check } from './check.js';
import { groupsOf, judged, ratesOf, scaledOf } from './comparison.js';
import type { Comparison, Windows } from './comparison.js';
import type { Figure } from './figure.js';
import type { Job, JobResult } from './job.js';
import type { Mark } from './mark.js';
import { measure, measureScaling, measureWindows } from './measure.js';
import type { CaseResult, Measurement, ScenarioResult } from './results.js';
import type { Scenario } from './scenario.js';
import type { Settings } from './settings.js';

/** Told what happens while the benchmark runs. */
export interface Observer {
  started(scenario: Scenario, one: Case, threads: number): void;
  /** Cases are compared, window by window. */
  comparing(scenario: Scenario, cases: number): void;
  /** 0 to 1. */
  progressed(fraction: number): void;
  measured(measurement: Measurement): void;
  compared(): void;
  checked(result: CaseResult): void;
}

/** What all parts of one run need. */
interface Run {
  readonly settings: Settings;
  readonly executor: Executor<Job, JobResult>;
  readonly signal: AbortSignal;
  readonly observer: Observer;
}

/** Measures every case of the chosen scenarios on every number of threads, until `signal` aborts. */
export async function benchmark(
  scenarios: readonly Scenario[],
  settings: Settings,
  executor: Executor<Job, JobResult>,
  signal: AbortSignal,
  observer: Observer,
): Promise<readonly ScenarioResult[]> {
  const run = { settings, executor, signal, observer };
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    if (!settings.scenarios.includes(scenario.name)) continue;
    if (scenario.cases(settings).length === 0) continue;
    const cases: CaseResult[] = [];
    const marks: Mark[] = [];
    const comparisons: Comparison[] = [];
    for (const one of scenario.cases(settings)) {
      if (signal.aborted) break;
      const found = await runCase(scenario, one, run);
      if (found.result.measurements.length === 0) break;
      cases.push(found.result);
      marks.push(...found.marks);
      comparisons.push(...one.comparisons);
      observer.checked(found.result);
    }
    if (cases.length === 0) break;
    marks.push(...(await compare(scenario, comparisons, cases, run)));
    const { name, summary, packages } = scenario;
    results.push({ name, summary, packages, cases, marks });
  }
  return results;
}

interface CaseFound {
  readonly result: CaseResult;
  readonly marks: readonly Mark[];
}

async function runCase(scenario: Scenario, one: Case, run: Run): Promise<CaseFound> {
  const { settings, executor, signal, observer } = run;
  const measurements: Measurement[] = [];
  let checks: readonly Check[] = [];
  let figures: readonly Figure[] = [];
  let marks: readonly Mark[] = [];
  for (const threads of threadsOf(one, settings)) {
    observer.started(scenario, one, threads);
    const found = await measure(executor, scenario, one, threads, settings, signal, (fraction) =>
      observer.progressed(fraction),
    );
    if (!found) break;
    const measurement = withEfficiency(found.measurement, measurements[0]);
    measurements.push(measurement);
    observer.measured(measurement);
    if (found.answers.length > 0 && checks.length === 0) {
      checks = one.check(found.answers);
      figures = one.figures(found.answers);
      marks = one.marks(found.answers);
    }
  }
  const { name, unit, baseline } = one;
  checks = [...checks, ...sameForAll(measurements)];
  return { result: { name, unit, baseline, measurements, checks, figures }, marks };
}

/** Ratios of speeds whose cases were all measured, from windows that are interleaved. */
async function compare(
  scenario: Scenario,
  comparisons: readonly Comparison[],
  results: readonly CaseResult[],
  { settings, executor, signal, observer }: Run,
): Promise<readonly Mark[]> {
  const isDone = ({ name }: { readonly name: string }): boolean =>
    results.some((result) => result.name === name && result.measurements[0]?.failures.length === 0);
  const possible = comparisons.filter(({ cases }) => cases.every(isDone));
  const windows = new Map<string, Windows>();
  for (const group of groupsOf(possible)) {
    if (signal.aborted) break;
    observer.comparing(scenario, group.length);
    const found = await measureWindows(executor, scenario, group, settings, signal);
    if (!found) break;
    for (const [name, entry] of found) windows.set(name, entry);
    observer.compared();
  }
  const scalings = new Map<number, ReadonlyMap<string, readonly number[]>>();
  for (const threads of settings.threads) {
    const scaled = scaledOf(possible, threads).filter(isDone);
    if (scaled.length === 0 || signal.aborted) continue;
    observer.comparing(scenario, scaled.length);
    const found = await measureScaling(executor, scenario, scaled, threads, settings, signal);
    if (!found) break;
    scalings.set(threads, found);
    observer.compared();
  }
  const rates = ratesOf(
    windows,
    ({ name }, threads) =>
      results
        .find((result) => result.name === name)
        ?.measurements.find((measurement) => measurement.threads === threads)?.throughput,
    ({ name }, threads) => scalings.get(threads)?.get(name),
  );
  return possible.flatMap((comparison) => judged(comparison, rates));
}

/** Throughput per thread relative to one thread, if one thread was measured first. */
function withEfficiency(measurement: Measurement, single: Measurement | undefined): Measurement {
  const { threads, throughput } = measurement;
  const one = threads === 1 ? measurement : single;
  if (throughput === undefined || one?.threads !== 1 || one.throughput === undefined) {
    return measurement;
  }
  return { ...measurement, efficiency: throughput / (threads * one.throughput) };
}

/** Results must not depend on how many workers share the runs. */
function sameForAll(measurements: readonly Measurement[]): readonly Check[] {
  const ended = measurements.filter(({ digest }) => digest !== undefined);
  if (ended.length < 2) return [];
  return [
    compareBits(
      ended.map(({ threads }) => threads),
      ended.map(({ digest }) => digest!),
    ),
  ];
}

/** The numbers of threads on which a case is measured. */
export function threadsOf({ singleThread }: Case, settings: Settings): readonly number[] {
  return singleThread ? [1] : settings.threads;
}

/** How many measurements and comparisons of these scenarios there will be. */
export function countOf(scenarios: readonly Scenario[], settings: Settings): number {
  return scenarios.reduce((total, scenario) => {
    const cases = scenario.cases(settings);
    const names = new Set(cases.map(({ name }) => name));
    const possible = cases
      .flatMap(({ comparisons }) => comparisons)
      .filter((comparison) => comparison.cases.every(({ name }) => names.has(name)));
    const measurements = cases.flatMap((one) => threadsOf(one, settings)).length;
    const inRounds = settings.threads.filter((threads) => scaledOf(possible, threads).length > 0);
    return total + measurements + groupsOf(possible).length + inRounds.length;
  }, 0);
}
