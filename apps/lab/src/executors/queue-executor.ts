import {
  fingerprintOf,
  plainLine,
  runQueued,
  type Build,
  type Executor,
  type QueueConnection,
  type Say,
} from '@nonsmooth/apps-shared';
import { BroadcastChannel } from 'node:worker_threads';
import type { Ended, Job, News } from '../worker.js';
import { collect } from './collect.js';
import type { FileStore } from './file-store.js';
import { endedFile, openMembers, type OpenMembers } from './open-members.js';
import type { Payload } from './payload.js';
import type { MemberProgress, Provenance } from './queue-worker.js';

/** What a starter of members in a queue needs. */
export interface QueueExecutorSettings {
  readonly connection: QueueConnection;
  readonly build: Build;
  /** The folder that the files of the study lie in. */
  readonly folder: string;
  readonly store: FileStore;
  readonly say: Say;
}

/**
 * Members by a queue: any number of worker processes on any number of machines. Results come back as they end and are
 * written by the starter, which may stop and come back, or be there twice.
 */
export function queueExecutor(settings: QueueExecutorSettings): Executor<Job, Ended> {
  const { connection, build, folder, store, say } = settings;
  return {
    async run(jobs, { concurrency, signal, onOutcome }) {
      const open = openMembers(jobs, fingerprintOf(build), folder, onOutcome);
      const news = new BroadcastChannel(jobs[0]?.channel ?? '');
      try {
        await runQueued<Payload, Provenance>(
          { connection, build, concurrency, signal, say },
          {
            get size() {
              return open.size;
            },
            names: () => open.names(),
            has: (name) => open.has(name),
            dataOf: (name) => open.payloadOf(name),
            isOver(name) {
              const [job] = open.jobsOf(name);
              const result = job && endedFile(job);
              if (result) open.over(name, { status: 'done', result });
              return result !== undefined;
            },
            take: (name, job) => collect(job, name, open, store),
            forgotten: (name) => store.remove(name),
            progressed: (name, data) => passOn(news, open, name, data),
          },
        );
        for (const one of open.names()) open.over(one, { status: 'cancelled' });
        return open.outcomes;
      } finally {
        news.close();
      }
    },
    close: () => connection.close(),
  };
}

/** Passes on how far a member is. */
function passOn(news: BroadcastChannel, open: OpenMembers, name: string, data: unknown): void {
  const [job] = open.jobsOf(name);
  const { machine, done, of } = (data ?? {}) as Partial<MemberProgress>;
  if (!job || typeof machine !== 'string') return;
  if (typeof done !== 'number' || typeof of !== 'number') return;
  const { index } = job.member;
  // oxlint-disable-next-line require-post-message-target-origin -- a channel has none
  news.postMessage({ index, done, of, machine: plainLine(machine) } satisfies News);
}
