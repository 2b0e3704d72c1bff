import { Piscina } from 'piscina';
import type { Executor, Outcome, RunOptions } from './executor.js';

/** Size and limits of a pool of worker threads. */
export interface WorkerPoolOptions {
  /** Module whose default export does one job. */
  readonly worker: URL;
  readonly threads: number;
  /** A job that takes longer fails. */
  readonly secondsPerJob: number;
  /** Limit of each worker's heap, so that a job that needs more fails alone. */
  readonly heapMegabytes: number;
}

/** An executor on a fixed number of worker threads. A worker that dies fails its job and is replaced. */
export function workerPool<Job, Result>(options: WorkerPoolOptions): Executor<Job, Result> {
  const { worker, threads, secondsPerJob, heapMegabytes } = options;
  const pool = new Piscina({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  // Piscina reports here the death of a worker that had no job; the next job gets a new one.
  pool.on('error', () => {});
  // But workers that die while they start are not replaced, and jobs would wait for them for ever.
  const extinction = new AbortController();
  pool.on('workerDestroy', () => {
    setImmediate(() => {
      if (pool.threads.length === 0) extinction.abort();
    });
  });

  async function outcomeOf(job: Job, signal: AbortSignal): Promise<Outcome<Result>> {
    if (signal.aborted) return { status: 'cancelled' };
    const timeout = AbortSignal.timeout(secondsPerJob * 1000);
    try {
      const end = AbortSignal.any([signal, timeout, extinction.signal]);
      const result = (await pool.run(job, { signal: end })) as Result;
      return { status: 'done', result };
    } catch (error) {
      if (signal.aborted) return { status: 'cancelled' };
      if (timeout.aborted) return { status: 'failed', reason: `no answer in ${secondsPerJob} s` };
      if (extinction.signal.aborted)
        return { status: 'failed', reason: 'no worker can be started' };
      return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  return {
    async run(
      jobs: readonly Job[],
      { concurrency, signal, onOutcome }: RunOptions<Result>,
    ): Promise<readonly Outcome<Result>[]> {
      const outcomes: Outcome<Result>[] = [];
      let next = 0;
      let ended = 0;
      const lane = async (): Promise<void> => {
        while (next < jobs.length) {
          const index = next++;
          const outcome = await outcomeOf(jobs[index]!, signal);
          outcomes[index] = outcome;
          onOutcome?.(outcome, ++ended, index);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, lane));
      return outcomes;
    },
    close: () => pool.destroy(),
  };
}
