import type { Executor, RunOptions } from '@nonsmooth/apps-shared';
import type { BulkJobOptions, Queue, QueueEvents } from 'bullmq';
import { BroadcastChannel } from 'node:worker_threads';
import type { Ended, Job, News } from '../worker.js';
import { differences, fingerprintOf, type Build } from './build.js';
import { collect } from './collect.js';
import type { FileStore } from './file-store.js';
import { knownBuilds, knownMachines, registerBuild } from './machines.js';
import { endedFile, openMembers, type OpenMembers } from './open-members.js';
import type { Payload } from './payload.js';
import { orAborted, persistently, type QueueConnection, type Say } from './queue-connection.js';
import type { MemberProgress, Provenance } from './queue-worker.js';
import { plainLine } from './refusal.js';

/** What a starter of members in a queue needs. */
export interface QueueExecutorSettings {
  readonly connection: QueueConnection;
  readonly build: Build;
  /** The folder that the files of the study lie in. */
  readonly folder: string;
  readonly store: FileStore;
  readonly say: Say;
}

/** Attempts of a member whose machine fails it; members that throw have one. */
const jobOptions: BulkJobOptions = {
  attempts: 4,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
  stackTraceLimit: 0,
  // for starters that do not come back
  removeOnComplete: { age: 90 * 24 * 3600 },
  removeOnFail: { age: 90 * 24 * 3600 },
};
const jobsPerMessage = 200;
const collectedAtOnce = 16;
const millisecondsBetweenLooks = 10_000;

type MembersQueue = Queue<Payload, Provenance, string, Payload, Provenance, string>;

/**
 * Members by a queue: any number of worker processes on any number of machines. Results come back as they end and are
 * written by the starter, which may stop and come back, or be there twice.
 */
export function queueExecutor(settings: QueueExecutorSettings): Executor<Job, Ended> {
  const { connection, build, folder } = settings;
  return {
    async run(jobs, { signal, onOutcome }) {
      const { bullmq, address, prefix } = connection;
      const own = fingerprintOf(build);
      const open = openMembers(jobs, own, folder, onOutcome);
      const name = connection.queueOf(own);
      const options = { connection: { ...address.options }, prefix };
      const queue: MembersQueue = new bullmq.Queue(name, options);
      const events = new bullmq.QueueEvents(name, { ...options, blockingTimeout: 5000 });
      const stopNews = passNews(events, open, jobs[0]?.channel ?? '');
      queue.on('error', () => {});
      events.on('error', () => {});
      try {
        await runOpen(settings, queue, events, open, signal);
        for (const one of open.names()) open.over(one, { status: 'cancelled' });
        return open.outcomes;
      } finally {
        stopNews();
        await Promise.race([
          Promise.allSettled([events.close(), queue.close()]),
          new Promise((resolve) => setTimeout(resolve, 2000).unref()),
        ]);
      }
    },
    close: () => connection.close(),
  };
}

/** Submits members and collects results until none is open. */
async function runOpen(
  { connection, build, store, say }: QueueExecutorSettings,
  queue: MembersQueue,
  events: QueueEvents,
  open: OpenMembers,
  signal: RunOptions<Ended>['signal'],
): Promise<void> {
  const { redis } = connection;
  const ready = new Set<string>();
  let wake = (): void => {};
  let wrong: unknown;
  const fail = (error: unknown): void => void (wrong ??= error);
  const note = (name: string): void => {
    if (!open.has(name)) return;
    ready.add(name);
    wake();
  };
  for (const event of ['completed', 'failed'] as const) {
    events.on(event, ({ jobId }: { jobId: string }) => note(jobId));
  }
  // by another starter, which has written its result
  events.on('removed', ({ jobId }) => note(jobId));

  /** Puts members into the queue that are neither there nor ended; those that are there are left alone. */
  async function submit(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length && !signal.aborted; from += jobsPerMessage) {
      const absent = names.slice(from, from + jobsPerMessage).filter((name) => {
        const [job] = open.jobsOf(name);
        const result = job && endedFile(job);
        if (result) open.over(name, { status: 'done', result });
        return job && !result;
      });
      const bulk = absent.map((name) => ({
        name: 'member',
        data: open.payloadOf(name),
        opts: { ...jobOptions, jobId: name },
      }));
      await persistently(signal, () => queue.addBulk(bulk));
    }
  }

  /** Takes a member that is over out of the queue, after its file is written. */
  async function take(name: string): Promise<void> {
    const job = await persistently(signal, () => queue.getJob(name));
    if (!open.has(name)) return;
    if (!job) return submit([name]);
    if (job.finishedOn === undefined || !collect(job, name, open, store)) return;
    await persistently(signal, () => queue.remove(name));
    store.remove(name);
  }

  /** Finds what events did not tell: members that ended or vanished while this process or the server was away. */
  async function look(): Promise<void> {
    const names = open.names();
    for (let from = 0; from < names.length && !signal.aborted; from += jobsPerMessage) {
      const part = names.slice(from, from + jobsPerMessage).filter((name) => open.has(name));
      const states = await persistently(signal, () =>
        Promise.all(part.map((name) => redis.hmget(queue.toKey(name), 'timestamp', 'finishedOn'))),
      );
      part.forEach((name, i) => {
        if (states[i]![1] !== null) note(name);
      });
      await submit(part.filter((_, i) => states[i]![0] === null));
    }
  }

  const active = new Map<string, Promise<void>>();
  function takeReady(): void {
    for (const name of ready) {
      if (active.size >= collectedAtOnce) return;
      if (active.has(name)) continue;
      ready.delete(name);
      const taking = take(name)
        .catch(fail)
        .finally(() => {
          active.delete(name);
          wake();
        });
      active.set(name, taking);
    }
  }

  let nextLook = 0;
  let isBusy = true;
  /** Not while members are submitted; of very many members, looking shall take a small part of the time. */
  function lookIfDue(): void {
    if (isBusy || Date.now() < nextLook) return;
    isBusy = true;
    const began = Date.now();
    void look()
      .catch(fail)
      .finally(() => {
        isBusy = false;
        nextLook = Date.now() + Math.max(millisecondsBetweenLooks, 20 * (Date.now() - began));
      });
  }

  const stir = (): void => wake();
  const reconnected = (): void => {
    nextLook = 0;
    wake();
  };
  redis.on('ready', reconnected);
  signal.addEventListener('abort', stir);
  const stirs = setInterval(stir, 1000);
  const lonely = setInterval(() => void tellIfLonely(), millisecondsBetweenLooks);
  const tellIfLonely = async (): Promise<void> => {
    const told = redis.status === 'ready' && (await loneliness(connection, build).catch(() => ''));
    if (!told) return;
    clearInterval(lonely);
    say(told);
  };
  try {
    await orAborted(
      signal,
      persistently(signal, () => registerBuild(connection, build)),
    );
    await orAborted(signal, events.waitUntilReady());
    void submit(open.names())
      .catch(fail)
      .finally(() => {
        isBusy = false;
        wake();
      });
    while (open.size > 0 && !signal.aborted && wrong === undefined) {
      const waiting = new Promise<void>((resolve) => (wake = resolve));
      takeReady();
      lookIfDue();
      await waiting;
    }
    await orAborted(signal, Promise.allSettled(active.values()));
    if (wrong !== undefined && !signal.aborted) throw wrong;
  } finally {
    clearInterval(stirs);
    clearInterval(lonely);
    redis.off('ready', reconnected);
    signal.removeEventListener('abort', stir);
  }
}

/** Passes on to `channel` how far members are; returns how to end that. */
function passNews(events: QueueEvents, open: OpenMembers, channel: string): () => void {
  const news = new BroadcastChannel(channel);
  events.on('progress', ({ jobId, data }) => {
    const [job] = open.jobsOf(jobId);
    const { machine, done, of } = data as Partial<MemberProgress>;
    if (!job || typeof machine !== 'string') return;
    if (typeof done !== 'number' || typeof of !== 'number') return;
    const { index } = job.member;
    // oxlint-disable-next-line require-post-message-target-origin -- a channel has none
    news.postMessage({ index, done, of, machine: plainLine(machine) } satisfies News);
  });
  return () => news.close();
}

/** Why no worker runs these members, as far as it can be told; empty if one does. */
async function loneliness(connection: QueueConnection, build: Build): Promise<string> {
  const machines = await knownMachines(connection);
  const own = fingerprintOf(build);
  if (machines.some((machine) => machine.build === own)) return '';
  const { shown } = connection.address;
  if (machines.length === 0) {
    return `no worker has come to ${shown} yet: nonsmooth worker --queue …`;
  }
  const builds = await knownBuilds(connection);
  const others = [...new Set(machines.map((machine) => machine.build))].map((name) => {
    const other = builds.get(name);
    return plainLine(other ? differences(other, build) : name);
  });
  return `refused by the workers at ${shown}: of another build (${others.join(' | ')})`;
}
