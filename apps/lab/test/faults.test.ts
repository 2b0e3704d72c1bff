import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Laboratory } from '../src/commands/command.js';
import { run } from '../src/commands/run.js';
import { Columns } from '../src/columns.js';
import { pointsPerCurve, thinned } from '../src/curves.js';
import { isOutOfMemory } from '../src/memory-message.js';
import { readMember, writeMember, type MemberFile } from '../src/member-file.js';
import { membersOf } from '../src/members.js';
import { readStudy } from '../src/read-study.js';
import { runMember } from '../src/run-member.js';
import { storageMessage } from '../src/storage-message.js';
import { network } from '@nonsmooth/nets';
import { memberTable, trajectoryTable } from '../src/tables/tables.js';
import { streamFile } from '../src/tables/stream-file.js';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = (dynamics: string) =>
  readStudy(
    'study.yaml',
    `
title: Faults
network: { widths: [1, 3, 1], activation: tanh }
inputs: { kind: grid, count: 10, from: -1, to: 1 }
target: { kind: sine, frequency: 2 }
start: { kind: random, weights: xavierUniform }
dynamics: ${dynamics}
`,
  );

/** A small file system of its own, if this process may mount one. */
function tinyDisk(kilobytes: number): string | undefined {
  const place = join(folder, 'disk');
  mkdirSync(place);
  const words = ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', place];
  return spawnSync('mount', words).status === 0 ? place : undefined;
}

test('a disk that fills up leaves no half file, and the one before whole', ({ skip }) => {
  const disk = tinyDisk(128);
  if (!disk) return skip();
  try {
    const net = network([1, 200, 1], { activation: 'tanh' });
    const member = (rows: number): MemberFile => ({
      facts: { status: 'finished' } as MemberFile['facts'],
      columns: new Map([['t', new Float64Array(rows)]]),
      theta: new Float64Array(net.dimension),
      moments: [],
    });
    const path = join(disk, 'member.safetensors');
    writeMember(path, net, member(10));
    expect(() => writeMember(path, net, member(100_000))).toThrow(/ENOSPC/);
    expect(readdirSync(disk)).toEqual(['member.safetensors']);
    expect(readMember(path).columns.get('t')).toHaveLength(10);
    const table = join(disk, 'table.csv');
    const parts = (write: (bytes: Uint8Array) => void): void => {
      for (let part = 0; part < 100; part++) write(new Uint8Array(10_000));
    };
    expect(() => streamFile(table, parts)).toThrow(/ENOSPC/);
    expect(readdirSync(disk)).toEqual(['member.safetensors']);
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('the message says how to go on', () => {
  expect(storageMessage('ENOSPC')).toMatch(/\(ENOSPC\): .* whole; make room .* --resume$/);
  expect(storageMessage('ENOENT')).toMatch(/the folder is gone.* --resume$/);
  expect(storageMessage('EROFS')).toMatch(/writable.* --resume$/);
  expect(storageMessage('EIO')).toMatch(/another --out, then go on with --resume$/);
});

test('a folder that cannot be written is left as it is', ({ skip }) => {
  const place = join(folder, 'locked');
  mkdirSync(place);
  chmodSync(place, 0o500);
  if (process.getuid?.() === 0) return skip();
  expect(() => streamFile(join(place, 'table.csv'), () => {})).toThrow(/EACCES/);
  expect(existsSync(join(place, 'table.csv'))).toBe(false);
});

test('a million saved rows: verdict, table and curves take their time in proportion, and survive ±∞ and NaN', () => {
  const rows = 1_000_000;
  const [member] = membersOf(
    study('{ kind: descent, rule: sgd, learningRate: 0.1, steps: 1, every: 1 }'),
  );
  const columns = new Columns(['t', 'loss', 'speed', 'norm']);
  for (let i = 0; i < rows; i++) {
    columns.add([i, i === 3 ? Infinity : 1 / (1 + i), i === 4 ? NaN : -Infinity, Math.log1p(i)]);
  }
  const file: MemberFile = {
    facts: { status: 'finished', events: [] } as unknown as MemberFile['facts'],
    columns: columns.read(),
    theta: new Float64Array(10),
    moments: [],
  };
  const path = join(folder, 'rows.safetensors');
  writeMember(path, network([1, 3, 1], { activation: 'tanh' }), file);
  const back = readMember(path).columns;
  expect(back.get('loss')![3]).toBe(Infinity);
  expect(back.get('speed')![4]).toBeNaN();
  expect(back.get('speed')![5]).toBe(-Infinity);
  expect(back.get('norm')).toHaveLength(rows);
  let bytes = 0;
  let largest = 0;
  const count = (part: Uint8Array): void => {
    bytes += part.byteLength;
    largest = Math.max(largest, part.byteLength);
  };
  for (const table of [
    trajectoryTable([member!], ['t', 'loss', 'speed', 'norm'], 'arrow', count),
    memberTable([member!], ['t', 'loss'], count),
  ]) {
    table.add(member!, file);
    table.finish();
  }
  expect(bytes).toBeGreaterThan(32 * rows);
  expect(thinned(member!, file, pointsPerCurve(1)).columns.get('t')!.length).toBeLessThanOrEqual(
    401,
  );
});

test('three hundred thousand rows of a descent are judged', () => {
  const [member] = membersOf(
    study('{ kind: descent, rule: sgd, learningRate: 0.01, steps: 300000, every: 1 }'),
  );
  const { facts, columns } = runMember(member!);
  expect(columns.get('t')).toHaveLength(300_001);
  expect(facts.evidence).not.toBe('');
});

/** Numbers in [0, 1) from a seed. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

test.each([
  ['a descent', '{ kind: descent, rule: adam, learningRate: 0.01, steps: 40000, every: 500 }'],
  ['a flow', '{ kind: gradientFlow, until: 3000, method: tsitouras54 }'],
])('%s that breaks off ten times at random goes on bit for bit', (_name, dynamics) => {
  const [member] = membersOf(study(dynamics));
  const path = join(folder, 'broken.safetensors');
  rmSync(path, { force: true });
  const whole = runMember(member!);
  const random = drawn(7);
  class Broken extends Error {}
  let broken = 0;
  for (let k = 0; k < 10; k++) {
    let left = 1 + Math.floor(8 * random());
    try {
      runMember(member!, {
        earlier: existsSync(path) ? readMember(path) : undefined,
        checkpointSeconds: 0,
        checkpoint(file, { net }) {
          writeMember(path, net, file);
          if (--left === 0) throw new Broken();
        },
      });
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      broken++;
    }
  }
  expect(broken).toBe(10);
  const { theta, columns, facts } = runMember(member!, { earlier: readMember(path) });
  expect(theta).toEqual(whole.theta);
  expect(columns).toEqual(whole.columns);
  expect(facts.thetaHash).toBe(whole.facts.thetaHash);
});

test.each([
  [new RangeError('Array buffer allocation failed'), true],
  [new RangeError('Invalid typed array length: 10000400001'), true],
  ['562816 bytes of kernel memory could not be allocated', true],
  ['Worker terminated due to reaching memory limit: JS heap out of memory', true],
  [new Error('unreachable'), false],
  [new TypeError('x is not a function'), false],
])('%s is or is not for want of memory', (error, wanted) => {
  expect(isOutOfMemory(error)).toBe(wanted);
});

test('a network larger than any memory is refused with its path', () => {
  const file = join(folder, 'huge.yaml');
  writeFileSync(
    file,
    `
title: Too large
network: { widths: [1, 100000, 100000, 1], activation: tanh }
inputs: { kind: grid, count: 5, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.05, steps: 10 }
`,
  );
  expect(() => run.prepare([file, '--out', join(folder, 'none')], {} as Laboratory)).toThrow(
    /huge\.yaml:3: network\.widths.*fit into the memory/,
  );
});
