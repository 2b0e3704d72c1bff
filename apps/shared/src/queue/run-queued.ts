import type { BulkJobOptions, Job, Queue, QueueEvents } from 'bullmq';
import { differences, fingerprintOf, type Build } from './build.js';
import { orAborted, persistently, type QueueConnection, type Say } from './connection.js';
import { knownBuilds, knownMachines, registerBuild } from './machines.js';
import { plainLine } from './refusal.js';

/** Jobs that are not over yet, by their names in the queue. */
export interface OpenJobs<Data, Returned> {
  readonly size: number;
  /** The names of all that are open now, in their order. */
  names(): Iterable<string>;
  has(name: string): boolean;
  /** Whether it is over without the queue: done earlier, or by another starter. */
  isOver(name: string): boolean;
  /** What travels. */
  dataOf(name: string): Data;
  /** Takes what a job that has ended came to, and tells what becomes of it in the queue. */
  take(name: string, job: Job<Data, Returned>): Fate;
  /** After the queue has forgotten it. */
  forgotten?(name: string): void;
  /** How far a job is. */
  progressed?(name: string, data: unknown): void;
}

/** What becomes of a job in the queue that has ended: it goes, it stays for another starter, or it is done once more. */
export type Fate = 'forgotten' | 'kept' | 'repeated';

/** Where jobs wait, and how. */
export interface QueuedRun {
  readonly connection: QueueConnection;
  readonly build: Build;
  /** In the queue at the same time, at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly say: Say;
}

/** Attempts of a job whose machine fails it; jobs that throw have one. */
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

/**
 * Puts jobs into a queue and takes what comes back, until none is open or `signal` aborts. Results that events did not
 * tell of, because this process or the server was away, are found by looking; a starter may come back or be there twice.
 */
export async function runQueued<Data, Returned>(
  run: QueuedRun,
  open: OpenJobs<Data, Returned>,
): Promise<void> {
  const { connection, build, signal } = run;
  const { bullmq, address, prefix } = connection;
  const name = connection.queueOf(fingerprintOf(build));
  const options = { connection: { ...address.options }, prefix };
  const queue: JobQueue<Data, Returned> = new bullmq.Queue(name, options);
  const events = new bullmq.QueueEvents(name, { ...options, blockingTimeout: 5000 });
  events.on('progress', ({ jobId, data }) => open.progressed?.(jobId, data));
  queue.on('error', () => {});
  events.on('error', () => {});
  try {
    await orAborted(
      signal,
      persistently(signal, () => registerBuild(connection, build)),
    );
    await orAborted(signal, events.waitUntilReady());
    await work(run, open, queue, events);
  } finally {
    await Promise.race([
      Promise.allSettled([events.close(), queue.close()]),
      new Promise((resolve) => setTimeout(resolve, 2000).unref()),
    ]);
  }
}

type JobQueue<Data, Returned> = Queue<Data, Returned, string, Data, Returned, string>;

/** Submits and collects. */
async function work<Data, Returned>(
  { connection, build, concurrency, signal, say }: QueuedRun,
  open: OpenJobs<Data, Returned>,
  queue: JobQueue<Data, Returned>,
  events: QueueEvents,
): Promise<void> {
  const { redis } = connection;
  /** In the queue, as far as this process has put them there, and those that are not. */
  const submitted = new Set<string>();
  const unsubmitted = new Set(open.names());
  const ready = new Set<string>();
  const active = new Map<string, Promise<void>>();
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
  // by another starter, which has taken its result
  events.on('removed', ({ jobId }) => note(jobId));

  /** Puts jobs into the queue that are neither there nor over; those that are there are left alone. */
  async function submit(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length && !signal.aborted; from += jobsPerMessage) {
      const absent = names.slice(from, from + jobsPerMessage).filter((name) => {
        const isWanted = open.has(name) && !open.isOver(name);
        unsubmitted.delete(name);
        if (isWanted) submitted.add(name);
        else submitted.delete(name);
        return isWanted;
      });
      const bulk = absent.map((name) => ({
        name: 'job',
        data: open.dataOf(name),
        opts: { ...jobOptions, jobId: name },
      }));
      await persistently(signal, () => queue.addBulk(bulk as Parameters<typeof queue.addBulk>[0]));
    }
  }

  /** Submits as many more as may be in the queue. */
  async function submitMore(): Promise<void> {
    while (submitted.size < concurrency && !signal.aborted) {
      const free = Math.min(jobsPerMessage, concurrency - submitted.size);
      const next = first(free, unsubmitted);
      if (next.length === 0) return;
      await submit(next);
    }
  }

  /** Takes a job that is over out of the queue, after its result is kept. */
  async function take(name: string): Promise<void> {
    const job = await persistently(signal, () => queue.getJob(name));
    if (!open.has(name)) return;
    if (!job) return submit([name]);
    const fate = job.finishedOn === undefined ? 'kept' : open.take(name, job);
    if (fate === 'kept') return;
    // with what it has come to so far, which may travel with its data
    const again = fate === 'repeated' && { data: job.data, opts: { ...jobOptions, jobId: name } };
    await persistently(signal, () => queue.remove(name));
    if (!again) return open.forgotten?.(name);
    await persistently(signal, () =>
      queue.addBulk([{ name: 'job', ...again }] as Parameters<typeof queue.addBulk>[0]),
    );
  }

  /** Finds what events did not tell: jobs that ended or vanished while this process or the server was away. */
  async function look(): Promise<void> {
    const names = [...submitted];
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

  function takeReady(): void {
    for (const name of ready) {
      if (active.size >= collectedAtOnce) return;
      if (active.has(name)) continue;
      ready.delete(name);
      const taking = take(name)
        .catch(fail)
        .finally(() => {
          active.delete(name);
          if (!open.has(name)) submitted.delete(name);
          wake();
        });
      active.set(name, taking);
    }
  }

  let nextLook = 0;
  let isBusy = false;
  /** Of very many jobs, looking shall take a small part of the time; meanwhile none are submitted. */
  function submitOrLook(): void {
    if (isBusy) return;
    const mayLook = Date.now() >= nextLook && submitted.size > 0;
    if (!mayLook && (unsubmitted.size === 0 || submitted.size >= concurrency)) return;
    isBusy = true;
    const began = Date.now();
    void submitMore()
      .then(() => (mayLook ? look() : undefined))
      .catch(fail)
      .finally(() => {
        isBusy = false;
        const spent = Date.now() - began;
        if (mayLook) nextLook = Date.now() + Math.max(millisecondsBetweenLooks, 20 * spent);
        wake();
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
    while (open.size > 0 && !signal.aborted && wrong === undefined) {
      const waiting = new Promise<void>((resolve) => (wake = resolve));
      takeReady();
      submitOrLook();
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

/** As many as there are, but no more than `count`. */
function first<Item>(count: number, items: Iterable<Item>): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    if (found.length >= count) break;
    found.push(item);
  }
  return found;
}

/** Why no worker runs these jobs, as far as it can be told; empty if one does. */
async function loneliness(connection: QueueConnection, build: Build): Promise<string> {
  const machines = await knownMachines(connection);
  const own = fingerprintOf(build);
  if (machines.some((machine) => machine.build === own)) return '';
  const { shown } = connection.address;
  if (machines.length === 0) return `no worker has come to ${shown} yet`;
  const builds = await knownBuilds(connection);
  const others = [...new Set(machines.map((machine) => machine.build))].map((name) => {
    const other = builds.get(name);
    return plainLine(other ? differences(other, build) : name);
  });
  return `refused by the workers at ${shown}: of another build (${others.join(' | ')})`;
}
