import { readNpz, readSafetensors } from '@nonsmooth/tensor/formats';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openArchive } from '../src/archive.js';
import { readMember, writeMember, type MemberFile } from '../src/member-file.js';
import { membersOf } from '../src/members.js';
import { readStudy } from '../src/read-study.js';
import { runMember } from '../src/run-member.js';
import { readArrow } from '../src/tables/read-arrow.js';
import { writeTheta } from '../src/theta-files.js';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-theta-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = (dynamics: string) =>
  readStudy(
    'study.yaml',
    `
title: Kept parameters
network: { widths: [1, 3, 1], activation: tanh }
inputs: { kind: grid, count: 10, from: -1, to: 1 }
target: { kind: sine, frequency: 2 }
start: { kind: random, weights: xavierUniform }
dynamics: ${dynamics}
`,
  );
const [descent, shorter, flow] = [
  study(
    '{ kind: descent, rule: adam, learningRate: 0.01, steps: 250, every: 50, saveTheta: [100, 250] }',
  ),
  study('{ kind: descent, rule: adam, learningRate: 0.01, steps: 100, every: 50 }'),
  study('{ kind: gradientFlow, until: 10, saveTheta: [0.7, 10] }'),
].map((one) => membersOf(one)[0]!) as [
  ReturnType<typeof membersOf>[0],
  ReturnType<typeof membersOf>[0],
  ReturnType<typeof membersOf>[0],
];

test('θ is kept at chosen steps, as a run that ends there has it', () => {
  const file = runMember(descent);
  expect([...file.kept!.keys()]).toEqual([100, 250]);
  expect(file.kept!.get(100)).toEqual(runMember(shorter).theta);
  expect(file.kept!.get(250)).toEqual(file.theta);
});

test('θ that was kept before an interruption is kept after it, bit for bit', () => {
  let part: MemberFile | undefined;
  const whole = runMember(descent, {
    checkpointSeconds: 0,
    checkpoint: (file) => {
      if (file.facts.steps >= 150) part ??= file;
    },
  });
  expect([...part!.kept!.keys()]).toEqual([100]);
  expect(runMember(descent, { earlier: part }).kept).toEqual(whole.kept);
});

test('θ of flows is kept at chosen times, which are rows of their own', () => {
  const file = runMember(flow);
  expect([...file.columns.get('t')!]).toContain(0.7);
  expect([...file.kept!.keys()]).toEqual([0.7, 10]);
  expect([...file.kept!.get(10)!]).toEqual([...file.theta]);
});

test('members and exports hold it under the names of PyTorch', () => {
  const archive = openArchive(folder, descent.study, [descent], false);
  const path = archive.fileOf(descent);
  mkdirSync(join(folder, 'members'), { recursive: true });
  const file = runMember(descent, { done: (done, { net }) => writeMember(path, net, done) });
  expect(readMember(path).kept).toEqual(file.kept);
  expect(readMember(path).theta).toEqual(file.theta);
  for (const format of ['safetensors', 'npz'] as const) {
    expect(writeTheta(archive, [descent], format)).toBe(3);
  }
  expect(readdirSync(join(folder, 'theta')).sort()).toEqual(
    ['0', '0-at-100', '0-at-250']
      .flatMap((name) => [`${name}.npz`, `${name}.safetensors`])
      .toSorted(),
  );
  const bytes = (name: string) => readFileSync(join(folder, 'theta', name));
  const npz = readNpz(bytes('0-at-100.npz'));
  const { tensors } = readSafetensors(bytes('0-at-100.safetensors'));
  const names = ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias'];
  for (const arrays of [npz, tensors]) {
    expect([...arrays.keys()].sort()).toEqual([...names].sort());
    expect(names.flatMap((name) => [...arrays.get(name)!.data])).toEqual([...file.kept!.get(100)!]);
    expect(arrays.get('layers.0.weight')!.shape).toEqual([3, 1]);
  }
});

test('exports as Arrow tensors: a row per time, a column of one shape per array', () => {
  const archive = openArchive(folder, descent.study, [descent], true);
  const file = readMember(archive.fileOf(descent));
  expect(writeTheta(archive, [descent], 'arrow')).toBe(1);
  const table = readArrow(readFileSync(join(folder, 'theta', '0.arrow')));
  const shapes = { 'layers.0.weight': [3, 1], 'layers.0.bias': [3] };
  expect([...table.getChild('t')!]).toEqual([100, 250]);
  for (const [name, shape] of Object.entries(shapes)) {
    const { metadata } = table.schema.fields.find((field) => field.name === name)!;
    expect(metadata.get('ARROW:extension:name')).toBe('arrow.fixed_shape_tensor');
    expect(JSON.parse(metadata.get('ARROW:extension:metadata')!)).toEqual({ shape });
  }
  const columns = table.schema.fields.slice(1).map(({ name }) => table.getChild(name)!);
  for (const [row, theta] of [file.kept!.get(100)!, file.theta].entries()) {
    const flat = columns.flatMap((column) => [...(column.get(row) as Iterable<number>)]);
    expect(flat).toEqual([...theta]);
  }
});

test.each([
  [
    '{ kind: descent, rule: sgd, learningRate: 0.1, steps: 100, every: 50, saveTheta: [60] }',
    /saveTheta/,
  ],
  [
    '{ kind: descent, rule: sgd, learningRate: 0.1, steps: 100, every: 50, saveTheta: [150] }',
    /saveTheta/,
  ],
])('steps that are no rows are refused: %s', (dynamics, message) => {
  expect(() => study(dynamics)).toThrow(message);
});

test('times after the horizon are refused before anything is run', () => {
  const [late] = membersOf(study('{ kind: gradientFlow, until: 1, saveTheta: [2] }'));
  expect(() => runMember(late!)).toThrow(/dynamics.saveTheta = 2; allowed: times up to 1/);
});
