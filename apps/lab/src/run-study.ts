import { counted, exitStatus, interruption } from '@nonsmooth/apps-shared';
import { defaultKernels } from '@nonsmooth/kernels';
import type { OpenArchive } from './archive.js';
import type { Laboratory } from './commands/command.js';
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

/** How a study is run. */
export interface RunSettings {
  readonly workers: number;
  /** Of the trajectories. */
  readonly format: Format;
  readonly progress: ProgressKind;
  /** From one checkpoint of a member to the next. */
  readonly checkpointSeconds: number;
}

/** Runs the members that have not ended, then writes the results; resolves to the exit status. */
export async function runStudy(
  { study, members, archive }: OpenStudy,
  settings: RunSettings,
  laboratory: Laboratory,
): Promise<number> {
  const { open } = archive;
  const channel = `lab-${process.pid}`;
  const observer = progress(
    settings.progress,
    channel,
    members.length,
    members.length - open.length,
  );
  observer.begin(
    `${study.title}: ${counted(members.length, 'member')} on ${counted(settings.workers, 'worker thread')}, ` +
      `kernels ${defaultKernels.name}`,
  );
  const { signal, release } = interruption();
  const refused = new AbortController();
  let unsaved: string | undefined;
  const failures: string[] = [];
  const threads = Math.min(settings.workers, open.length);
  if (threads > 0) {
    const executor = laboratory.executor(threads);
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
            failures.push(`member ${member.index}: ${outcome.reason}`);
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
    }
  } else observer.close();
  release();

  if (unsaved !== undefined) {
    console.error(`error: ${storageMessage(unsaved)}`);
    return exitStatus.failed;
  }
  // on demand: what draws takes longer to load than all else
  const { writeResults } = await import('./results.js');
  const { files, ended } = await writeResults(archive, study, members, settings.format);
  if (settings.progress === 'text') console.log(`Written: ${files.join(', ')}`);
  if (settings.progress === 'json') console.log(JSON.stringify({ event: 'written', files }));
  for (const failure of failures) console.error(`error: ${failure}`);
  if (signal.aborted) {
    console.error(`interrupted: ${counted(members.length - ended, 'member')} left for --resume`);
    return exitStatus.interrupted;
  }
  return failures.length > 0 ? exitStatus.failed : exitStatus.done;
}
