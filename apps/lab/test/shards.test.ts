import type { Executor } from '@nonsmooth/apps-shared';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { perform } from '../src/command-line.js';
import serve, { type Ended, type Job } from '../src/worker.js';

const out = mkdtempSync(join(tmpdir(), 'nonsmooth-shards-'));
const study = join(out, 'study.yaml');
const text = `
title: A study in parts
network: { widths: [1, 3, 1], activation: tanh }
inputs: { kind: grid, count: 8, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: sgd, learningRate: 0.1, steps: 20, every: 5, batch: 4 }
members: 5
vary: { network.activation: [tanh, gelu, softplus] }
`;

/** Members one after another in this thread. */
const here: Executor<Job, Ended> = {
  run(jobs, { onOutcome }) {
    const outcomes = jobs.map((job, index) => {
      const outcome = { status: 'done', result: serve(job) } as const;
      onOutcome?.(outcome, index + 1, index);
      return outcome;
    });
    return Promise.resolve(outcomes);
  },
  close: () => Promise.resolve(),
};
const laboratory = {
  executor: () => here,
  queueThreads: () => {
    throw new Error('no queue here');
  },
};

let said: string[] = [];
const lab = (...words: string[]): Promise<number> => perform(words, laboratory);
const shard = (number: number, of: number, folder: string, file = study): Promise<number> =>
  lab('run', file, '--shard', `${number}/${of}`, '--out', join(out, folder), '--quiet');
const merge = (of: number, folder: string): Promise<number> =>
  lab('merge', ...parts(of), '--out', join(out, folder));
const parts = (of: number): string[] =>
  Array.from({ length: of }, (_, i) => join(out, `of-${of}`, String(i + 1)));
const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(out, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('.'))
      .sort()
      .map((name) => [name, hashOf(join(out, folder, name))]),
  );

beforeAll(async () => {
  writeFileSync(study, text);
  // one process writes many files here: their bytes depend on none before
  await lab('run', study, '--out', join(out, 'first'), '--quiet');
  await lab('run', study, '--out', join(out, 'whole'), '--quiet');
  for (const of of [7, 3]) {
    for (let number = 1; number <= of; number++) await shard(number, of, `of-${of}/${number}`);
  }
}, 60_000);
beforeEach(() => {
  said = [];
  for (const how of ['log', 'error'] as const) {
    vi.spyOn(console, how).mockImplementation((line: string) => void said.push(line));
  }
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(out, { recursive: true, force: true }));

test.each([7, 3])('all of %i shards merged are the whole, byte for byte', async (of) => {
  expect(await merge(of, `merged-${of}`)).toBe(0);
  expect(contentOf(`merged-${of}`)).toEqual(contentOf('whole'));
});

test('more shards than members are the whole, too', async () => {
  for (let number = 1; number <= 17; number++) await shard(number, 17, `of-17/${number}`);
  expect(await merge(17, 'merged-17')).toBe(0);
  expect(contentOf('merged-17')).toEqual(contentOf('whole'));
});

test('members that go on from one another stay in one shard', async () => {
  const chain = join(out, 'chain.yaml');
  writeFileSync(
    chain,
    text
      .replace('activation: tanh', 'activation: tanh, batchNormalization: { momentum: 0.9 }')
      .replace('xavierUniform', 'xavierUniform, normalization: previous'),
  );
  await lab('run', chain, '--out', join(out, 'whole-chain'), '--quiet');
  for (const number of [1, 2]) {
    expect(await shard(number, 2, `of-2/${number}`, chain)).toBe(0);
  }
  expect(await merge(2, 'merged-chain')).toBe(0);
  expect(contentOf('merged-chain')).toEqual(contentOf('whole-chain'));
});

/** The shards of three, but one of them changed. */
async function changed(change: (folders: string[]) => void): Promise<string> {
  const copy = join(out, 'changed');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(out, 'of-3'), copy, { recursive: true });
  const folders = ['1', '2', '3'].map((name) => join(copy, name));
  change(folders);
  const status = await lab('merge', ...folders, '--out', join(out, 'never'));
  expect(status).toBe(2);
  expect(existsSync(join(out, 'never'))).toBe(false);
  return said.join('\n');
}
const memberIn = (folder: string): string => readdirSync(join(folder, 'members'))[0]!;
const edit = (folder: string, name: string, from: string | RegExp, to: string): void => {
  const file = join(folder, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};

test.each<[string, (folders: string[]) => void, RegExp]>([
  ['a missing shard', (all) => void all.splice(1, 1), /2 of 3 shards.*missing: 2\/3/],
  ['the same twice', (all) => void all.push(all[0]!), /each shard once; 1\/3 is in .*1, too/],
  [
    'a shard of another number',
    (all) => void (all[1] = join(out, 'of-7/2')),
    /a shard of 3, as .*, not of 7/,
  ],
  [
    'a shard of another study',
    (all) => edit(all[1]!, 'study.json', 'A study in parts', 'Another'),
    /a shard of the study in .*, not of another one/,
  ],
  [
    'a shard of another build',
    (all) => edit(all[1]!, 'shard.json', /"@nonsmooth\/ode": "[^"]*"/, '"@nonsmooth/ode": "9.9.9"'),
    /computed by the build of .*\(@nonsmooth\/ode 9.9.9 there, /,
  ],
  [
    "another shard's member",
    (all) => {
      const name = memberIn(all[0]!);
      cpSync(join(all[0]!, 'members', name), join(all[1]!, 'members', name));
    },
    /members of shard 2\/3 only; it holds member \d+, which belongs to shard 1\/3/,
  ],
  [
    'a file of no member',
    (all) =>
      cpSync(
        join(all[0]!, 'members', memberIn(all[0]!)),
        join(all[1]!, 'members', 'x.safetensors'),
      ),
    /it holds x.safetensors, which is no member of this study/,
  ],
  [
    'a member that has not ended',
    (all) => rmSync(join(all[2]!, 'members', memberIn(all[2]!))),
    /a shard that has ended; run 3\/3 with --resume: missing members \d+/,
  ],
  [
    'a damaged member',
    (all) => writeFileSync(join(all[2]!, 'members', memberIn(all[2]!)), '{'),
    /allowed: an unmodified file/,
  ],
  [
    'a damaged note',
    (all) => writeFileSync(join(all[2]!, 'shard.json'), '{'),
    /shard.json: no JSON/,
  ],
  [
    'the whole study',
    (all) => void all.push(join(out, 'whole')),
    /a folder that run --shard wrote/,
  ],
  ['no study', (all) => void all.push(out), /the folder of a study that was run/],
])('%s is refused with what is wrong', async (_name, change, message) => {
  expect(await changed(change)).toMatch(message);
});

test.each(['0/3', '4/3', '3', '1/', 'a/b', '1/3/5', '-1/3', '1/1000000'])(
  'the shard %s is refused',
  async (wrong) => {
    expect(await lab('run', study, '--shard', wrong)).toBe(2);
    expect(said.join()).toContain('allowed: NUMBER/OF, such as 3/100');
  },
);

test('the folder of a shard is not for another one', async () => {
  const words = ['run', study, '--shard', '2/3', '--resume', '--out', join(out, 'of-3/1')];
  expect(await lab(...words)).toBe(2);
  expect(said.join()).toMatch(/--shard = "2\/3"; allowed: 1\/3, whose folder .* is/);
});

test('a dry run tells what is left and touches nothing', async () => {
  const folder = join(out, 'dry');
  expect(await lab('run', study, '--out', folder, '--dry-run')).toBe(0);
  expect(said[0]).toBe(`A study in parts: 15 members, 0 of them ended in ${folder}`);
  expect(said).toHaveLength(16);
  expect(existsSync(folder)).toBe(false);
  said = [];
  expect(await lab('run', study, '--out', join(out, 'whole'), '--dry-run')).toBe(0);
  expect(said).toEqual([expect.stringContaining('15 of them ended')]);
});
