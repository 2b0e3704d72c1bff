import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../src/command-line.js';
import { serve, type WorkJob, type WorkResult } from '../src/job.js';
import { scenarios } from '../src/scenarios/index.js';
import { studyTarget } from '../src/scenarios/study.js';
import type { Settings } from '../src/settings.js';

// core has interfaces and checks, but no work of its own
const packages = readdirSync(join(import.meta.dirname, '../../../packages'))
  .filter((name) => name !== 'core')
  .sort();
const settings = settingsOf();
const detailed = settingsOf('--scenario', scenarios.map(({ name }) => name).join(','));
const work = serve(scenarios);

test('every package has a scenario', () => {
  const covered = new Set(scenarios.flatMap((scenario) => scenario.packages));
  expect([...covered].sort()).toEqual(packages);
  const names = new Set(scenarios.map(({ name }) => name));
  expect(packages.filter((name) => !names.has(name))).toEqual([]);
});

test('names of scenarios are unique', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

describe.each(scenarios)('$name', (scenario) => {
  const cases = scenario.cases(detailed);

  test('has cases with unique names', () => {
    expect(cases.length).toBeGreaterThan(0);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  test('compares only its own timed cases', () => {
    const timed = cases.filter(({ kind }) => kind === 'timed').map(({ name }) => name);
    for (const { comparisons } of cases) {
      for (const { name } of comparisons.flatMap((one) => one.cases)) expect(timed).toContain(name);
    }
  });

  test.each(scenario.cases(settings))('$name: the same bits twice, and right', async (one) => {
    const job: WorkJob = {
      kind: 'work',
      scenario: scenario.name,
      case: one.name,
      run: 0,
      settings,
    };
    const [first, second] = [(await work(job)) as WorkResult, (await work(job)) as WorkResult];
    expect(first.digest).toBe(second.digest);
    expect(first.units).toBeGreaterThan(0);
    const checks = one.check(Array.from({ length: one.runs }, () => first.answer));
    expect(checks.some(({ expected }) => expected !== undefined)).toBe(true);
    // One run of an ensemble, repeated, is no statistics.
    if (one.kind === 'timed')
      expect(checks.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  });
});

test("the study's target is its polynomial", () => {
  for (const x of [-1, -0.7, 0, 0.3, 1]) {
    const expected = x ** 10 - 2 * x ** 8 + 2 * x ** 5 + 3 * x ** 3 - 2 * x ** 2 + 5;
    expect(studyTarget(x)).toBeCloseTo(expected, 14);
  }
});

function settingsOf(...words: readonly string[]): Settings {
  const request = parseCommandLine(words, scenarios);
  if (request.kind !== 'run') throw new Error(request.kind);
  return request.settings;
}
