import {
  fingerprintOf,
  ownMachine,
  persistently,
  Refusal,
  serveQueued,
  type Executor,
  type QueuedService,
} from '@nonsmooth/apps-shared';
import { defaultKernels } from '@nonsmooth/kernels';
import type { Job } from 'bullmq';
import { BroadcastChannel } from 'node:worker_threads';
import { hasEnded } from '../archive.js';
import type { MemberFile } from '../member-file.js';
import type { Member } from '../members.js';
import { storageCode } from '../storage-message.js';
import { TooLarge, type FileStore } from './file-store.js';
import type { ThreadJob, ThreadNews, ThreadResult } from './member-thread.js';
import { received, receivedFile, type Payload } from './payload.js';
import { localized } from './study-files.js';

/** How a process works for a queue of members. */
export interface QueueWorkerSettings extends Omit<QueuedService, 'noun'> {
  /** Below it lie the files that studies read. */
  readonly data?: string | undefined;
  readonly store: FileStore;
  readonly channel: string;
}

/** What a worker tells of a member that has ended. */
export interface Provenance {
  readonly machine: string;
  readonly kernels: string;
}

/** How far a member is, and where. */
export interface MemberProgress {
  readonly machine: string;
  readonly done: number;
  readonly of: number;
}

/**
 * Runs members of a queue on `threads` until the signal aborts; members that run then go back to the queue with their last
 * checkpoints.
 */
export async function serveQueue(
  settings: QueueWorkerSettings,
  threads: Executor<ThreadJob, ThreadResult>,
): Promise<void> {
  const { connection, build, say, signal } = settings;
  const { bullmq } = connection;
  const own = fingerprintOf(build);
  const machine = ownMachine;
  const running = new Map<string, (news: ThreadNews) => void>();
  const channel = new BroadcastChannel(settings.channel);
  // oxlint-disable-next-line prefer-add-event-listener -- Node's types know no other way
  channel.onmessage = (message): void => {
    const { data } = message as { data: ThreadNews };
    running.get(data.id)?.(data);
  };

  async function work(
    job: Job<Payload>,
    token: string | undefined,
    end: AbortSignal,
  ): Promise<Provenance> {
    const id = job.id!;
    let member: Member;
    try {
      const { payload, study } = received(job.data, own);
      const local = localized(study, payload.files, settings.data);
      member = { index: 0, start: payload.start, variation: {}, study: local };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(error.message);
      throw new bullmq.UnrecoverableError(error.message);
    }
    const earlier = earlierPart(job, member);
    if (earlier && hasEnded(earlier.file, member)) return { machine, kernels: defaultKernels.name };

    const writer = latestOnly((bytes: Uint8Array) => stored(job, bytes));
    running.set(id, (news) => {
      if ('checkpoint' in news) writer.put(news.checkpoint);
      else {
        const progress: MemberProgress = { machine, done: news.done, of: news.of };
        if (connection.redis.status === 'ready') job.updateProgress(progress).catch(() => {});
      }
    });
    const { checkpointSeconds, previous } = job.data;
    const { start, study } = member;
    const [outcome] = await threads
      .run(
        [
          {
            id,
            start,
            study,
            previous: previous === undefined ? undefined : Buffer.from(previous, 'base64'),
            earlier: earlier?.bytes,
            checkpointSeconds,
            channel: settings.channel,
          },
        ],
        { concurrency: 1, signal: end },
      )
      .finally(() => running.delete(id));
    await writer.idle();
    if (outcome!.status === 'cancelled') {
      await job.moveToWait(token);
      throw new bullmq.WaitingError();
    }
    // the thread died: out of memory, perhaps by other members' doing
    if (outcome!.status === 'failed') throw new Error(outcome!.reason);
    const { result } = outcome!;
    if (result.status === 'threw') {
      if (result.isMachine) throw new Error(result.reason);
      throw new bullmq.UnrecoverableError(result.reason);
    }
    try {
      await stored(job, result.file);
    } catch (error) {
      if (error instanceof TooLarge) throw new bullmq.UnrecoverableError(error.message);
      throw error;
    }
    return { machine, kernels: result.kernels };
  }

  let unstored: string | undefined;
  /** Says once that the shared folder refuses files, until it takes them again. */
  async function stored(job: Job<Payload>, bytes: Uint8Array): Promise<void> {
    try {
      await persistently(signal, () => settings.store.write(job, bytes));
      unstored = undefined;
    } catch (error) {
      const code = storageCode(error);
      if (code !== undefined && code !== unstored) {
        say(
          `the shared folder cannot be written (${code}); members are tried again, also elsewhere`,
        );
      }
      unstored = code;
      throw error;
    }
  }

  /** What an earlier attempt left, perhaps elsewhere; what is damaged is as good as nothing. */
  function earlierPart(
    job: Job<Payload>,
    member: Member,
  ): { readonly bytes: Uint8Array; readonly file: MemberFile } | undefined {
    const bytes = settings.store.read(job);
    if (!bytes) return undefined;
    try {
      return { bytes, file: receivedFile(bytes, member) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(`a member starts anew: ${error.message}`);
      return undefined;
    }
  }

  try {
    await serveQueued<Payload, Provenance>({ ...settings, noun: 'member' }, work);
  } finally {
    channel.close();
  }
}

/** Passes values on one at a time; of those that come meanwhile only the last. */
function latestOnly<Value>(pass: (value: Value) => Promise<void>): {
  put(value: Value): void;
  /** Forgets what waits, and resolves when nothing is on its way. */
  idle(): Promise<void>;
} {
  let next: Value | undefined;
  let busy: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    while (next !== undefined) {
      const value = next;
      next = undefined;
      // a checkpoint that is lost costs time only
      await pass(value).catch(() => {});
    }
    busy = undefined;
  };
  return {
    put(value) {
      next = value;
      busy ??= drain();
    },
    async idle() {
      next = undefined;
      await busy;
    },
  };
}
