import { existsSync } from 'node:fs';
import { BroadcastChannel } from 'node:worker_threads';
import { readMember, writeMember, type Facts, type MemberFile } from './member-file.js';
import type { Member } from './members.js';
import type { Problem } from './problem.js';
import { runMember } from './run-member.js';

/** One member to run, as plain data. */
export interface Job {
  readonly member: Member;
  /** Its file, which may hold an earlier part of it. */
  readonly file: string;
  /** The file of the member that it goes on from. */
  readonly previous?: string | undefined;
  readonly checkpointSeconds: number;
  /** Where news of it go. */
  readonly channel: string;
}

/** How far a member is. */
export interface News {
  readonly index: number;
  readonly done: number;
  readonly of: number;
  /** Where it runs, if elsewhere. */
  readonly machine?: string;
}

/** What is told of a member that has ended; the rest is in its file. */
export interface Ended extends Pick<Facts, 'status' | 'reason' | 'verdict'> {
  readonly loss: number;
  readonly norm: number;
  /** The folder of results refused the file: why. */
  readonly unsaved?: string;
}

const millisecondsBetweenNews = 500;

/** Runs a member or goes on with it, and writes its file: the function that workers serve. */
export default function serve(job: Job): Ended {
  const { member, file, previous, checkpointSeconds, channel } = job;
  const news = new BroadcastChannel(channel);
  let told = 0;
  const store = (result: MemberFile, { net }: Problem): void => {
    try {
      writeMember(file, net, result);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new StorageError(code);
    }
  };
  try {
    const ended = runMember(member, {
      earlier: existsSync(file) ? readMember(file) : undefined,
      previous: previous === undefined ? undefined : readMember(previous),
      checkpointSeconds,
      checkpoint: store,
      done: store,
      progress(done, of) {
        const now = Date.now();
        if (now - told < millisecondsBetweenNews) return;
        told = now;
        // oxlint-disable-next-line require-post-message-target-origin -- a channel has none
        news.postMessage({ index: member.index, done, of } satisfies News);
      },
    });
    return endedOf(ended);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const none = { status: 'failed', verdict: 'undecided', loss: NaN, norm: NaN } as const;
    return { ...none, reason: error.message, unsaved: error.message };
  } finally {
    news.close();
  }
}

/** What is told of a member whose run has come to this. */
export function endedOf({ facts, columns }: MemberFile): Ended {
  const { status, reason, verdict } = facts;
  const last = (name: string): number => columns.get(name)?.at(-1) ?? NaN;
  return { status, reason, verdict, loss: last('loss'), norm: last('norm') };
}

class StorageError extends Error {}
