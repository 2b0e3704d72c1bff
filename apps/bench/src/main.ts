import { workerPool, type Executor } from '@nonsmooth/apps-shared';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from './job.js';
import type { ExecutorNeeds } from './parts.js';
import { run } from './run.js';
import { scenarios } from './scenarios/index.js';

const worker = new URL('./worker.js', import.meta.url);

process.exitCode = await run(process.argv.slice(2), {
  scenarios,
  executor: (needs: ExecutorNeeds): Executor<Job, JobResult> =>
    workerPool({ worker, heapMegabytes: 2048, ...needs }),
  module: fileURLToPath(import.meta.url),
});
