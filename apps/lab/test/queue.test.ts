import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  contentOf,
  descent,
  descentOnFile,
  membersRun,
  QueueCommands,
  until,
} from './queue-commands.js';
import { ended, hasRedis } from './redis.js';

if (!hasRedis) console.log('skipped: studies by a queue, for want of redis-server');

const studies = join(import.meta.dirname, '../studies');
// All shipped studies instead of a few: NONSMOOTH_QUEUE_SHIPPED=whole npm test -- --project lab queue.test
const isWhole = process.env['NONSMOOTH_QUEUE_SHIPPED'] === 'whole';
const shipped = isWhole
  ? // answers at kinks have no members
    readdirSync(studies).filter((name) => /^(?!conformance).*-quick\.yaml$/.test(name))
  : ['sad-1d-quick.yaml', 'constant-target-flow-quick.yaml'];
// of a machine that does other work, too
const minute = 180_000;
const commands = new QueueCommands();

beforeAll(() => commands.open(), minute);
afterAll(() => commands.close());

describe.skipIf(!hasRedis)('a study by a queue', () => {
  afterEach(() => commands.killAll());

  test.each(shipped)(
    'has the bytes of the embedded run by 1, 2 and 3 worker processes: %s',
    async (name) => {
      const text = readFileSync(join(studies, name), 'utf8');
      const study = isWhole
        ? join(studies, name)
        : commands.write(
            name,
            text.replace('steps: 2000', 'steps: 60').replace('every: 500', 'every: 20'),
          );
      const whole = commands.embedded(study, `whole-${name}`);
      for (let workers = 1; workers <= 3; workers++) {
        commands.worker(commands.redis.url, ['--data', isWhole ? studies : commands.folder]);
        const folder = commands.at(`queued-${name}-${workers}`);
        const run = commands.start(['run', study, '--queue', commands.redis.url, '--out', folder]);
        expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
        expect(contentOf(folder)).toEqual(contentOf(whole));
        expect(membersRun(folder).size).toBe(readdirSync(join(folder, 'members')).length);
        const machines = readFileSync(join(folder, 'machines.jsonl'), 'utf8').split('\n');
        expect(JSON.parse(machines[0]!)).toMatchObject({
          kernels: expect.any(String),
          attempts: 1,
        });
      }
    },
    10 * minute,
  );

  test(
    'goes on while its starter is away, and may have two starters',
    async () => {
      const study = commands.write('attached.yaml', descent(12, 2000));
      const whole = commands.embedded(study, 'alone');
      const folder = commands.at('together');
      const words = ['run', study, '--queue', commands.redis.url, '--out', folder];
      const first = commands.start(words);
      commands.worker(commands.redis.url);
      await until(() => first.text().includes('[ 1/12]'), 'a member');
      first.child.kill('SIGINT');
      expect(await first.end).toBe(130);
      expect(first.text()).toContain('left for --attach');
      const two = [0, 1].map(() => commands.start([...words, '--attach']));
      expect(await Promise.all(two.map(({ end }) => end))).toEqual([0, 0]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      expect(membersRun(folder).size).toBe(12);
    },
    minute,
  );

  test(
    'takes checkpoints and results through a shared folder where one is given',
    async () => {
      const study = commands.write('shared.yaml', descent(3, 3000));
      const whole = commands.embedded(study, 'unshared');
      const shared = commands.at('shared');
      const folder = commands.at('by-folder');
      commands.worker(commands.redis.url, ['--shared', shared]);
      const words = ['--queue', commands.redis.url, '--shared', shared, '--out', folder];
      const run = commands.start(['run', study, ...words]);
      expect(await run.end).toBe(0);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      expect(readdirSync(shared)).toEqual([]);
    },
    minute,
  );

  test(
    'reads files below the folder of the worker that are those of the study, and no others',
    async () => {
      const { url } = commands.redis;
      const data = commands.at('data');
      mkdirSync(data);
      writeFileSync(join(data, 'x.csv'), 'x\n-1\n-0.5\n0.25\n1\n');
      const study = commands.write('data/reading.yaml', descentOnFile('x.csv', 100));
      const whole = commands.embedded(study, 'read-here');
      const copy = commands.at('copy');
      mkdirSync(copy);
      writeFileSync(join(copy, 'x.csv'), readFileSync(join(data, 'x.csv')));
      const right = commands.worker(url, ['--data', copy]);
      const folder = commands.at('read-there');
      const run = commands.start(['run', study, '--queue', url, '--out', folder]);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
      await ended(right.child, 'SIGTERM');

      commands.write('outside.csv', '1\n2\n');
      const leaving = commands.write('data/leaving.yaml', descentOnFile('../outside.csv', 100));
      const left = commands.start(['run', leaving, '--queue', url, '--out', commands.at('left')]);
      expect(await left.end).not.toBe(0);
      expect(left.text()).toMatch(/error: file = ".*outside.csv"; allowed: files below the folder/);
    },
    minute,
  );
});

test('what a queue is asked for is checked before anything runs', () => {
  const study = commands.write('unqueued.yaml', descent(1, 10));
  const words = [commands.main, 'run', study, '--attach'];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, 'error: --attach = ""; allowed: with --queue\n']);
  expect(existsSync(commands.at('lab'))).toBe(false);
});
