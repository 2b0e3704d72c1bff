import type { Executor } from '@nonsmooth/apps-shared';
import type { Job, JobResult } from './job.js';
import type { Scenario } from './scenario.js';

/** The scenarios, and what runs their jobs. */
export interface Parts {
  readonly scenarios: readonly Scenario[];
  /** Makes what does the jobs: its workers serve the same scenarios. */
  readonly executor: (needs: ExecutorNeeds) => Executor<Job, JobResult>;
  /** The module of the command, beside which its code lies: workers of a queue must have the same. */
  readonly module: string;
}

/** What a run needs of its executor. */
export interface ExecutorNeeds {
  /** Jobs at the same time, at most. */
  readonly threads: number;
  /** A job that takes longer fails. */
  readonly secondsPerJob: number;
}
