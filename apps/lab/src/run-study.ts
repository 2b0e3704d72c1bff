import { counted, exitStatus, interruption } from '@nonsmooth/apps-shared';
import type { OpenArchive } from './archive.js';
import type { Laboratory } from './commands/command.js';
import { tell } from './events.js';
import { isOutOfMemory, memoryMessage } from './memory-message.js';
import { inOrder, previousOf, type Member } from './members.js';
import { progress, type ProgressKind } from './progress.js';
import { storageMessage } from './storage-message.js';
import type { Study } from './study.js';
import type { Format } from './tables/tables.js';
import type { Job } from './worker.js';

/** A study with its members, and the folder that takes them. */
export interface OpenStudy {
  readonly study: Study;
  readonly members: readonly Member[];
  readonly archive: OpenArchive;
}

/** How members are run. */
export interface RunSettings {
  /** At the same time. */
  readonly workers: number;
  /** Limit of the objects of each. */
  readonly heapMegabytes: number;
  /** Where, in words. */
  readonly where: string;
  /** The option with which an interrupted study goes on. */
  readonly goOn: '--resume' | '--attach';
  readonly progress: ProgressKind;
  /** From one checkpoint of a member to the next. */
  readonly checkpointSeconds: number;
}

/** What became of members that were run. */
export interface Ran {
  /** The exit status, if the run did not come to its end. */
  readonly broken: number | undefined;
  /** Why members failed that have no file. */
  readonly failed: ReadonlyMap<number, string>;
}

/** Runs the members that have not ended, then writes the results; resolves to the exit status. */
export async function runStudy(
  open: OpenStudy,
  settings: RunSettings & {
    /** Of the trajectories. */
    readonly format: Format;
  },
  laboratory: Laboratory,
): Promise<number> {
  const { study, members, archive } = open;
  const { broken, failed } = await runMembers(open, settings, laboratory);
  if (broken === exitStatus.failed) return broken;
  // on demand: what draws takes longer to load than all else
  const { writeResults } = await import('./results.js');
  const { files, ended } = await writeResults(archive, study, members, settings.format);
  tellWritten(files, settings.progress);
  return tellEnd({ broken, failed }, members.length - ended, settings);
}

/** Says which files were written. */
export function tellWritten(files: readonly string[], kind: ProgressKind): void {
  if (kind === 'text') console.log(`Written: ${files.join(', ')}`);
  if (kind === 'json') tell({ event: 'written', files });
}

/** Says what failed and what is left; returns the exit status. */
export function tellEnd(
  { broken, failed }: Ran,
  left: number,
  { goOn, progress: kind }: RunSettings,
): number {
  if (kind === 'json') {
    const ended = failed.size > 0 ? 'failed' : 'done';
    const status = broken === undefined ? ended : 'interrupted';
    tell({ event: 'end', status, left, failed: failed.size });
  }
  for (const [index, reason] of failed) console.error(`error: member ${index}: ${reason}`);
  const memory = [...failed.values()].find(isOutOfMemory);
  if (memory !== undefined) console.error(`error: ${memoryMessage(memory, goOn)}`);
  if (broken !== undefined) {
    console.error(`interrupted: ${counted(left, 'member')} left for ${goOn}`);
    return broken;
  }
  return failed.size > 0 ? exitStatus.failed : exitStatus.done;
}

/** Runs the members that have not ended. */
export async function runMembers(
  { study, members, archive }: OpenStudy,
  settings: RunSettings,
  laboratory: Pick<Laboratory, 'executor'>,
): Promise<Ran> {
  const { open } = archive;
  const channel = `lab-${process.pid}`;
  const observer = progress(
    settings.progress,
    channel,
    members.length,
    members.length - open.length,
  );
  observer.begin(`${study.title}: ${counted(members.length, 'member')} ${settings.where}`);
  const { signal, release } = interruption();
  const refused = new AbortController();
  let unsaved: string | undefined;
  const failed = new Map<number, string>();
  const threads = Math.min(settings.workers, open.length);
  if (threads > 0) {
    const executor = laboratory.executor(threads, settings.heapMegabytes);
    const jobOf = (member: Member): Job => {
      const previous = previousOf(member);
      return {
        member,
        file: archive.fileOf(member),
        previous: previous && archive.fileOf(previous),
        checkpointSeconds: settings.checkpointSeconds,
        channel,
      };
    };
    const runAll = (group: readonly Member[]): Promise<unknown> =>
      executor.run(group.map(jobOf), {
        concurrency: threads,
        signal: AbortSignal.any([signal, refused.signal]),
        onOutcome(outcome, _ended, index) {
          const member = group[index]!;
          if (outcome.status === 'failed') {
            failed.set(member.index, outcome.reason);
            observer.failed(member, outcome.reason);
          } else if (outcome.status === 'done') {
            if (outcome.result.unsaved !== undefined) {
              unsaved = outcome.result.unsaved;
              refused.abort();
            } else observer.ended(member, outcome.result);
          }
        },
      });
    try {
      for (const group of inOrder(open)) await runAll(group);
    } finally {
      observer.close();
      await executor.close();
      release();
    }
  } else {
    observer.close();
    release();
  }

  if (unsaved !== undefined) {
    console.error(`error: ${storageMessage(unsaved)}`);
    return { broken: exitStatus.failed, failed };
  }
  return { broken: signal.aborted ? exitStatus.interrupted : undefined, failed };
}
