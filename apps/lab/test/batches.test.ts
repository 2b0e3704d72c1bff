import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key, normal } from '@nonsmooth/tensor';
import { network, realize } from '@nonsmooth/nets';
import { expect, test } from 'vitest';
import { fileNameOf, inOrder, membersOf, type Member } from '../src/members.js';
import { writeMember, type MemberFile } from '../src/member-file.js';
import { readStudy } from '../src/read-study.js';
import { runMember } from '../src/run-member.js';
import { folded, plainNetwork, RunningStatistics } from '../src/running-statistics.js';

const heat = `
title: Heat
network: { widths: [2, 6, 1], activation: gelu, batchNormalization: { momentum: 0.1 } }
loss: relativeL2
inputs: { kind: uniform, count: 50, from: -1, to: 1 }
target: { kind: heat, time: 0.01 }
test: { inputs: { kind: uniform, count: 40, from: -1, to: 1 } }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.02, steps: 300, batch: 32, fresh: true, every: 100 }
record: [loss, batchLoss, testLoss, norm]
`;
const members = (text: string): Member[] => membersOf(readStudy('study.yaml', text));
const run = (text: string): MemberFile => runMember(members(text)[0]!);

test('descent on fresh samples learns the solution of the heat equation', () => {
  const { columns, statistics, facts } = run(heat);
  expect(facts.status).toBe('finished');
  const test = columns.get('testLoss')!;
  expect(test.at(-1)).toBeLessThan(0.2);
  expect(test.at(-1)).toBeLessThan(test[0]! / 3);
  expect(columns.get('batchLoss')![0]).toBeNaN();
  expect(statistics!.batches).toBe(300);
  // of the uniform distribution on [−1, 1], within what a momentum of 0.1 averages
  for (const mean of statistics!.mean) expect(Math.abs(mean)).toBeLessThan(0.15);
  for (const variance of statistics!.variance) expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.1);
});

test('no two steps see the same samples, and pools do not matter', () => {
  const losses = (steps: number, every: number): Float64Array =>
    run(
      heat.replace('steps: 300', `steps: ${steps}`).replace('every: 100', `every: ${every}`),
    ).columns.get('batchLoss')!;
  const single = losses(300, 1);
  expect(new Set(single).size).toBe(301);
  const blocks = losses(300, 100);
  for (let k = 1; k <= 3; k++) expect(blocks[k]).toBe(single[100 * k]);
});

test.each([
  ['fresh samples', heat],
  [
    'an epoch order',
    heat.replace('fresh: true', 'replacement: false').replace('batch: 32', 'batch: 16'),
  ],
  ['draws with replacement', heat.replace('fresh: true, ', '')],
  ['all samples', heat.replace('batch: 32, fresh: true, ', '')],
])(
  'a descent on %s goes on from any checkpoint bit for bit, statistics included',
  (_name, text) => {
    const whole = run(text);
    const [member] = members(text) as [Member];
    const [shorter] = members(text.replace('steps: 300', 'steps: 170')) as [Member];
    const continued = runMember(member, { earlier: runMember(shorter) });
    expect([...continued.columns]).toEqual([...whole.columns]);
    expect(continued.theta).toEqual(whole.theta);
    expect(continued.statistics).toEqual(whole.statistics);
  },
);

test('running statistics fold into the affine layer behind the normalization', () => {
  const net = network([3, 4, 2], { activation: 'tanh', batchNormalization: true });
  const theta = Float64Array.from(normal(key(3), [net.dimension]).data);
  const inputs = Float64Array.from(normal(key(4), [30]).data);
  // statistics of the batch itself: with momentum 1 and the biased variance, both ways are the same
  const statistics = new RunningStatistics(3, 1);
  statistics.update(
    inputs,
    Uint32Array.from({ length: 10 }, (_, i) => i),
  );
  for (let j = 0; j < 3; j++) statistics.variance[j]! *= 9 / 10;
  const rows = Array.from({ length: 10 }, (_, i) => [...inputs.subarray(3 * i, 3 * i + 3)]);
  const direct = realize(net, theta, rows).data;
  const plain = realize(plainNetwork(net), folded(net, theta, statistics), rows).data;
  plain.forEach((value, i) => expect(value).toBeCloseTo(direct[i]!, 10));
});

test('runs that go on with the normalization of the one before run in order', () => {
  const chain = `${heat.replace('steps: 300', 'steps: 40')}members: 3\nvary: { start.normalization: [fresh, previous] }\n`;
  const all = members(chain);
  expect(inOrder(all).map((group) => group.map(({ index }) => index))).toEqual([
    [0, 1, 2, 3],
    [4],
    [5],
  ]);
  const first = runMember(all[3]!);
  const second = runMember(all[4]!, { previous: first });
  const alone = runMember(all[1]!);
  expect(second.statistics!.batches).toBe(80);
  expect(alone.statistics!.batches).toBe(40);
  const start = (file: MemberFile): number => file.columns.get('norm')![0]!;
  const square = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, x) => sum + x * x, 0);
  // the same weights; scale and shift are those of the run before instead of 1 and 0
  const gained = square(first.theta.subarray(0, 4)) - 2;
  expect(start(second) ** 2 - start(alone) ** 2).toBeCloseTo(gained, 8);
});

test('the normalization of a file is gone on from like that of the run before', () => {
  const place = mkdtempSync(join(tmpdir(), 'nonsmooth-normalization-'));
  try {
    const chain = `${heat.replace('steps: 300', 'steps: 40')}members: 2\nvary: { start.normalization: [previous] }\n`;
    const [one, two] = members(chain) as [Member, Member];
    const path = join(place, 'first.safetensors');
    const first = runMember(one, { done: (file, { net }) => writeMember(path, net, file) });
    const second = runMember(two, { previous: first });
    const [, other] = members(
      `${heat.replace('steps: 300', 'steps: 40')}members: 2\nvary: { start.normalization: [{ file: ${path} }] }\n`,
    ) as [Member, Member];
    const fromFile = runMember(other);
    expect(fromFile.theta).toEqual(second.theta);
    expect(fromFile.statistics).toEqual(second.statistics);
    const without = heat.replace(/batchNormalization: [^}]*}/, 'batchNormalization: true');
    expect(() => run(`${without}vary: { start.normalization: [{ file: ${path} }] }\n`)).toThrow(
      /start.normalization .*allowed: a network with batchNormalization: { momentum }/,
    );
    const wider = heat.replace('widths: [2', 'widths: [3');
    expect(() => run(`${wider}vary: { start.normalization: [{ file: ${path} }] }\n`)).toThrow(
      /start.normalization.file = .*normalization.weight of shape \[3\], not \[2\]/,
    );
  } finally {
    rmSync(place, { recursive: true });
  }
});

test('members that differ in anything of their start have files of their own', () => {
  const base = heat.replace(
    '{ kind: random, weights: xavierUniform }',
    '{ kind: random, weights: normal }',
  );
  const names = members(
    `${base}members: 2\nvary: { start.deviation: [0.1, 1], start.biases: [0, 1] }\n`,
  ).map(fileNameOf);
  expect(new Set(names).size).toBe(8);
});

test.each([
  [
    'kind: uniform, count: 50, from: -1, to: 1',
    'kind: grid, count: 7, from: -1, to: 1',
    /inputs.kind = "grid"; allowed: uniform, normal, moons/,
  ],
  [
    'batch: 32, fresh',
    'fresh',
    /dynamics.batch = undefined; allowed: the number of fresh samples per step/,
  ],
  [
    'fresh: true',
    'fresh: true, replacement: false',
    /dynamics.replacement = false; allowed: left out/,
  ],
  ['momentum: 0.1', 'momentum: 2', /network.batchNormalization/],
  [/dynamics:.*/, 'dynamics: { kind: gradientFlow, until: 1 }', /batchLoss/],
])('fresh samples are refused where there are none: %s', (right, wrong, message) => {
  expect(() => run(heat.replace(right, wrong))).toThrow(message);
});
