import { defaultKernels } from '@nonsmooth/kernels';
import type { Job } from 'bullmq';
import { hostname } from 'node:os';
import { counted } from '../counted.js';
import { differences, fingerprintOf, type Build } from './build.js';
import { persistently, type QueueConnection, type Say } from './connection.js';
import { giveSigns, knownBuilds, registerBuild } from './machines.js';

/** How a process works for a queue. */
export interface QueuedService {
  readonly connection: QueueConnection;
  readonly build: Build;
  /** What jobs are called: 'member'. */
  readonly noun: string;
  /** Jobs at the same time. */
  readonly workers: number;
  /** A machine that is silent for so long is taken for dead, and its jobs return to the queue. */
  readonly lostAfterSeconds: number;
  /** Ends when the queue is empty. */
  readonly untilEmpty: boolean;
  readonly say: Say;
  readonly signal: AbortSignal;
}

/** A machine that died so often of a job was probably killed by it. */
const mostDeaths = 5;
const secondsBetweenLooks = 10;

/** The name of this process among machines. */
export const ownMachine: string = `${hostname()}:${process.pid}`;

/**
 * While jobs are as short as this, as many more are fetched as run: the way through the queue takes no time of the threads'
 * then. Longer ones wait where any machine can take them.
 */
const millisecondsOfShortJobs = 100;

/** Does a job; `signal` aborts at the end of the service, and when the queue has given the job to another machine. */
export type QueuedWork<Data, Returned> = (
  job: Job<Data, Returned>,
  token: string | undefined,
  signal: AbortSignal,
) => Promise<Returned>;

/** Does jobs of a queue until `signal` aborts. Locks are renewed here: the work itself belongs on other threads. */
export async function serveQueued<Data, Returned>(
  service: QueuedService,
  work: QueuedWork<Data, Returned>,
): Promise<void> {
  const { connection, build, noun, workers, lostAfterSeconds, untilEmpty, say, signal } = service;
  const { bullmq, address, prefix } = connection;
  const own = fingerprintOf(build);
  let running = 0;
  let isDrained = false;
  let leave = (): void => {};
  function leaveIfEmpty(): void {
    if (untilEmpty && isDrained && running === 0) leave();
  }
  await persistently(signal, () => registerBuild(connection, build));
  const worker = new bullmq.Worker<Data, Returned>(
    connection.queueOf(own),
    async (job, token, lost) => {
      isDrained = false;
      running++;
      const began = performance.now();
      try {
        return await work(job, token, lost ? AbortSignal.any([signal, lost]) : signal);
      } finally {
        running--;
        const isShort = performance.now() - began < millisecondsOfShortJobs;
        worker.concurrency = isShort ? 2 * workers : workers;
      }
    },
    {
      connection: { ...address.options },
      prefix,
      name: ownMachine,
      concurrency: workers,
      lockDuration: 1000 * lostAfterSeconds,
      stalledInterval: 1000 * lostAfterSeconds,
      maxStalledCount: mostDeaths,
      drainDelay: 5,
    },
  );
  // of the connection, and locks that were lost meanwhile: the queue gives their jobs to others
  worker.on('error', () => {});
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id)));
  let ended = 0;
  worker.on('completed', () => {
    ended++;
    leaveIfEmpty();
  });
  worker.on('failed', () => leaveIfEmpty());
  worker.on('drained', () => {
    isDrained = true;
    leaveIfEmpty();
  });
  const stopSigns = giveSigns(connection, () => ({
    name: ownMachine,
    build: own,
    cores: workers,
    running,
    kernels: defaultKernels.name,
  }));
  const stopLooking = refuseOthers(service, own);
  say(
    `${ownMachine} works for ${address.shown}: ${counted(workers, noun)} at a time, ` +
      `kernels ${defaultKernels.name}, build ${own}`,
  );
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      leave = resolve;
    });
  } finally {
    stopLooking();
    await stopSigns();
    await settled(worker.close(), 10_000);
    say(`${counted(ended, noun)} ended here`);
  }
}

/** Says once of each other build whose jobs wait in what it differs; returns how to end that. */
function refuseOthers({ connection, build, noun, say }: QueuedService, own: string): () => void {
  const { redis, prefix, queueOf } = connection;
  const refused = new Set<string>();
  const look = async (): Promise<void> => {
    if (redis.status !== 'ready') return;
    for (const [name, other] of await knownBuilds(connection)) {
      if (name === own || refused.has(name)) continue;
      const waiting = await redis.llen(`${prefix}:${queueOf(name)}:wait`);
      if (waiting === 0) continue;
      refused.add(name);
      say(`refused: ${counted(waiting, noun)} of another build (${differences(other, build)})`);
    }
  };
  look().catch(() => {});
  const looks = setInterval(() => void look().catch(() => {}), 1000 * secondsBetweenLooks);
  return () => clearInterval(looks);
}

/** Waits for it, but no longer than so many milliseconds: a server that is away shall not hold a machine. */
async function settled(work: Promise<unknown>, milliseconds: number): Promise<void> {
  await Promise.race([
    work.catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, milliseconds).unref()),
  ]);
}
