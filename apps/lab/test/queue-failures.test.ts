import { Worker } from 'bullmq';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  contentOf,
  descent,
  descentOnFile,
  QueueCommands,
  until,
  type Command,
} from './queue-commands.js';
import { ended, hasRedis, Proxy } from './redis.js';

// Longer by: NONSMOOTH_QUEUE_KILLS=100 NONSMOOTH_QUEUE_SILENCE=30 npm test -- --project lab queue-failures
const kills = Number(process.env['NONSMOOTH_QUEUE_KILLS'] ?? 10);
const silenceSeconds = Number(process.env['NONSMOOTH_QUEUE_SILENCE'] ?? 3);
// of a machine that does other work, too
const minute = 180_000;
const commands = new QueueCommands();

/** Numbers in [0, 1) from a seed. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe.skipIf(!hasRedis)('a study by a queue', () => {
  beforeAll(() => commands.open(), minute);
  afterAll(() => commands.close());
  afterEach(() => commands.killAll());

  test(
    `loses nothing and changes no byte by ${kills} random kills of workers, starter and server`,
    async () => {
      const random = drawn(20_260);
      const { redis } = commands;
      let killed = 0;
      // as many studies as it takes: none ends with kills that came too late
      for (let round = 0; killed < kills; round++) {
        const study = commands.write('killed.yaml', descent(4, 40_000, `seed: ${round}`));
        const whole = commands.embedded(study, `unkilled-${round}`);
        const folder = commands.at(`killed-${round}`);
        const words = ['--queue', redis.url, '--checkpoint', '0.2', '--attach', '--out', folder];
        const go = (): Command => commands.start(['run', study, ...words]);
        const workers = [commands.worker(redis.url), commands.worker(redis.url)];
        let starter = go();
        while (killed < kills) {
          await pause(300 + 900 * random());
          if (starter.child.exitCode !== null) break;
          const victim = Math.floor(4 * random());
          if (victim < 2) {
            await ended(workers[victim]!.child, 'SIGKILL');
            workers[victim] = commands.worker(redis.url);
          } else if (victim === 2) {
            await ended(starter.child, 'SIGKILL');
            starter = go();
          } else {
            await redis.kill();
            await pause(300 * random());
            await redis.start();
          }
          killed++;
        }
        expect([await starter.end, starter.text()]).toEqual([
          0,
          expect.stringContaining('Written'),
        ]);
        expect(contentOf(folder)).toEqual(contentOf(whole));
        await commands.killAll();
      }
      expect(killed).toBe(kills);
    },
    10 * minute,
  );

  test(
    'ends right behind a network that delays, keeps silent and cuts',
    async () => {
      const study = commands.write('proxied.yaml', descent(6, 5000));
      const whole = commands.embedded(study, 'near');
      const proxy = new Proxy(commands.redis.port);
      await proxy.start();
      const url = `redis://127.0.0.1:${proxy.port}`;
      proxy.delayMilliseconds = 5;
      const folder = commands.at('far');
      commands.worker(url);
      const run = commands.start(['run', study, '--queue', url, '--out', folder]);
      await until(() => /\[[12]\/6\]/.test(run.text()), 'a member');
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
    'breaks off with what to do when its disk is full or its folder is gone, and goes on with --resume',
    async () => {
      const { url } = commands.redis;
      const study = commands.write('faults.yaml', descent(8, 2000));
      const whole = commands.embedded(study, 'faultless');
      commands.worker(url);
      const go = (folder: string): Command =>
        commands.start(['run', study, '--queue', url, '--resume', '--out', folder]);

      const gone = commands.at('gone');
      const vanished = go(gone);
      await until(() => vanished.text().includes('[1/8]'), 'a member');
      renameSync(gone, `${gone}-elsewhere`);
      expect(await vanished.end).toBe(1);
      expect(vanished.text()).toMatch(/cannot be written \(ENOENT\): .* go on with --resume/);
      renameSync(`${gone}-elsewhere`, gone);
      expect(await go(gone).end).toBe(0);
      expect(contentOf(gone)).toEqual(contentOf(whole));

      const disk = commands.at('disk');
      mkdirSync(disk);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', disk]).status !== 0) return;
      try {
        const full = go(disk);
        expect(await full.end).toBe(1);
        expect(full.text()).toMatch(/cannot be written \(ENOSPC\): .* go on with --resume/);
        expect(
          readdirSync(disk, { recursive: true }).filter((name) => String(name).endsWith('tmp')),
        ).toEqual([]);
        const kept = readdirSync(`${disk}/members`).length;
        expect(kept).toBeLessThan(8);
        expect(spawnSync('mount', ['-o', 'remount,size=4m', disk]).status).toBe(0);
        expect(await go(disk).end).toBe(0);
        expect(contentOf(disk)).toEqual(contentOf(whole));
        expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
        const locked = go(disk);
        expect(await locked.end).toBe(2);
        expect(locked.text()).toMatch(
          /error: --out = ".*"; allowed: a folder that can be written \(EROFS\)/,
        );
      } finally {
        spawnSync('umount', [disk]);
      }
    },
    2 * minute,
  );

  test(
    'runs members again whose results were lost on their way, and no more often than three times',
    async () => {
      const study = commands.write('overwritten.yaml', descent(3, 2000));
      const whole = commands.embedded(study, 'overwritten-whole');
      const honest = commands.worker(commands.redis.url);
      await until(() => honest.text().includes(' works for '), 'a worker');
      await commands.killAll();
      const build = /build ([0-9a-f]{24})/.exec(honest.text())![1]!;
      // says that members have ended whose files are not there: as if a machine taken for dead had written over them
      const runs = new Map<string, number>();
      const connection = { host: '127.0.0.1', port: commands.redis.port };
      const loser = (upTo: number): Worker =>
        new Worker(
          `members-${build}`,
          (job) => {
            const count = (runs.get(job.id!) ?? 0) + 1;
            runs.set(job.id!, count);
            if (count >= upTo) void losing.pause(true);
            return Promise.resolve({ machine: 'a machine', kernels: 'its kernels' });
          },
          { connection: { ...connection, maxRetriesPerRequest: null }, prefix: 'nonsmooth' },
        );
      const started = (out: string): Command =>
        commands.start(['run', study, '--queue', commands.redis.url, '--out', commands.at(out)]);

      let losing = loser(3);
      const run = started('overwritten');
      await until(() => [...runs.values()].some((count) => count >= 3), 'three losses');
      await losing.close();
      commands.worker(commands.redis.url);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(commands.at('overwritten'))).toEqual(contentOf(whole));
      await commands.killAll();

      runs.clear();
      losing = loser(Infinity);
      const lost = started('lost');
      expect(await lost.end).toBe(1);
      expect(lost.text()).toContain('its file is not there');
      expect([...runs.values()]).toEqual([4, 4, 4]);
      await losing.close();
    },
    minute,
  );

  test(
    'leaves to other workers what a worker cannot write into the shared folder',
    async () => {
      const { url } = commands.redis;
      const study = commands.write('unshareable.yaml', descent(2, 1000));
      const whole = commands.embedded(study, 'shareable');
      const [shared, broken] = [commands.at('shared'), commands.at('broken')];
      const one = commands.worker(url, ['--shared', broken]);
      await until(() => one.text().includes('works for'), 'a worker');
      // whoever took the folder away left a file in its place
      rmSync(broken, { recursive: true });
      writeFileSync(broken, '');
      const folder = commands.at('shared-results');
      const words = ['--queue', url, '--shared', shared, '--out', folder];
      const run = commands.start(['run', study, ...words]);
      await until(() => one.text().includes('cannot be written'), 'a line about the folder');
      expect(one.text()).toMatch(
        /^the shared folder cannot be written \(ENOTDIR\); members are tried/m,
      );
      await ended(one.child, 'SIGTERM');
      commands.worker(url, ['--shared', shared]);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
    },
    minute,
  );

  test(
    'ends members that no machine can run as failed, with the reason',
    async () => {
      const { url } = commands.redis;
      mkdirSync(commands.at('throwing'));
      commands.write('throwing/x.csv', '1\n2\n3\n');
      const study = commands.write('throwing/throwing.yaml', descentOnFile('x.csv, rows: 3', 100));
      const run = commands.start(['run', study, '--queue', url, '--out', commands.at('thrown')]);
      const without = commands.worker(url);
      expect(await run.end).toBe(1);
      expect(run.text()).toMatch(/FAILED: the study reads x.csv: a worker with --data/);
      expect(without.text()).not.toContain('Error');
    },
    minute,
  );

  test(
    'tries members again that exceed the memory of a worker, where there is more in the end',
    async () => {
      const { url } = commands.redis;
      mkdirSync(commands.at('large'));
      const rows = Array.from({ length: 150_000 }, (_, i) => `${i / 150_000},1,2,3,4,5,6,7`);
      commands.write('large/x.csv', `${rows.join('\n')}\n`);
      const study = commands.write(
        'large/large.yaml',
        descentOnFile('x.csv', 3).replace('[1, 8, 1]', '[8, 2, 1]'),
      );
      const whole = commands.embedded(study, 'remembered');
      const words = ['--data', commands.at('large')];
      const small = commands.worker(url, [...words, '--heap', '24']);
      const folder = commands.at('forgetful');
      const poor = commands.start(['run', study, '--queue', url, '--out', folder]);
      expect(await poor.end).toBe(1);
      expect(poor.text()).toMatch(/FAILED: .*memory/);
      // four attempts, and the worker process lives
      expect(small.child.exitCode).toBe(null);
      await ended(small.child, 'SIGTERM');
      commands.worker(url, words);
      const rich = commands.start(['run', study, '--queue', url, '--attach', '--out', folder]);
      expect([await rich.end, rich.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));
    },
    minute,
  );

  test(
    'gives up a member that its machines died of six times, and no other',
    async () => {
      const { url } = commands.redis;
      const study = commands.write('poison.yaml', descent(1, 100_000_000));
      const folder = commands.at('poisoned');
      const run = commands.start([
        'run',
        study,
        '--queue',
        url,
        '--out',
        folder,
        '--progress',
        'json',
      ]);
      let deaths = 0;
      while (run.child.exitCode === null && deaths < 8) {
        const one = commands.worker(url, ['--lost-after', '0.5']);
        const said = run.text().length;
        await until(
          () => run.child.exitCode !== null || run.text().slice(said).includes('"progress"'),
          'a member that runs',
        );
        if (run.child.exitCode !== null) break;
        await ended(one.child, 'SIGKILL');
        deaths++;
      }
      expect(await run.end).toBe(1);
      expect(run.text()).toMatch(/its machines died \d+ times while it ran/);
      expect(deaths).toBe(6);
    },
    2 * minute,
  );
});
