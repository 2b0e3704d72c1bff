import { Queue, type Job as QueuedJob } from 'bullmq';
import { Redis } from 'ioredis';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runMember } from '../src/run-member.js';
import { studySchema } from '../src/study.js';
import { builtCommand } from './built.js';
import { ended, freePort, hasRedis, Proxy, RedisServer } from './redis.js';

if (!hasRedis) console.log('skipped: studies by a queue, for want of redis-server');

// Longer than here by: NONSMOOTH_QUEUE_KILLS=10 NONSMOOTH_QUEUE_SILENCE=30 NONSMOOTH_QUEUE_SHIPPED=whole npm test -- …
const kills = Number(process.env['NONSMOOTH_QUEUE_KILLS'] ?? 3);
const silenceSeconds = Number(process.env['NONSMOOTH_QUEUE_SILENCE'] ?? 3);
const isWhole = process.env['NONSMOOTH_QUEUE_SHIPPED'] === 'whole';
const minute = 60_000;

const out = mkdtempSync(join(tmpdir(), 'nonsmooth-queue-'));
const studies = join(import.meta.dirname, '../studies');
let main = '';
let removeMain = (): void => {};
let server: RedisServer;

const children = new Set<ChildProcess>();
interface Command {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly end: Promise<number | null>;
}

function start(words: readonly string[], environment: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, ...environment },
  });
  children.add(child);
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += String(data)));
  child.stderr.on('data', (data: Buffer) => (text += String(data)));
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, text: () => text, end };
}

const worker = (url: string, ...words: string[]): Command =>
  start(['worker', '--queue', url, '--workers', '1', '--lost-after', '2', ...words]);

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2400) throw new Error(`never: ${what}`);
    await pause(25);
  }
}

function embedded(study: string, folder: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, 'run', study, '--out', folder, '--quiet', ...words],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}

/** Hashes of all files of a study's results by name, but of the list of machines. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.') && !name.endsWith('machines.jsonl'))
    .sort();
  const hashOf = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(files.map((name) => [name, hashOf(name)]));
}

function write(name: string, text: string): string {
  const file = join(out, name);
  writeFileSync(file, text);
  return file;
}

const descent = (members: number, steps: number, more = ''): string => `
title: A descent by a queue
network: { widths: [1, 8, 1], activation: tanh }
inputs: { kind: uniform, count: 50, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.005, steps: ${steps}, batch: 10, every: 1000 }
members: ${members}
${more}`;

beforeAll(async () => {
  ({ main, remove: removeMain } = await builtCommand());
}, minute);
afterAll(() => {
  removeMain();
  rmSync(out, { recursive: true, force: true });
});

describe.skipIf(!hasRedis)('a study by a queue', () => {
  beforeAll(async () => {
    mkdirSync(join(out, 'redis'));
    server = new RedisServer(await freePort(), join(out, 'redis'));
    await server.start();
  }, minute);
  afterEach(async () => {
    await Promise.all([...children].map((child) => ended(child, 'SIGKILL')));
    children.clear();
  });
  afterAll(async () => {
    await server.kill();
  });

  test.each(readdirSync(studies).filter((name) => isWhole || name === 'sad-1d-quick.yaml'))(
    'has the bytes of the embedded run by 1, 2 and 3 worker processes: %s',
    async (name) => {
      const text = readFileSync(join(studies, name), 'utf8');
      const study = isWhole
        ? join(studies, name)
        : write(name, text.replace('steps: 2000', 'steps: 60').replace('every: 500', 'every: 20'));
      const whole = join(out, `whole-${name}`);
      embedded(study, whole);
      for (let workers = 1; workers <= 3; workers++) {
        worker(server.url);
        const folder = join(out, `queued-${name}-${workers}`);
        const run = start(['run', study, '--queue', server.url, '--out', folder]);
        expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
        expect(contentOf(folder)).toEqual(contentOf(whole));
        const machines = readFileSync(join(folder, 'machines.jsonl'), 'utf8').trim().split('\n');
        expect(machines).toHaveLength(readdirSync(join(folder, 'members')).length);
        expect(JSON.parse(machines[0]!)).toMatchObject({
          kernels: expect.any(String),
          attempts: 1,
        });
      }
    },
    10 * minute,
  );

  test(
    'loses nothing and changes no byte when workers, starter and server are killed',
    async () => {
      const study = write('killed.yaml', descent(4, 40_000 * Math.ceil(kills / 3)));
      const whole = join(out, 'unkilled');
      const folder = join(out, 'killed');
      embedded(study, whole);
      const checkpoints = ['--checkpoint', '0.2', '--attach', '--out', folder];
      const go = (): Command => start(['run', study, '--queue', server.url, ...checkpoints]);
      const workers = [worker(server.url), worker(server.url)];
      let starter = go();
      for (let kill = 0; kill < kills; kill++) {
        await pause(400 + ((kill * 7919) % 1000));
        if (starter.child.exitCode !== null) break;
        switch (kill % 3) {
          case 0:
            await ended(workers[0]!.child, 'SIGKILL');
            workers.push(workers.shift()!);
            workers[1] = worker(server.url);
            break;
          case 1:
            await ended(starter.child, 'SIGKILL');
            starter = go();
            break;
          default:
            await server.kill();
            await pause(300);
            await server.start();
        }
      }
      expect([await starter.end, starter.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
    },
    10 * minute,
  );

  test(
    'ends right behind a network that delays, keeps silent and cuts',
    async () => {
      const study = write('proxied.yaml', descent(6, 5000));
      const whole = join(out, 'near');
      embedded(study, whole);
      const proxy = new Proxy(server.port);
      await proxy.start();
      const url = `redis://127.0.0.1:${proxy.port}`;
      proxy.delayMilliseconds = 5;
      const folder = join(out, 'far');
      worker(url);
      const run = start(['run', study, '--queue', url, '--out', folder]);
      await until(() => run.text().includes('[1/6]') || run.text().includes('[2/6]'), 'a member');
      proxy.keepSilent(true);
      await pause((1000 * silenceSeconds) / 3);
      proxy.keepSilent(false);
      await pause(200);
      proxy.cut(true);
      await pause(1000 * silenceSeconds);
      proxy.cut(false);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      await proxy.stop();
    },
    5 * minute,
  );

  test(
    'goes on while its starter is away, and may have two starters',
    async () => {
      const study = write('attached.yaml', descent(12, 2000));
      const whole = join(out, 'alone');
      embedded(study, whole);
      const folder = join(out, 'together');
      const words = ['run', study, '--queue', server.url, '--out', folder];
      const first = start(words);
      worker(server.url);
      await until(() => first.text().includes('[ 1/12]'), 'a member');
      first.child.kill('SIGINT');
      expect(await first.end).toBe(130);
      expect(first.text()).toContain('left for --attach');
      const two = [start([...words, '--attach']), start([...words, '--attach'])];
      expect(await Promise.all(two.map(({ end }) => end))).toEqual([0, 0]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      const machines = readFileSync(join(folder, 'machines.jsonl'), 'utf8').trim().split('\n');
      expect(
        new Set(machines.map((line) => (JSON.parse(line) as { member: number }).member)).size,
      ).toBe(12);
    },
    minute,
  );

  test(
    'takes checkpoints and results through a shared folder where one is given',
    async () => {
      const study = write('shared.yaml', descent(3, 3000));
      const whole = join(out, 'unshared');
      embedded(study, whole);
      const shared = join(out, 'shared');
      const folder = join(out, 'by-folder');
      worker(server.url, '--shared', shared);
      const run = start(['run', study, '--queue', server.url, '--shared', shared, '--out', folder]);
      expect(await run.end).toBe(0);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      expect(readdirSync(shared)).toEqual([]);
    },
    minute,
  );

  test(
    'reads files below the folder of the worker that are those of the study, and no others',
    async () => {
      const data = join(out, 'data');
      mkdirSync(data);
      writeFileSync(join(data, 'x.csv'), 'x\n-1\n-0.5\n0.25\n1\n');
      const reading = (file: string): string =>
        descent(1, 100)
          .replace(/inputs: .*/, `inputs: { kind: file, file: ${file} }`)
          .replace('batch: 10, ', '');
      const study = join(data, 'reading.yaml');
      writeFileSync(study, reading('x.csv'));
      const whole = join(out, 'read-here');
      embedded(study, whole);
      const copy = join(out, 'copy');
      mkdirSync(copy);
      writeFileSync(join(copy, 'x.csv'), readFileSync(join(data, 'x.csv')));
      const right = worker(server.url, '--data', copy);
      const folder = join(out, 'read-there');
      const run = start(['run', study, '--queue', server.url, '--out', folder]);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      await ended(right.child, 'SIGTERM');

      writeFileSync(join(out, 'outside.csv'), '1\n2\n');
      writeFileSync(join(data, 'leaving.yaml'), reading('../outside.csv'));
      const leaving = start([
        'run',
        join(data, 'leaving.yaml'),
        '--queue',
        server.url,
        '--out',
        join(out, 'left'),
      ]);
      expect(await leaving.end).not.toBe(0);
      expect(leaving.text()).toMatch(
        /error: file = ".*outside.csv"; allowed: files below the folder/,
      );
    },
    minute,
  );

  test(
    'ends members that no machine can run as failed, with the reason',
    async () => {
      const data = join(out, 'throwing');
      mkdirSync(data);
      writeFileSync(join(data, 'x.csv'), '1\n2\n3\n');
      const study = join(data, 'throwing.yaml');
      // the file of the second variation vanishes after the study was put into the queue
      writeFileSync(
        study,
        descent(1, 100)
          .replace(/inputs: .*/, 'inputs: { kind: file, file: x.csv, rows: 3 }')
          .replace('batch: 10, ', ''),
      );
      const run = start(['run', study, '--queue', server.url, '--out', join(out, 'thrown')]);
      const without = worker(server.url);
      expect(await run.end).toBe(1);
      expect(run.text()).toMatch(/FAILED: the study reads x.csv: a worker with --data/);
      expect(without.text()).not.toContain('Error');
    },
    minute,
  );

  test(
    'refuses jobs of another build and hostile ones with a plain line, and runs nothing of them',
    async () => {
      const foreign = 'f'.repeat(24);
      const connection = { host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null };
      const queueNamed = (name: string): Queue =>
        new Queue(name, { connection, prefix: 'nonsmooth' });
      const others = queueNamed(`members-${foreign}`);
      await others.add('member', {});
      const client = new Redis(connection);
      const build = { packages: { '@nonsmooth/kernels': '9.9.9+00000000' }, schema: '00000000' };
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([Object.entries(build.packages), build.schema]))
        .digest('hex')
        .slice(0, 24);
      const waiting = queueNamed(`members-${fingerprint}`);
      await waiting.add('member', {});
      await client.set(`nonsmooth:build:${fingerprint}`, JSON.stringify(build));
      const one = worker(server.url);
      await until(() => one.text().includes('refused'), 'a refusal');
      expect(one.text()).toMatch(
        /^refused: 1 member of another build \(@nonsmooth\/kernels 9.9.9\+00000000 there, .* here; /m,
      );
      expect(await waiting.getWaitingCount()).toBe(1);

      const own = /build ([0-9a-f]{24})/.exec(one.text())![1]!;
      const mine = queueNamed(`members-${own}`);
      const good = {
        format: 1,
        build: own,
        start: 0,
        study: '{}',
        files: {},
        checkpointSeconds: 1,
      };
      const hostile: [object, RegExp][] = [
        [{ ...good, code: 'process.exit()' }, /refused: a job: it: allowed: no key code/],
        [{ ...good, study: 'process.exit()' }, /refused: the study of a job: it is no JSON/],
        [good, /refused: the study of a job: title: allowed: a text/],
        [{ ...good, build: foreign }, /refused: a job: it is for build f{24}/],
        [{ ...good, start: -1 }, /refused: a job: start: allowed: a number ≥ 0/],
        [{}, /refused: a job: format/],
      ];
      for (const [data, reason] of hostile) {
        const job = await mine.add('member', data, { attempts: 4 });
        await until(() => reason.test(one.text()), String(reason));
        await expect.poll(async () => job.getState(), { timeout: 10_000 }).toBe('failed');
      }
      const study = {
        title: 'A study from elsewhere',
        network: { widths: [1, 1], activation: 'tanh' },
        target: { kind: 'constant', value: [1] },
        start: { kind: 'random', weights: 'zero' },
        dynamics: { kind: 'gradientFlow', until: 1 },
      };
      // breaks no schema, but throws: on every machine, so it is tried once
      const unfit = { ...study, inputs: { kind: 'moons', count: 4 } };
      const threw = await mine.add(
        'member',
        { ...good, study: JSON.stringify(unfit) },
        { attempts: 4 },
      );
      await expect.poll(async () => threw.getState(), { timeout: 20_000 }).toBe('failed');
      const { attemptsMade, failedReason } = (await mine.getJob(threw.id!)) as QueuedJob;
      expect(attemptsMade).toBe(1);
      const member = { index: 0, start: 0, variation: {}, study: studySchema.parse(unfit) };
      expect(() => runMember(member)).toThrow(failedReason);

      const leaving = { ...study, inputs: { kind: 'file', file: '../../etc/passwd' } };
      await mine.add('member', { ...good, study: JSON.stringify(leaving) });
      await until(
        () => /refused: file "\.\.\/\.\.\/etc\/passwd": it is not below/.test(one.text()),
        'a path',
      );
      await Promise.all([others, waiting, mine].map((queue) => queue.close()));
      client.disconnect();
    },
    minute,
  );

  test(
    'never shows the password of its server',
    async () => {
      const folder = join(out, 'secret-redis');
      mkdirSync(folder);
      const secret = new RedisServer(await freePort(), folder, 'hush-hush');
      await secret.start();
      const study = write('secret.yaml', descent(2, 100));
      const url = secret.url.replace('//', '//:hush-hush@');
      const one = worker(url);
      const results = join(out, 'secret');
      const run = start(['run', study, '--queue', secret.url, '--out', results], {
        NONSMOOTH_QUEUE_PASSWORD: 'hush-hush',
      });
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      const state = start(['status', '--queue', url]);
      expect(await state.end).toBe(0);
      const wrong = start([
        'run',
        study,
        '--queue',
        secret.url.replace('//', '//:wrong-hush@'),
        '--out',
        join(out, 'no'),
      ]);
      expect(await wrong.end).toBe(1);
      expect(wrong.text()).toMatch(
        /error: --queue = "redis:\/\/127.0.0.1:\d+"; allowed: a server that answers \(WRONGPASS/,
      );
      const misspelt = start(['status', '--queue', url.replace('redis:', 'http:')]);
      expect(await misspelt.end).toBe(2);
      expect(misspelt.text()).toContain('--queue = "http://…@127.0.0.1');
      const said = [one, run, state, wrong, misspelt].map(({ text }) => text()).join('');
      expect(said).not.toContain('hush');
      for (const name of readdirSync(results, { recursive: true, encoding: 'utf8' })) {
        if (name.includes('.'))
          expect(readFileSync(join(results, name)).includes('hush')).toBe(false);
      }
      await secret.kill();
    },
    minute,
  );
});

test('what a queue is asked for is checked before anything runs', () => {
  const study = write('unqueued.yaml', descent(1, 10));
  const { status, stderr } = spawnSync(process.execPath, [main, 'run', study, '--attach'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, 'error: --attach = ""; allowed: with --queue\n']);
  expect(existsSync(join(out, 'lab'))).toBe(false);
});
