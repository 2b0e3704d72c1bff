import {
  buildOf,
  connect,
  exitStatus,
  interruption,
  plainQueueExecutor,
  servePlainJobs,
  type Build,
  type Executor,
  type QueueAddress,
  type QueueNames,
} from '@nonsmooth/apps-shared';
import { ArgumentError, requireObject } from '@nonsmooth/core';
import type { Job, JobResult } from './job.js';
import type { Parts } from './parts.js';

const jobQueue: QueueNames = { prefix: 'nonsmooth-benchmark', jobs: 'jobs' };
const secondsOfPatience = 30;

/** The packages that the scenarios exercise. */
const packages = [
  'core',
  'kernels',
  'tensor',
  'autodiff',
  'nets',
  'subgradient',
  'ode',
  'flows',
] as const;

/** Has the workers of a queue do the jobs. */
export function queueExecutor(
  address: QueueAddress,
  { module }: Pick<Parts, 'module'>,
): Executor<Job, JobResult> {
  const say = (line: string): void => console.error(line);
  return plainQueueExecutor(
    () => connect(address, jobQueue, say, secondsOfPatience),
    buildFrom(module),
    say,
  );
}

/** Does jobs of a queue until it is interrupted; resolves to the exit status. */
export async function serveQueue(
  { queue, threads: count }: { readonly queue: QueueAddress; readonly threads: number },
  { executor, module }: Parts,
): Promise<number> {
  const { signal, release } = interruption();
  const say = (line: string): void => console.log(line);
  const connection = await connect(queue, jobQueue, say, Infinity, signal);
  const threads = executor({ threads: count, secondsPerJob: 24 * 3600 });
  try {
    const service = { noun: 'job', workers: count, lostAfterSeconds: 30, untilEmpty: false };
    await servePlainJobs(
      { ...service, connection, build: buildFrom(module), say, signal },
      threads,
      requireJob,
    );
  } finally {
    await threads.close();
    await connection.close();
    release();
  }
  return exitStatus.done;
}

function buildFrom(module: string): Build {
  return buildOf({
    packages: packages.map((name) => `@nonsmooth/${name}`),
    app: '@nonsmooth/bench',
    module,
    schema: 'jobs 1',
  });
}

/** What is not known of scenarios and cases, whoever does the job says. */
function requireJob(job: unknown): asserts job is Job {
  requireObject('job', job);
  const { kind, scenario, settings } = job as Partial<Job>;
  if (kind !== 'work' && kind !== 'windows') {
    throw new ArgumentError('job.kind', kind, 'work, windows');
  }
  if (typeof scenario !== 'string') throw new ArgumentError('job.scenario', scenario, 'a name');
  requireObject('job.settings', settings);
}
