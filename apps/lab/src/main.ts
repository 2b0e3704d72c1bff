#!/usr/bin/env node
import { workerPool } from '@nonsmooth/apps-shared';
import { perform } from './command-line.js';
import type { Ended, Job } from './worker.js';

const worker = new URL('./worker.js', import.meta.url);

process.exitCode = await perform(process.argv.slice(2), {
  executor: (threads) =>
    workerPool<Job, Ended>({
      worker,
      threads,
      // a member may take weeks; Node's timers reach no further than 24 days
      secondsPerJob: 2_000_000,
      heapMegabytes: 2048,
    }),
});
