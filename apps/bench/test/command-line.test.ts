import { ArgumentError } from '@nonsmooth/kernels';
import { describe, expect, test } from 'vitest';
import { defaultThreads, parseCommandLine } from '../src/command-line.js';
import { warmUpSeconds } from '../src/job.js';
import type { Settings } from '../src/settings.js';
import { fixtureScenarios } from './fixture/scenarios.js';

function settings(...words: string[]): Settings {
  const request = parseCommandLine(words, fixtureScenarios);
  if (request.kind !== 'run') throw new Error(request.kind);
  return request.settings;
}

test('without options: every scenario, 1 to all cores, seed 1, in benchmark/', () => {
  const { scenarios, threads, seed, out, json, dtype } = settings();
  expect(scenarios).toEqual(fixtureScenarios.map(({ name }) => name));
  expect(threads).toEqual(defaultThreads());
  expect({ seed, out, json, dtype }).toEqual({
    seed: 1,
    out: 'benchmark',
    json: false,
    dtype: 'f32',
  });
});

test('scenarios are repeated or separated by commas, and run in the order of the table', () => {
  const expected = ['steady', 'throwing', 'slow'];
  expect(settings('--scenario', 'slow,steady', '--scenario', 'throwing').scenarios).toEqual(
    expected,
  );
});

test('threads are sorted, each once', () => {
  expect(settings('--threads', '4, 1', '--threads', '2,4').threads).toEqual([1, 2, 4]);
});

test('default threads: all counts on few cores, powers of two and all on many', () => {
  expect(defaultThreads(1)).toEqual([1]);
  expect(defaultThreads(3)).toEqual([1, 2, 3]);
  expect(defaultThreads(8)).toEqual([1, 2, 4, 8]);
  expect(defaultThreads(12)).toEqual([1, 2, 4, 8, 12]);
});

test('timed measurements together take no more than about half a minute', () => {
  for (const threads of ['1,2', '1,2,4,8,16']) {
    const { seconds } = settings('--threads', threads);
    const timed = fixtureScenarios.length - 1;
    expect((seconds + warmUpSeconds(seconds)) * timed * threads.split(',').length).toBeLessThan(30);
  }
});

test('--help lists every scenario and every option', () => {
  const request = parseCommandLine(['--help'], fixtureScenarios);
  if (request.kind !== 'print') throw new Error('no help');
  for (const { name, summary } of fixtureScenarios) {
    expect(request.text).toContain(`  ${name}`);
    expect(request.text).toContain(summary);
  }
  for (const option of ['scenario', 'threads', 'seconds', 'seed', 'out', 'json', 'activation']) {
    expect(request.text).toContain(`--${option}`);
  }
});

describe('bad input is refused by one line that names argument, value and what is allowed', () => {
  test.each([
    [['--scenario', 'sed'], '--scenario = "sed"; allowed: steady, incorrect, throwing'],
    [['--scenario', ''], '--scenario = ""; allowed: steady'],
    [['--threads', '0'], '--threads = "0"; allowed: integers from 1 to 256'],
    [['--threads', '1,two'], '--threads = "two"; allowed: integers from 1 to 256'],
    [['--threads', '1.5'], '--threads = "1.5"; allowed: integers from 1 to 256'],
    [['--threads', '100000'], '--threads = "100000"; allowed: integers from 1 to 256'],
    [['--seconds', '-1'], '--seconds = "-1"; allowed: a number > 0'],
    [['--seconds', '0'], '--seconds = "0"; allowed: a number > 0'],
    [['--seconds', 'NaN'], '--seconds = "NaN"; allowed: a number > 0'],
    [['--seconds', ' '], '--seconds = " "; allowed: a number > 0'],
    [['--seconds', 'Infinity'], '--seconds = "Infinity"; allowed: a number > 0'],
    [['--seed', '1.5'], '--seed = "1.5"; allowed: an integer from 0'],
    [['--seed', '-3'], '--seed = "-3"; allowed: an integer from 0'],
    [['--activation', 'rleu'], '--activation = "rleu"; allowed: identity, relu'],
    [['--dtype', 'f16'], '--dtype = "f16"; allowed: f32, f64'],
    [['--out', ''], '--out = ""; allowed: a folder'],
    [['--threds', '2'], 'option = "--threds"; allowed: --scenario, --threads'],
    [['--json=yes'], '--json = "yes"; allowed: no value'],
    [['--seconds'], '--seconds = ""; allowed: a value: --seconds <number>'],
    [['sad'], 'argument = "sad"; allowed: options only: --scenario'],
  ])('%j', (words, message) => {
    let thrown: unknown;
    try {
      parseCommandLine(words, fixtureScenarios);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ArgumentError);
    expect((thrown as Error).message).toContain(message);
    expect((thrown as Error).message).not.toContain('\n');
  });
});

test('--no-native leaves the work to the portable kernels', () => {
  expect(settings().native).toBe(true);
  expect(settings('--no-native').native).toBe(false);
});
