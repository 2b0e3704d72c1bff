import type { Executor } from '@nonsmooth/apps-shared';
import type { ThreadJob, ThreadResult } from '../executors/member-thread.js';
import type { Ended, Job } from '../worker.js';

/** What runs the members of studies. */
export interface Laboratory {
  /** Makes what runs members, at most `threads` at the same time; each may fill a heap of so many megabytes. */
  readonly executor: (threads: number, heapMegabytes: number) => Executor<Job, Ended>;
  /** Makes what runs members of a queue, whose files travel. */
  readonly queueThreads: (
    threads: number,
    heapMegabytes: number,
  ) => Executor<ThreadJob, ThreadResult>;
}

/** What a command comes to; resolves to the exit status. */
export type Work = () => Promise<number> | number;

/** One word of the command line, such as `run`. */
export interface LabCommand {
  /** What it does, for the list of commands. */
  readonly what: string;
  /**
   * Understands the words after its name, and checks all that can be checked before the work.
   * @throws ArgumentError that names the argument, the value and what is allowed.
   */
  prepare(words: readonly string[], laboratory: Laboratory): Work;
}
