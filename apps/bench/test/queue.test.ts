import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueServer } from '../src/scenarios/queue-machines.js';
import type { Results } from '../src/results.js';
import { bundle, start, temporaryFolder } from './command.js';

const program = queueServer();
if (program === undefined) console.log('skipped: benchmarks by a queue, for want of redis-server');

let main = '';
let server: ChildProcess | undefined;
let url = '';

beforeAll(async () => {
  if (program === undefined) return;
  main = await bundle('test/fixture', 'bench-fixture-queue');
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  server = spawn(program, ['--bind', '127.0.0.1', '--port', String(port), '--save', ''], {
    stdio: 'ignore',
    cwd: temporaryFolder(),
  });
  url = `redis://127.0.0.1:${port}`;
});
afterAll(() => void server?.kill('SIGKILL'));

const sums = ['--scenario', 'ensemble', '--threads', '1,3', '--seed', '4'];

function bitsIn(folder: string): unknown {
  const text = readFileSync(join(folder, 'benchmark/results.json'), 'utf8');
  const [scenario] = (JSON.parse(text) as Results).scenarios;
  return scenario!.cases.map(({ measurements, checks }) => [
    measurements.map(({ threads, units, digest }) => [threads, units, digest]),
    checks,
  ]);
}

test.skipIf(program === undefined)(
  'workers of a queue do what worker threads do, to the last bit; cases that throw are told',
  async () => {
    const here = temporaryFolder();
    expect(await start(main, sums, here).ended).toMatchObject({ status: 0 });
    const workers = [0, 1].map(() => start(main, ['--serve', url, '--threads', '1']));
    await Promise.all(workers.map((worker) => worker.shown('works for')));
    const there = temporaryFolder();
    const { status, stderr } = await start(main, [...sums, '--queue', url], there).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(bitsIn(there)).toEqual(bitsIn(here));

    const thrown = await start(main, ['--scenario', 'throwing', '--queue', url]).ended;
    expect(thrown.status).toBe(1);
    expect(thrown.stderr).toContain('the work broke');
    for (const worker of workers) worker.interrupt('SIGTERM');
    const said = await Promise.all(workers.map((worker) => worker.ended));
    const done = said.map(({ stdout }) => Number(/(\d+) jobs? ended here/.exec(stdout)![1]));
    // 9 sums on one thread and 9 on three, and the case that throws
    expect(done[0]! + done[1]!).toBeGreaterThanOrEqual(19);
  },
);

test.skipIf(program === undefined)(
  'a run that is interrupted leaves no job that others would do',
  async () => {
    const client = new Redis(url);
    const waiting = (): Promise<string[]> => client.keys('nonsmooth-benchmark:*:wait');
    const slow = start(main, ['--scenario', 'slow', '--queue', url]);
    while ((await waiting()).length === 0) await pause(50);
    slow.interrupt('SIGINT');
    expect(await slow.ended).toMatchObject({ status: 130 });
    expect(await waiting()).toEqual([]);
    client.disconnect();
  },
);

test('--serve and --queue exclude each other, and addresses are checked without their secrets', async () => {
  const command = main === '' ? await bundle('test/fixture', 'bench-fixture-queue') : main;
  const both = await start(command, ['--serve', 'redis://a', '--queue', 'redis://b']).ended;
  expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('without --serve') });
  const wrong = await start(command, ['--serve', 'http://:hush@a']).ended;
  expect(wrong).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--serve = "http://…@a"'),
  });
  expect(wrong.stderr).not.toContain('hush');
});
