import { createHash, randomUUID } from 'node:crypto';
import type { Executor, Outcome } from '../executor.js';
import { fingerprintOf, type Build } from './build.js';
import { persistently, type QueueConnection, type Say } from './connection.js';
import { plainLine, Refusal } from './refusal.js';
import { runQueued } from './run-queued.js';
import { serveQueued, type QueuedService } from './serve-queued.js';

// Jobs and results that are small and plain travel as JSON, in which JavaScript's numbers are all kept.

/** A job as it travels. */
interface PlainData {
  readonly format: 1;
  readonly build: string;
  readonly job: string;
}

/** How a job ended on its machine. */
type PlainOutcome =
  | { readonly status: 'done'; readonly result: string }
  | { readonly status: 'failed'; readonly reason: string };

/** Bytes of a job or a result as JSON, at most. */
const mostBytes = 2 ** 26;

/** Jobs by a queue; their workers are `servePlainJobs` of the same build. */
export function plainQueueExecutor<Job, Result>(
  connect: () => Promise<QueueConnection>,
  build: Build,
  say: Say,
): Executor<Job, Result> {
  let connection: Promise<QueueConnection> | undefined;
  return {
    async run(jobs, { concurrency, signal, onOutcome }) {
      connection ??= connect();
      const own = fingerprintOf(build);
      // the same job may be asked for again: it is to be done again
      const batch = randomUUID();
      const places = new Map(
        jobs.map((_, i) => [createHash('sha256').update(`${batch} ${i}`).digest('hex'), i]),
      );
      const outcomes: Outcome<Result>[] = [];
      let ended = 0;
      const over = (name: string, outcome: Outcome<Result>): void => {
        const place = places.get(name)!;
        places.delete(name);
        outcomes[place] = outcome;
        onOutcome?.(outcome, ++ended, place);
      };
      await runQueued<PlainData, PlainOutcome>(
        { connection: await connection, build, concurrency, signal, say },
        {
          get size() {
            return places.size;
          },
          names: () => places.keys(),
          has: (name) => places.has(name),
          isOver: () => false,
          dataOf: (name) => ({ format: 1, build: own, job: toJson(jobs[places.get(name)!]) }),
          take(name, { returnvalue, failedReason }) {
            over(name, outcomeOf<Result>(returnvalue, failedReason));
            return 'forgotten';
          },
        },
      );
      const left = [...places.keys()];
      await withdraw(await connection, own, left);
      for (const name of left) over(name, { status: 'cancelled' });
      return outcomes;
    },
    close: async () => (await connection)?.close(),
  };
}

/**
 * Does jobs of a queue on `threads`. `requireJob` throws for what is none; it is refused then, as are jobs of other
 * builds.
 */
export async function servePlainJobs<Job, Result>(
  service: QueuedService,
  threads: Executor<Job, Result>,
  requireJob: (job: unknown) => asserts job is Job,
): Promise<void> {
  const { connection, build, say, signal } = service;
  const { UnrecoverableError, WaitingError } = connection.bullmq;
  const own = fingerprintOf(build);
  await serveQueued<PlainData, PlainOutcome>(service, async (queued, token, end) => {
    let job: Job;
    try {
      job = jobIn(queued.data, own, requireJob);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(error.message);
      throw new UnrecoverableError(error.message);
    }
    const [outcome] = await threads.run([job], { concurrency: 1, signal: end });
    if (!outcome) throw new Error('a job without outcome');
    switch (outcome.status) {
      case 'cancelled':
        await persistently(signal, () => queued.moveToWait(token));
        throw new WaitingError();
      case 'failed':
        return { status: 'failed', reason: outcome.reason };
      case 'done':
        return { status: 'done', result: toJson(outcome.result) };
    }
  });
}

/** Takes jobs that nobody waits for any more out of the queue, as far as the server is there and they do not run. */
async function withdraw(
  { bullmq, address, prefix, queueOf, redis }: QueueConnection,
  build: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0 || redis.status !== 'ready') return;
  const queue = new bullmq.Queue(queueOf(build), { connection: { ...address.options }, prefix });
  queue.on('error', () => {});
  await Promise.allSettled(names.map((name) => queue.remove(name)));
  await queue.close().catch(() => {});
}

function jobIn<Job>(
  data: unknown,
  build: string,
  requireJob: (job: unknown) => asserts job is Job,
): Job {
  const { format, build: other, job } = (data ?? {}) as Partial<PlainData>;
  if (format !== 1 || typeof job !== 'string' || job.length > mostBytes) {
    throw new Refusal('a job', 'it has another form');
  }
  if (other !== build) throw new Refusal('a job', `it is for build ${other}, this is ${build}`);
  try {
    const found: unknown = fromJson(job);
    requireJob(found);
    return found;
  } catch (error) {
    throw new Refusal('a job', plainLine((error as Error).message));
  }
}

/** What came back of another machine, where anything may have been written. */
function outcomeOf<Result>(returned: unknown, failedReason: string | undefined): Outcome<Result> {
  if (failedReason) return { status: 'failed', reason: plainLine(failedReason) };
  const { status, result, reason } = (returned ?? {}) as Record<string, unknown>;
  if (status === 'failed') return { status, reason: plainLine(String(reason)) };
  if (status !== 'done' || typeof result !== 'string' || result.length > mostBytes) {
    return { status: 'failed', reason: 'refused: a result: it has another form' };
  }
  try {
    return { status: 'done', result: fromJson(result) as Result };
  } catch (error) {
    return {
      status: 'failed',
      reason: `refused: a result: ${plainLine((error as Error).message)}`,
    };
  }
}

const mark = '\u0001';
const views = { Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array } as const;
type ViewName = keyof typeof views;

/** JSON with the numbers that it has not, and typed arrays. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0))) {
      return `${mark}${Object.is(part, -0) ? '-0' : String(part)}`;
    }
    const name = Object.keys(views).find((one) => part instanceof views[one as ViewName]);
    if (name === undefined) return part;
    const { buffer, byteOffset, byteLength } = part as Uint8Array;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return `${mark}${name} ${bytes.toString('base64')}`;
  });
}

function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== 'string' || !part.startsWith(mark)) return part;
    const [name = '', bytes] = part.slice(1).split(' ');
    if (bytes === undefined) return Number(name);
    if (!Object.hasOwn(views, name)) throw new Error(`no array ${plainLine(name)}`);
    const View = views[name as ViewName];
    return new View(Uint8Array.from(Buffer.from(bytes, 'base64')).buffer);
  });
}
