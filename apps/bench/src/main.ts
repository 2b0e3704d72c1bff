import { workerPool } from '@nonsmooth/apps-shared';
import { run } from './run.js';
import { scenarios } from './scenarios/index.js';

const worker = new URL('./worker.js', import.meta.url);

process.exitCode = await run(process.argv.slice(2), {
  scenarios,
  executor: (needs) => workerPool({ worker, heapMegabytes: 2048, ...needs }),
});
