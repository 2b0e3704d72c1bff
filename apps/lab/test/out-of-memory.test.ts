import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtCommand } from './built.js';

let main = '';
let removeMain = (): void => {};
const place = mkdtempSync(join(tmpdir(), 'nonsmooth-memory-'));
beforeAll(async () => {
  ({ main, remove: removeMain } = await builtCommand());
});
afterAll(() => {
  removeMain();
  rmSync(place, { recursive: true, force: true });
});

/** Runs a study in a folder, with at most so many kilobytes of address space if that is said. */
function lab(words: readonly string[], kilobytes?: number) {
  const limited = kilobytes === undefined ? '' : `ulimit -v ${kilobytes}; `;
  const line = `${limited}exec "$0" "$@"`;
  return spawnSync('bash', ['-c', line, process.execPath, main, 'run', ...words], {
    encoding: 'utf8',
  });
}

/** All files of a folder with their bytes. */
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.\w+$/.test(name))
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );

test('a member whose objects outgrow --heap fails alone; with more, a resumption has the bytes of a whole run', () => {
  const table = (rows: number): string =>
    ['x', ...Array.from({ length: rows }, (_, i) => i / rows)].join('\n');
  writeFileSync(join(place, 'small.csv'), table(30));
  writeFileSync(join(place, 'large.csv'), table(250_000));
  const study = join(place, 'tables.yaml');
  writeFileSync(
    study,
    `
title: A small and a large table
network: { widths: [1, 4, 1], activation: tanh }
inputs: { kind: file, file: small.csv }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: sgd, learningRate: 0.1, steps: 20, batch: 5, every: 10 }
record: [batchLoss, norm]
vary: { inputs.file: [large.csv, small.csv] }
`,
  );
  const [whole, poor] = [join(place, 'whole'), join(place, 'poor')];
  expect(lab([study, '--out', whole]).status).toBe(0);
  const { status, stdout, stderr } = lab([study, '--out', poor, '--workers', '1', '--heap', '32']);
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /file large\.csv, start 0: FAILED: Worker terminated due to reaching memory/,
  );
  expect(stdout).toMatch(/file small\.csv, start 0: finished/);
  expect(stderr).toMatch(/out of memory: .* whole; go on with --resume, with a larger --heap\n$/);
  expect(readdirSync(join(poor, 'members'))).toHaveLength(1);
  expect(lab([study, '--out', poor]).stderr).toMatch(/allowed: .* --resume to go on/);
  expect(lab([study, '--out', poor, '--resume']).status).toBe(0);
  expect(contentOf(poor)).toEqual(contentOf(whole));
}, 240_000);

const steps = `
title: Steps in little memory
network: { widths: [1, 32, 1], activation: tanh }
inputs: { kind: uniform, count: 100, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.01, steps: 3000, batch: 5, every: 1 }
record: [batchLoss, norm]
members: 2
`;

// What a limit stops differs from machine to machine: the start, one member, none. What follows does not.
test('whatever an address space is too small for, it is said, and a resumption has the bytes of a whole run', () => {
  const study = join(place, 'steps.yaml');
  writeFileSync(study, steps);
  const whole = join(place, 'steps-whole');
  expect(lab([study, '--out', whole]).status).toBe(0);
  const ends = [2e6, 34e6].map((kilobytes) => {
    const folder = join(place, `steps-${kilobytes}`);
    const words = [study, '--out', folder, '--workers', '1', '--checkpoint', '0.01'];
    const { status, signal, stderr } = lab(words, kilobytes);
    if (status === 1) expect(stderr).toMatch(/error: out of memory: .*--resume/);
    if (status === 2) expect(stderr).toMatch(/that fit into the memory of this machine/);
    // the engine itself may end the process; then nothing of ours is said
    if (signal === null) expect([0, 1, 2]).toContain(status);
    expect(lab([study, '--out', folder, '--resume']).status).toBe(0);
    expect(contentOf(folder)).toEqual(contentOf(whole));
    return status;
  });
  expect(ends[0]).not.toBe(0);
}, 240_000);

test('half files of a process that was killed while it wrote are removed when a study goes on', () => {
  const study = join(place, 'leftovers.yaml');
  writeFileSync(study, steps.replace('3000', '30'));
  const folder = join(place, 'leftovers');
  expect(lab([study, '--out', folder]).status).toBe(0);
  const { pid } = spawnSync('true');
  const dead = [
    join(folder, 'members', `0123.safetensors.${pid}-0a1b2c3d.tmp`),
    join(folder, `trajectories.arrow.${pid}.tmp`),
  ];
  const alive = join(folder, `members.csv.${process.pid}.tmp`);
  for (const file of [...dead, alive]) writeFileSync(file, 'half');
  expect(lab([study, '--out', folder, '--resume']).status).toBe(0);
  expect(dead.filter((file) => existsSync(file))).toEqual([]);
  expect(existsSync(alive)).toBe(true);
}, 240_000);
