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
