import { ArgumentError } from '@nonsmooth/kernels';
import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';
import type { QueueAddress } from './address.js';

/** A connection to the server of a queue. */
export interface QueueConnection {
  readonly address: QueueAddress;
  readonly redis: IORedis.Redis;
  readonly bullmq: typeof BullMQ;
  /** What BullMQ calls the queue of a build, and where its keys begin. */
  readonly queueOf: (build: string) => string;
  readonly prefix: string;
  close(): Promise<void>;
}

/** Says one line to whoever runs the command. */
export type Say = (line: string) => void;

/** Names of the keys of one kind of jobs on a server. */
export interface QueueNames {
  /** Begins every key. */
  readonly prefix: string;
  /** Begins the name of every queue. */
  readonly jobs: string;
}

/** What BullMQ and its client are needed for is told by name: they are installed by those who use queues only. */
async function libraries(): Promise<[typeof BullMQ, Pick<typeof IORedis, 'Redis'>]> {
  try {
    return await Promise.all([import('bullmq'), import('ioredis')]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ArgumentError(
      '--queue',
      'a queue',
      'with bullmq and ioredis installed beside this package: npm install bullmq@6.7.0 ioredis@6.0.0',
    );
  }
}

/**
 * Connects and reconnects whenever the connection is lost; says so in a line each.
 * @throws ArgumentError that shows no secret if the server refuses, or does not answer within `patienceSeconds`.
 */
export async function connect(
  address: QueueAddress,
  { prefix, jobs }: QueueNames,
  say: Say,
  patienceSeconds: number,
  signal?: AbortSignal,
): Promise<QueueConnection> {
  const [bullmq, { Redis: Client }] = await libraries();
  const redis = new Client({ ...address.options, lazyConnect: true });
  await new Promise<void>((resolve, reject) => {
    let reason = 'no answer';
    const refuse = (): void => {
      clearTimeout(timer);
      reject(new ArgumentError('--queue', address.shown, `a server that answers (${reason})`));
    };
    const timer =
      patienceSeconds < Infinity ? setTimeout(refuse, 1000 * patienceSeconds) : undefined;
    let waiting = false;
    redis.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message.split('\n')[0]!;
      if (isFinal(error)) refuse();
      else if (!waiting && patienceSeconds === Infinity)
        say(`waiting for ${address.shown} (${reason})`);
      waiting = true;
    });
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    signal?.addEventListener('abort', refuse);
    redis.connect().catch(() => {});
  }).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  redis.removeAllListeners('error');
  let isLost = false;
  redis.on('error', () => {});
  redis.on('close', () => {
    if (!isLost) say(`lost ${address.shown}; waiting for it`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) say(`back at ${address.shown}`);
    isLost = false;
  });
  return {
    address,
    redis,
    bullmq,
    queueOf: (build) => `${jobs}-${build}`,
    prefix,
    async close() {
      redis.removeAllListeners('close');
      redis.disconnect();
      await Promise.resolve();
    },
  };
}

/** Wrong or missing credentials, certificates that do not fit: waiting does not help. */
function isFinal({ message, code }: NodeJS.ErrnoException): boolean {
  if (code === 'ENOTFOUND' || /CERT|SSL|TLS|UNABLE_TO_|_MISMATCH$/.test(code ?? '')) return true;
  return /^(NOAUTH|WRONGPASS|NOPERM)|invalid password|DB index is out of range/.test(message);
}

/** Waits for it or for the end of all waiting: a server that is away would hold whoever waits for it. */
export async function orAborted(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => {};
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Repeats what failed for the connection's sake until it succeeds: all that is sent may be sent twice. */
export async function persistently<Answer>(
  signal: AbortSignal,
  act: () => Promise<Answer>,
): Promise<Answer> {
  for (let pause = 100; ; pause = Math.min(2 * pause, 5000)) {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || !isPassing(error as NodeJS.ErrnoException)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Not those of files: a folder that is full or gone does not come back by itself. */
const networkCodes =
  /^(ECONN|EHOST|ENET)[A-Z]+$|^(EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EADDRNOTAVAIL)$/;

/** Of the connection, or of a server that is full or loads its data. */
function isPassing({ message, code }: NodeJS.ErrnoException): boolean {
  if (code !== undefined && networkCodes.test(code)) return true;
  return /Connection is closed|Socket timeout|Command timed out|^(OOM|LOADING|READONLY|BUSY|MASTERDOWN|MISCONF)/.test(
    message,
  );
}
