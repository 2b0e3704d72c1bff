import { build } from 'esbuild';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The command itself, built from sources, because workers need modules in files; where the pool's library is found.
const place = mkdtempSync(join(import.meta.dirname, '../../shared/node_modules/.lab-'));
const out = mkdtempSync(join(tmpdir(), 'nonsmooth-lab-'));
const study = join(out, 'study.yaml');

beforeAll(async () => {
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  await build({
    entryPoints: ['main.ts', 'worker.ts'].map((name) => join(import.meta.dirname, '../src', name)),
    outdir: place,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@nonsmooth/source'],
    external: ['piscina'],
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
  });
  writeFileSync(
    study,
    `
title: Starts of a small network
network: { widths: [1, 4, 1], activation: softplus }
inputs: { kind: uniform, count: 30, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: heNormal, biases: 0.5 }
dynamics: { kind: gradientFlow, until: 1000, save: { from: 0.1 } }
members: 7
`,
  );
});
afterAll(() => {
  for (const folder of [place, out]) rmSync(folder, { recursive: true, force: true });
});

const lab = (...words: string[]): string =>
  execFileSync(process.execPath, [join(place, 'main.js'), ...words], { encoding: 'utf8' });

const fingerprint = (folder: string): string[] =>
  ['trajectories.arrow', 'members.csv', 'report.html'].map((name) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  );

test('the results have the same bytes for 1, 2, 3 and 4 workers, and after an interruption', async () => {
  const folders = [1, 2, 3, 4].map((workers) => {
    const folder = join(out, `with-${workers}`);
    lab(study, '--workers', String(workers), '--out', folder);
    return folder;
  });
  for (const folder of folders) expect(fingerprint(folder)).toEqual(fingerprint(folders[0]!));

  const folder = join(out, 'interrupted');
  const child = spawn(process.execPath, [
    join(place, 'main.js'),
    study,
    '--workers',
    '1',
    '--out',
    folder,
  ]);
  const status = await new Promise((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      if (String(text).includes('[2/7]')) child.kill('SIGINT');
    });
    child.on('exit', resolve);
  });
  expect(status).toBe(130);
  const done = readdirSync(join(folder, 'members')).length;
  expect(done).toBeGreaterThanOrEqual(2);
  expect(done).toBeLessThan(7);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Incomplete');
  expect(lab(study, '--resume', '--out', folder)).toContain(`${done} of them done earlier`);
  expect(fingerprint(folder)).toEqual(fingerprint(folders[0]!));
});

test('a study whose output is read no more stops like an interrupted one', async () => {
  const folder = join(out, 'unread');
  const child = spawn(process.execPath, [
    join(place, 'main.js'),
    study,
    '--workers',
    '1',
    '--out',
    folder,
  ]);
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)));
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(stderr).toMatch(/^interrupted: \d members? left for --resume\n$/);
  expect(status).toBe(130);
});

test.each([
  [[], /<study.yaml> = ""; allowed: a YAML file that describes the study/],
  [['STUDY', 'twice'], /argument = "twice"; allowed: <study.yaml>, --workers, /],
  [['--wrokers', '2'], /option = "--wrokers"; allowed: --workers, /],
  [['missing.yaml'], /study = "missing.yaml"; allowed: a YAML file that can be read \(ENOENT\)/],
  [['STUDY', '--workers', '0'], /--workers = "0"; allowed: an integer from 1 to 256/],
  [['STUDY', '--format', 'xml'], /--format = "xml"; allowed: arrow, csv/],
  [['STUDY', '--out', '/proc/no'], /--out = "\/proc\/no"; allowed: a folder that can be written/],
  [
    ['STUDY', '--out', 'STUDY/x'],
    /--out = ".*x"; allowed: a folder that can be written \(ENOTDIR\)/,
  ],
  [['STUDY', '--out', ''], /--out = ""; allowed: a folder/],
])('a wrong command line says what is allowed: %j', (words, message) => {
  const line = words.map((word) => word.replace('STUDY', study));
  const { status, stderr } = spawnSync(process.execPath, [join(place, 'main.js'), ...line], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toMatch(message);
});

/** The study with one part replaced. */
const changed = (from: string, to: string): string => {
  const file = join(out, 'changed.yaml');
  writeFileSync(file, readFileSync(study, 'utf8').replace(from, to));
  return file;
};

test.each([
  [
    'softplus',
    'softplus }\nvary: { network.widths: [[1, 2, 1], [1, 2, 2]]',
    'widths [1,2,2]: targets',
  ],
  ['gradientFlow', 'normalizedFlow', 'network.activation = "softplus"'],
  [
    '{ kind: random, weights: heNormal, biases: 0.5 }',
    '{ kind: realization, h: 1 }',
    'target.kind',
  ],
])('parts of a study that do not fit are refused before anything is run: %s → %s', (...words) => {
  const [from, to, message] = words;
  const folder = join(out, 'unfit');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(place, 'main.js'), changed(from, to), '--out', folder],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(`error: ${message}`);
  expect(existsSync(folder)).toBe(false);
});

test('a folder belongs to a study only when a member has ended', () => {
  const folder = join(out, 'owned');
  const short = changed('members: 7', 'members: 1');
  const status = (...words: string[]): number | null =>
    spawnSync(process.execPath, [join(place, 'main.js'), ...words, '--out', folder]).status;
  mkdirSync(folder);
  writeFileSync(join(folder, 'study.json'), '{ "title": "stopped before its first member" }');
  expect(status(short)).toBe(0);
  expect(status(short)).toBe(2);
  expect(status(short, '--resume')).toBe(0);
  expect(status(study, '--resume')).toBe(2);
  writeFileSync(join(folder, 'members/000000.json'), '{');
  expect(status(short, '--resume')).toBe(2);
});
