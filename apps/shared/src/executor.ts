/**
 * Does lists of independent jobs somewhere else: on worker threads here, elsewhere perhaps on other machines.
 * Jobs and results are plain serializable data.
 */
export interface Executor<Job, Result> {
  /**
   * Does all jobs, at most `concurrency` at a time, and resolves to one outcome per job, in their order. A job
   * that fails does not stop the others; after `signal` aborts, unfinished jobs end as cancelled.
   */
  run(jobs: readonly Job[], options: RunOptions<Result>): Promise<readonly Outcome<Result>[]>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** How a list of jobs is run. */
export interface RunOptions<Result> {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Sees every outcome as it comes, with the number of jobs that have ended and the place of this one. */
  readonly onOutcome?: (outcome: Outcome<Result>, ended: number, index: number) => void;
}

/** How one job ended. */
export type Outcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  /** The job threw, or its worker died. */
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'cancelled' };
