import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMember } from '../src/member-file.js';
import { builtCommand } from './built.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

let main = '';
let removeMain = (): void => {};
const out = mkdtempSync(join(tmpdir(), 'nonsmooth-lab-'));
const study = join(out, 'study.yaml');

beforeAll(async () => {
  ({ main, remove: removeMain } = await builtCommand());
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
  removeMain();
  rmSync(out, { recursive: true, force: true });
});

const lab = (...words: string[]): string =>
  execFileSync(process.execPath, [main, 'run', ...words], { encoding: 'utf8' });

const fingerprint = (folder: string): string[] =>
  ['trajectories.arrow', 'members.csv', 'report.html'].map((name) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  );

test('the results have the same bytes for 1, 2 and 3 workers, and after an interruption', async () => {
  const folders = [1, 2, 3].map((workers) => {
    const folder = join(out, `with-${workers}`);
    lab(study, '--workers', String(workers), '--out', folder);
    return folder;
  });
  for (const folder of folders) expect(fingerprint(folder)).toEqual(fingerprint(folders[0]!));

  const folder = join(out, 'interrupted');
  const child = spawn(process.execPath, [main, 'run', study, '--workers', '1', '--out', folder]);
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
}, 240_000);

test('a study whose output is read no more stops like an interrupted one', async () => {
  const folder = join(out, 'unread');
  const child = spawn(process.execPath, [main, 'run', study, '--workers', '1', '--out', folder]);
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
  [['STUDY', '--format', 'xml'], /--format = "xml"; allowed: arrow, csv, parquet/],
  [['STUDY', '--out', '/proc/no'], /--out = "\/proc\/no"; allowed: a folder that can be written/],
  [
    ['STUDY', '--out', 'STUDY/x'],
    /--out = ".*x"; allowed: a folder that can be written \(ENOTDIR\)/,
  ],
  [['STUDY', '--out', ''], /--out = ""; allowed: a folder/],
])('a wrong command line says what is allowed: %j', (words, message) => {
  const line = words.map((word) => word.replace('STUDY', study));
  const { status, stderr } = spawnSync(process.execPath, [main, 'run', ...line], {
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
    [main, 'run', changed(from, to), '--out', folder],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: \S*changed\.yaml:\d+: /);
  expect(stderr).toContain(`: ${message}`);
  expect(existsSync(folder)).toBe(false);
});

test('a folder belongs to a study only when a member has ended', () => {
  const folder = join(out, 'owned');
  const short = changed('members: 7', 'members: 1');
  const status = (...words: string[]): number | null =>
    spawnSync(process.execPath, [main, 'run', ...words, '--out', folder]).status;
  mkdirSync(folder);
  writeFileSync(join(folder, 'study.json'), '{ "title": "stopped before its first member" }');
  expect(status(short)).toBe(0);
  expect(status(short)).toBe(2);
  expect(status(short, '--resume')).toBe(0);
  // more members than before are an extension of the study, fewer are another study
  expect(status(study, '--resume')).toBe(0);
  expect(status(changed('members: 7', 'members: 2'), '--resume')).toBe(2);
  const [first] = readdirSync(join(folder, 'members'));
  writeFileSync(join(folder, 'members', first!), '{');
  expect(status(study, '--resume')).toBe(2);
});

const descent = `
title: A descent that was killed
network: { widths: [1, 8, 1], activation: tanh }
inputs: { kind: uniform, count: 50, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.005, steps: STEPS, batch: 10, every: 1000 }
members: 2
`;
const descentOf = (steps: number): string => {
  const file = join(out, `descent-${steps}.yaml`);
  writeFileSync(file, descent.replace('STEPS', String(steps)));
  return file;
};
const members = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, 'members')).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, 'members', name)))
        .digest('hex'),
    ]),
  );

/** Starts a study and kills it as soon as one of its members has passed a checkpoint, again and again. */
async function killWithin(file: string, killed: string, times: number): Promise<void> {
  for (let kill = 0; kill < times; kill++) {
    const child = spawn(process.execPath, [
      main,
      'run',
      file,
      '--resume',
      '--out',
      killed,
      '--checkpoint',
      '0.02',
      '--workers',
      '2',
    ]);
    const began = Date.now();
    const watch = setInterval(() => {
      const folder = join(killed, 'members');
      const found = existsSync(folder) ? readdirSync(folder) : [];
      const fresh = found.filter(
        (name) => name.endsWith('.safetensors') && statSync(join(folder, name)).mtimeMs > began,
      );
      if (fresh.length > 0) child.kill('SIGKILL');
    }, 5);
    await new Promise((resolve) => child.on('exit', resolve));
    clearInterval(watch);
    expect(child.signalCode).toBe('SIGKILL');
    const states = readdirSync(join(killed, 'members'))
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => readMember(join(killed, 'members', name)).facts.status);
    expect(states).toContain('unfinished');
  }
}

const flow = `
title: A flow that was killed
network: { widths: [1, 12, 1], activation: tanh }
inputs: { kind: uniform, count: 60, from: -1, to: 1 }
target: { kind: sine, frequency: 5 }
start: { kind: random, weights: heNormal, biases: 0.5 }
dynamics: { kind: gradientFlow, until: 10000, rtol: 1e-9, atol: 1e-11 }
members: 2
`;

const kinked = (kind: string, until: number): string => `
title: A flow across kinks that was killed
network: { widths: [1, 24, 1], activation: relu }
inputs: { kind: uniform, count: 100, from: -1, to: 1 }
target: { kind: sine, frequency: 5 }
start: { kind: random, weights: heNormal, biases: 0.5 }
dynamics: { kind: ${kind}, until: ${until}, rtol: 1e-9, atol: 1e-11 }
record: [loss, speed, norm, kinkEvents]
members: 2
`;

test.each([
  ['descent', descent.replace('STEPS', '300500')],
  ['flow', flow],
  ['flow across kinks', kinked('gradientFlow', 100)],
  ['normalized flow', kinked('normalizedFlow', 20)],
])(
  'a %s killed within its members goes on from its checkpoints, bit for bit',
  async (kind, text) => {
    const whole = join(out, `whole-${kind}`);
    const killed = join(out, `killed-${kind}`);
    const file = join(out, `${kind}.yaml`);
    writeFileSync(file, text);
    lab(file, '--out', whole);
    await killWithin(file, killed, 3);
    lab(file, '--out', killed, '--resume');
    expect(fingerprint(killed)).toEqual(fingerprint(whole));
    for (const [name, hash] of Object.entries(members(whole))) {
      expect(members(killed)[name]).toBe(hash);
    }
  },
  120_000,
);

test('a study extended by steps has the bytes of the longer study', () => {
  const folder = join(out, 'extended');
  const whole = join(out, 'long');
  lab(descentOf(2500), '--out', folder);
  lab(descentOf(5000), '--out', folder, '--resume');
  lab(descentOf(5000), '--out', whole);
  expect(fingerprint(folder)).toEqual(fingerprint(whole));
  expect(members(folder)).toEqual(members(whole));
  expect(() => lab(descentOf(2500), '--out', folder, '--resume')).toThrow(/at least 5000/);
});

test('an overflow ends as failed, and infinite losses survive a resumption', () => {
  const folder = join(out, 'overflow');
  const file = join(out, 'overflow.yaml');
  const text = descent
    .replace('rule: adam, learningRate: 0.005', 'rule: sgd, learningRate: 1e200')
    .replace('STEPS', '5000');
  writeFileSync(file, text);
  expect(lab(file, '--out', folder, '--format', 'csv')).toContain('failed (loss or parameters');
  const before = readFileSync(join(folder, 'trajectories.csv'), 'utf8');
  expect(before).toMatch(/NaN|Infinity/);
  expect(lab(file, '--out', folder, '--format', 'csv', '--resume')).toContain('2 of them done');
  expect(readFileSync(join(folder, 'trajectories.csv'), 'utf8')).toBe(before);
});

test('the form without a command is told how it is written now', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, study], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/allowed: run before a study: run .*study.yaml/);
});

test('results are listed, exported and reported anew', () => {
  const folder = join(out, 'with-1');
  const command = (...words: string[]): string =>
    execFileSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  expect(command('list', folder).trimEnd().split('\n')).toHaveLength(7);
  const report = readFileSync(join(folder, 'report.html'));
  writeFileSync(join(folder, 'report.html'), '');
  command('report', folder);
  expect(readFileSync(join(folder, 'report.html'))).toEqual(report);
  command('export', folder, '--format', 'parquet');
  expect(existsSync(join(folder, 'trajectories.parquet'))).toBe(true);
});

test('--progress json tells each event as a line with all its fields, --quiet nothing', () => {
  const said = (...words: string[]): Record<string, unknown>[] =>
    lab(...words)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const fields = {
    begin: ['headline', 'total', 'earlier'],
    progress: ['ended', 'total', 'running', 'perSecond', 'secondsLeft'],
    member: ['index', 'start', 'variation', 'status', 'reason', 'verdict', 'loss', 'norm'],
    written: ['files'],
    end: ['status', 'left', 'failed'],
  };
  const file = join(out, 'told.yaml');
  // the second learning rate overflows
  writeFileSync(
    file,
    descent
      .replace('rule: adam, learningRate: 0.005', 'rule: sgd, learningRate: 0.01')
      .replace('STEPS', '200000')
      .concat('vary: { dynamics.learningRate: [0.01, 1e200] }\n'),
  );
  const folder = join(out, 'told');
  const events = said(file, '--out', folder, '--progress', 'json', '--workers', '1');
  for (const { event, ...content } of events) {
    expect(Object.keys(content)).toEqual(fields[event as keyof typeof fields]);
  }
  const named = (name: string) => events.filter(({ event }) => event === name);
  expect(named('begin')).toMatchObject([{ total: 4, earlier: 0 }]);
  expect(named('member').map(({ index, status }) => [index, status])).toEqual([
    [0, 'finished'],
    [1, 'finished'],
    [2, 'failed'],
    [3, 'failed'],
  ]);
  expect(named('member')[2]).toMatchObject({
    variation: { 'dynamics.learningRate': 1e200 },
    loss: expect.stringMatching(/NaN|Infinity/) as string,
  });
  const files = ['trajectories.arrow', 'members.csv', 'report.html'].map((name) =>
    join(folder, name),
  );
  expect(events.slice(-2)).toEqual([
    { event: 'written', files },
    { event: 'end', status: 'done', left: 0, failed: 0 },
  ]);
  expect(lab(file, '--out', folder, '--resume', '--quiet')).toBe('');
}, 120_000);
