import type { Executor } from '@nonsmooth/apps-shared';
import { compareBits, type Check } from './check.js';
import type { Job, JobResult } from './job.js';
import type { Figure } from './figure.js';
import { measure } from './measure.js';
import type { CaseResult, Measurement, ScenarioResult } from './results.js';
import type { AnyScenario, Case, Rates } from './scenario.js';
import type { Settings } from './settings.js';

/** Told what happens while the benchmark runs. */
export interface Observer {
  started(scenario: AnyScenario, one: Case<unknown>, threads: number): void;
  /** 0 to 1. */
  progressed(fraction: number): void;
  measured(measurement: Measurement): void;
  checked(result: CaseResult): void;
}

/** Measures every case of the chosen scenarios on every number of threads, until `signal` aborts. */
export async function benchmark(
  scenarios: readonly AnyScenario[],
  settings: Settings,
  executor: Executor<Job, JobResult>,
  signal: AbortSignal,
  observer: Observer,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    if (!settings.scenarios.includes(scenario.name)) continue;
    const cases: CaseResult[] = [];
    const answers = new Map<string, readonly unknown[]>();
    for (const one of scenario.cases(settings)) {
      if (signal.aborted) break;
      const { result, answers: found } = await runCase(
        scenario,
        one,
        settings,
        executor,
        signal,
        observer,
      );
      if (result.measurements.length === 0) break;
      cases.push(result);
      answers.set(one.name, found);
      observer.checked(result);
    }
    if (cases.length === 0) break;
    const { name, summary, packages } = scenario;
    const marks = marksOf(scenario, cases, answers);
    results.push({ name, summary, packages, cases, marks });
  }
  return results;
}

async function runCase(
  scenario: AnyScenario,
  one: Case<unknown>,
  settings: Settings,
  executor: Executor<Job, JobResult>,
  signal: AbortSignal,
  observer: Observer,
): Promise<{ readonly result: CaseResult; readonly answers: readonly unknown[] }> {
  const measurements: Measurement[] = [];
  let answers: readonly unknown[] = [];
  let checks: readonly Check[] = [];
  let figures: readonly Figure[] = [];
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
      answers = found.answers;
      const parameters = one.kind === 'timed' ? [one.parameters] : one.runs;
      checks = scenario.check(answers, parameters);
      figures = scenario.figures?.(answers, parameters) ?? [];
    }
  }
  const result = {
    name: one.name,
    unit: one.unit,
    baseline: isBaseline(one),
    measurements,
    checks: [...checks, ...sameForAll(measurements)],
    figures,
  };
  return { result, answers };
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

function marksOf(
  scenario: AnyScenario,
  cases: readonly CaseResult[],
  answers: ReadonlyMap<string, readonly unknown[]>,
): ScenarioResult['marks'] {
  const measured = (caseName: string, threads: number): Measurement | undefined =>
    cases
      .find(({ name }) => name === caseName)
      ?.measurements.find((measurement) => measurement.threads === threads);
  const rates: Rates = {
    answers: (caseName) => answers.get(caseName) ?? [],
    peak: (caseName) => measured(caseName, 1)?.peakRate,
    call: (caseName) => measured(caseName, 1)?.callSeconds,
    throughput: (caseName, threads) => measured(caseName, threads)?.throughput,
    speedup(caseName, threads) {
      const efficiency = measured(caseName, threads)?.efficiency;
      return efficiency === undefined ? undefined : efficiency * threads;
    },
  };
  return scenario.marks?.(rates) ?? [];
}

function isBaseline(one: Case<unknown>): boolean {
  return one.kind === 'timed' && one.baseline === true;
}

/** The numbers of threads on which a case is measured. */
export function threadsOf(one: Case<unknown>, settings: Settings): readonly number[] {
  return one.alone === true || isBaseline(one) ? [1] : settings.threads;
}
