import { parse } from 'csv-parse/sync';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { differences, mostStandardErrors } from '../src/published/compare.js';
import { writeComparisonFiles } from '../src/published/comparison-files.js';
import { readPublished } from '../src/published/published.js';
import { samplesIn, type Sample } from '../src/published/sample.js';
import { readStudy } from '../src/read-study.js';

const published = join(import.meta.dirname, '../published');
const kept = (name: string): string => join(published, 'polynomials', name);
const studies = readPublished(join(published, 'sad-published.json'));
const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-published-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The runs that are kept. */
const samples = parse<Record<string, string>>(readFileSync(kept('values.csv')), {
  columns: true,
}).map((row): Sample => {
  const { activation, rule, inputs } = studies.find(({ name }) => name === row['study'])!;
  const [start, step, norm, testLoss] = ['start', 'step', 'norm', 'testLoss'].map((name) =>
    Number(row[name]),
  ) as [number, number, number, number];
  return { activation, rule, inputs, start, step, norm, testLoss };
});

test('the kept comparison is that of the kept runs with what was published', () => {
  const found = differences(studies, samples);
  expect(JSON.parse(readFileSync(kept('comparison.json'), 'utf8'))).toEqual(found);
  writeComparisonFiles(folder, studies, samples, found);
  const written = readFileSync(join(folder, 'comparison.md'), 'utf8');
  expect(readFileSync(kept('comparison.md'), 'utf8')).toBe(written);
});

test('all fifteen studies have twenty runs at four steps, each mean within four standard errors', () => {
  const found = differences(studies, samples);
  expect(found).toHaveLength(15 * 4 * 2);
  for (const { ours, standardErrors } of found) {
    expect(ours.runs).toBe(20);
    expect(Math.abs(standardErrors)).toBeLessThan(mostStandardErrors);
  }
});

test('standard errors are those of both samples together', () => {
  const study = {
    name: 'polynomial/GELU_SGD',
    activation: 'gelu',
    rule: 'sgd',
    inputs: 1,
    runs: 4,
    steps: [{ step: 10, norm: { mean: 1, deviation: 6 }, logTestLoss: { mean: -2, deviation: 0 } }],
  };
  const own = [0, 8].map((norm, start): Sample => ({
    activation: 'gelu',
    rule: 'sgd',
    inputs: 1,
    start,
    step: 10,
    norm,
    testLoss: start === 0 ? 0.1 : 0.001,
  }));
  const [norm, test_] = differences([study], own);
  // ours: mean 4, deviation √32, over √2; published: 6 over √4
  expect(norm!.standardErrors).toBeCloseTo(3 / 5, 12);
  expect(test_!.standardErrors).toBeCloseTo(0, 12);
});

test('samples are read from tables, with what does not vary from the study', () => {
  const study = readStudy(
    'study.yaml',
    `
title: One
network: { widths: [2, 3, 1], activation: tanh }
inputs: { kind: uniform, count: 5, from: 0, to: 1 }
target: { kind: constant, value: [1] }
test: { fraction: 0.4 }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: adam, learningRate: 0.1, steps: 10 }
record: [testLoss, norm]
`,
  );
  const text = 'member,network.activation,start,t,testLoss,norm\r\n0,gelu,3,10,0.5,2\r\n';
  writeFileSync(join(folder, 'trajectories.csv'), text);
  expect(samplesIn(folder, study)).toEqual([
    { activation: 'gelu', rule: 'adam', inputs: 2, start: 3, step: 10, norm: 2, testLoss: 0.5 },
  ]);
});

test('what is no file of published statistics is refused', () => {
  const file = join(folder, 'wrong.json');
  expect(() => readPublished(file)).toThrow(/--with/);
  writeFileSync(file, '{ "polynomial/GELU_SGD": { "runs": 0 } }');
  expect(() => readPublished(file)).toThrow(/--with = .*wrong.json.*published statistics/);
  expect(existsSync(kept('norm-1d-adam.svg'))).toBe(true);
});

/** Rows of a table that is kept, with their numbers. */
const rowsOf = (...path: string[]): Record<string, string>[] =>
  parse<Record<string, string>>(readFileSync(join(published, ...path)), { columns: true });
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x / values.length, 0);
/** Of the mean. */
const squaredError = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + (x - meanOf(values)) ** 2, 0) /
  (values.length - 1) /
  values.length;

test('Black–Scholes: one fresh and four trained normalizations are what was published, five fresh ones are not', () => {
  const all = JSON.parse(readFileSync(join(published, 'sad-published.json'), 'utf8')) as Record<
    string,
    { runs: number; norm0: [number, number]; norm_at: Record<string, [number, number]> }
  >;
  const { runs, norm0, norm_at: at } = all['real_world/blackscholes_pde']!;
  const rows = rowsOf('black-scholes', 'values.csv');
  for (const [step, [mean, deviation]] of Object.entries({ 0: norm0, 1000: at['1000']! })) {
    const norms = (normalization: string): number[] =>
      rows
        .filter((row) => row['normalization'] === normalization && row['step'] === step)
        .map((row) => Number(row['norm']));
    const [fresh, trained] = [norms('fresh'), norms('trained')];
    expect([fresh.length, trained.length]).toEqual([5, 5]);
    const both = (meanOf(fresh) + 4 * meanOf(trained)) / 5;
    const own = (squaredError(fresh) + 16 * squaredError(trained)) / 25;
    const standard = deviation ** 2 / runs;
    expect(Math.abs(both - mean) / Math.sqrt(standard + own)).toBeLessThan(1);
    expect(
      Math.abs(meanOf(fresh) - mean) / Math.sqrt(standard + squaredError(fresh)),
    ).toBeGreaterThan(3);
  }
});

test('digits: each start of full length ends above 97.5 %, and its norm grows at every saved step', () => {
  const rows = rowsOf('digits', 'values.csv');
  for (const start of ['0', '1', '2', '3', '4']) {
    const own = rows.filter((row) => row['start'] === start);
    expect(own.map((row) => Number(row['step']))).toEqual(
      Array.from({ length: 31 }, (_, i) => 1000 * i),
    );
    expect(Number(own.at(-1)!['accuracy'])).toBeGreaterThan(0.975);
    const norms = own.map((row) => Number(row['norm']));
    norms.slice(1).forEach((norm, i) => expect(norm).toBeGreaterThan(norms[i]!));
  }
});

test('heat: both rates come below one percent, the constant one after 200 000 steps and with a norm that grows', () => {
  const valuesOf = (name: string, column: string): number[] =>
    rowsOf('heat', name).map((row) => Number(row[column]));
  expect(valuesOf('cosine.csv', 'testLoss').at(-1)).toBeLessThan(0.01);
  const constant = valuesOf('constant-rate.csv', 'testLoss');
  expect(constant).toHaveLength(352);
  const meanOf = (from: number, to: number): number => {
    const part = constant.slice(from + 1, to + 1).map(Math.log);
    return Math.exp(part.reduce((sum, x) => sum + x, 0) / part.length);
  };
  expect(meanOf(100, 200)).toBeGreaterThan(0.01);
  expect(meanOf(200, 300)).toBeLessThan(0.01);
  expect(meanOf(300, 351)).toBeLessThan(meanOf(200, 300));
  const norms = valuesOf('constant-rate.csv', 'norm').filter((_, i) => i % 50 === 0);
  norms.slice(1).forEach((norm, i) => expect(norm).toBeGreaterThan(norms[i]!));
});

test.each([
  'black-scholes/study',
  'black-scholes/normalization',
  'heat/constant-rate',
  'heat/cosine',
])('the kept study %s is read', (name) => {
  const path = join(published, `${name}.yaml`);
  expect(readStudy(path, readFileSync(path, 'utf8')).title).not.toBe('');
});
