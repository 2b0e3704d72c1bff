#!/usr/bin/env node
import { workerPool } from '@nonsmooth/apps-shared';
import { perform } from './command-line.js';
import type { ThreadJob, ThreadResult } from './executors/member-thread.js';
import type { Ended, Job } from './worker.js';

// a member may take weeks; Node's timers reach no further than 24 days
const secondsPerJob = 2_000_000;

process.exitCode = await perform(process.argv.slice(2), {
  executor: (threads, heapMegabytes) =>
    workerPool<Job, Ended>({
      worker: new URL('./worker.js', import.meta.url),
      threads,
      secondsPerJob,
      heapMegabytes,
    }),
  queueThreads: (threads, heapMegabytes) =>
    workerPool<ThreadJob, ThreadResult>({
      worker: new URL('./queue-worker-thread.js', import.meta.url),
      threads,
      secondsPerJob,
      heapMegabytes,
    }),
});
