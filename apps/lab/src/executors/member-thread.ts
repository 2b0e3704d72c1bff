import { defaultKernels } from '@nonsmooth/kernels';
import { BroadcastChannel } from 'node:worker_threads';
import { memberBytes, memberFrom, type MemberFile } from '../member-file.js';
import type { Problem } from '../problem.js';
import { runMember } from '../run-member.js';
import type { Study } from '../study.js';

/** A member to run on a thread, whose file travels as bytes. */
export interface ThreadJob {
  /** Marks its news. */
  readonly id: string;
  readonly start: number;
  readonly study: Study;
  /** The file of the member that it goes on from. */
  readonly previous?: Uint8Array | undefined;
  readonly earlier?: Uint8Array | undefined;
  readonly checkpointSeconds: number;
  /** Where its news go. */
  readonly channel: string;
}

/** News of a member from its thread. */
export type ThreadNews =
  | { readonly id: string; readonly done: number; readonly of: number }
  | { readonly id: string; readonly checkpoint: Uint8Array };

/** How a member ended on its thread. */
export type ThreadResult =
  | { readonly status: 'ended'; readonly file: Uint8Array; readonly kernels: string }
  /** The member threw: it would on every machine, unless this one is to blame. */
  | { readonly status: 'threw'; readonly reason: string; readonly isMachine: boolean };

const millisecondsBetweenNews = 1000;

/** Runs a member or goes on with it: the function that threads of queue workers serve. */
export function serveMember(job: ThreadJob): ThreadResult {
  const { id, start, study, previous, earlier, checkpointSeconds, channel } = job;
  const news = new BroadcastChannel(channel);
  // oxlint-disable-next-line require-post-message-target-origin -- a channel has none
  const tell = (message: ThreadNews): void => news.postMessage(message);
  let told = Date.now();
  let file: Uint8Array | undefined;
  try {
    runMember(
      { index: 0, start, variation: {}, study },
      {
        previous: previous && memberFrom(previous),
        earlier: earlier && memberFrom(earlier),
        checkpointSeconds,
        checkpoint: (part: MemberFile, { net }: Problem) =>
          tell({ id, checkpoint: memberBytes(net, part) }),
        done: (result, { net }) => void (file = memberBytes(net, result)),
        progress(done, of) {
          const now = Date.now();
          if (now - told < millisecondsBetweenNews) return;
          told = now;
          tell({ id, done, of });
        },
      },
    );
    return { status: 'ended', file: file!, kernels: defaultKernels.name };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const isMachine = code !== undefined || /allocation failed|out of memory/i.test(message);
    return { status: 'threw', reason: message, isMachine };
  } finally {
    news.close();
  }
}
