import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Results } from '../src/results.js';
import { bundle, start, temporaryFolder } from './command.js';

let main: string;
beforeAll(async () => {
  main = await bundle('test/fixture', 'bench-fixture');
});

const quick = ['--seconds', '0.05', '--threads', '1,2'];

function resultsIn(folder: string): Results {
  return JSON.parse(readFileSync(join(folder, 'benchmark/results.json'), 'utf8')) as Results;
}

test('a right run ends with status 0, both files and nothing else', async () => {
  const folder = temporaryFolder();
  const words = [...quick, '--scenario', 'steady', '--scenario', 'ensemble'];
  const { status, stdout, stderr } = await start(main, words, folder).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toContain('\u001b[2K');
  expect(stdout).toMatch(/\[4\/4\] ensemble · sums +2 threads/);
  expect(readdirSync(join(folder, 'benchmark')).sort()).toEqual(['report.html', 'results.json']);
  const { complete, scenarios } = resultsIn(folder);
  expect(complete).toBe(true);
  const [steady, ensemble] = scenarios;
  expect(steady!.cases[0]!.measurements.map(({ threads }) => threads)).toEqual([1, 2]);
  expect(ensemble!.cases[0]!.measurements.map(({ units }) => units)).toEqual([90, 90]);
  expect(ensemble!.cases[0]!.checks.map(({ verdict }) => verdict)).toEqual([
    'right',
    'reported',
    'right',
  ]);
});

test('results do not depend on the number of workers', async () => {
  const folder = temporaryFolder();
  const words = ['--threads', '1,2,3,4,7', '--scenario', 'ensemble', '--seed', '5'];
  const { status } = await start(main, words, folder).ended;
  const { measurements } = resultsIn(folder).scenarios[0]!.cases[0]!;
  expect(status).toBe(0);
  expect(measurements.map(({ threads }) => threads)).toEqual([1, 2, 3, 4, 7]);
  expect(new Set(measurements.map(({ digest }) => digest)).size).toBe(1);
});

test('wrong work ends with status 1 and says what is wrong', async () => {
  const { status, stdout, stderr } = await start(main, [...quick, '--scenario', 'incorrect']).ended;
  expect(status).toBe(1);
  expect(stdout).toContain('WRONG');
  expect(stderr).toBe('error: incorrect only: error is wrong\n');
});

describe('a worker that dies is reported with its scenario and the run goes on', () => {
  test.each([
    ['throwing', 'the work broke'],
    ['exiting', 'exited'],
    ['hungry', 'memory'],
  ])('%s', async (scenario, reason) => {
    const folder = temporaryFolder();
    const words = [...quick, '--scenario', `${scenario},ensemble`];
    const { status, stderr } = await start(main, words, folder).ended;
    expect(status).toBe(1);
    expect(stderr).toContain(`error: ${scenario} only, threads 1`);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
    const [failed, after] = resultsIn(folder).scenarios;
    expect(failed!.cases[0]!.measurements[0]!.failures[0]).toContain(reason);
    expect(after!.cases[0]!.measurements.every(({ failures }) => failures.length === 0)).toBe(true);
  });
});

test('workers that cannot even start end the run with status 1, without hanging', async () => {
  const broken = await bundle('test/fixture', 'bench-broken');
  writeFileSync(join(broken, '../worker.js'), 'process.exit(9);');
  const folder = temporaryFolder();
  const { status, stderr } = await start(
    broken,
    [...quick, '--scenario', 'steady,ensemble'],
    folder,
  ).ended;
  expect(status).toBe(1);
  expect(stderr).toContain('error: ensemble sums, threads 2: no worker can be started');
  expect(resultsIn(folder).scenarios.length).toBe(2);
});

describe('an interrupted run stops its workers and writes what was measured, marked incomplete', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s', async (signal) => {
    const folder = temporaryFolder();
    const running = start(main, [...quick, '--scenario', 'steady,slow'], folder);
    await running.shown('[2/4] steady');
    await new Promise((resolve) => void setTimeout(resolve, 300));
    running.interrupt(signal);
    const { status, stdout, stderr } = await running.ended;
    expect(status).toBe(130);
    expect(stderr).toContain('interrupted: the results are incomplete');
    expect(stdout).toContain('INCOMPLETE');
    const { complete, scenarios } = resultsIn(folder);
    expect(complete).toBe(false);
    expect(scenarios.map(({ name }) => name)).toEqual(['steady']);
    expect(readFileSync(join(folder, 'benchmark/report.html'), 'utf8')).toContain('Incomplete');
  });
});

test('a run whose output is read no more stops like an interrupted one', async () => {
  const folder = temporaryFolder();
  const running = start(main, [...quick, '--scenario', 'steady,slow'], folder);
  await running.shown('benchmark: steady');
  running.stopReading();
  const { status, stderr } = await running.ended;
  expect({ status, stderr }).toEqual({
    status: 130,
    stderr: 'interrupted: the results are incomplete\n',
  });
  expect(resultsIn(folder).complete).toBe(false);
});

test('--json prints the results, and nothing else, on stdout', async () => {
  const folder = temporaryFolder();
  const words = [...quick, '--scenario', 'steady', '--json', '--out', 'elsewhere'];
  const { status, stdout, stderr } = await start(main, words, folder).ended;
  expect(status).toBe(0);
  const written = readFileSync(join(folder, 'elsewhere/results.json'), 'utf8');
  expect(JSON.parse(stdout)).toEqual(JSON.parse(written));
  expect(stderr).toContain('[1/2] steady');
});

test('an output folder that cannot be written is refused before anything runs', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'taken'), '');
  const words = ['--scenario', 'slow', '--out', 'taken/below'];
  const { status, stdout, stderr } = await start(main, words, folder).ended;
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'error: --out = "taken/below"; allowed: a folder that can be written (ENOTDIR)\n',
  );
  expect(existsSync(join(folder, 'benchmark'))).toBe(false);
});
