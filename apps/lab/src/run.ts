import {
  counted,
  exitStatus,
  interruption,
  understood,
  type Executor,
} from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { defaultKernels } from '@nonsmooth/kernels';
import { readFileSync } from 'node:fs';
import { existingArchive, openArchive, type Archive, type OpenArchive } from './archive.js';
import { parseCommandLine, type Request, type Settings } from './command-line.js';
import { membersOf, nameOf, type Member } from './members.js';
import { progress } from './progress.js';
import { readStudy } from './read-study.js';
import { writeResults } from './results.js';
import { requireFitting } from './run-member.js';
import type { Study } from './study.js';
import type { Ended, Job } from './worker.js';

/** What runs the members of studies. */
export interface Laboratory {
  /** Makes what runs members, at most `threads` at the same time. */
  readonly executor: (threads: number) => Executor<Job, Ended>;
}

/** The whole command: from the words of the command line to the exit status. */
export async function run(words: readonly string[], parts: Laboratory): Promise<number> {
  const work = understood(() => workOf(parseCommandLine(words), parts));
  if (!work) return exitStatus.badUse;
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof ArgumentError) console.error(`error: ${error.message}`);
    else if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
      console.error(`error: ${storageMessage(code)}`);
    } else throw error;
    return exitStatus.failed;
  }
}

function storageMessage(code: string): string {
  return `results cannot be written (${code}): what was written is whole; make room or choose another --out, then go on with --resume`;
}

/** What a request comes to, when all of it has been checked. @throws ArgumentError */
function workOf(request: Request, parts: Laboratory): () => Promise<number> | number {
  if (request.kind === 'print') {
    return () => {
      process.stdout.write(request.text);
      return exitStatus.done;
    };
  }
  if (request.kind !== 'run') {
    const { archive, study } = existingArchive(request.place);
    const members = membersOf(study);
    if (request.kind === 'list') return () => list(archive, members);
    const format = request.kind === 'export' ? request.format : undefined;
    return () => {
      const { files } = writeResults(archive, study, members, format);
      console.log(`Written: ${files.join(', ')}`);
      return exitStatus.done;
    };
  }
  const { settings } = request;
  // before the first kernel, here and in the workers, which inherit it
  if (!settings.native) process.env['NONSMOOTH_NATIVE'] = 'off';
  const study = readStudy(settings.study, textOf(settings.study));
  const members = membersOf(study);
  requireFitting(members);
  const archive = openArchive(settings.out, study, members, settings.resume);
  return () => runStudy(settings, study, members, archive, parts);
}

function list(archive: Archive, members: readonly Member[]): number {
  for (const member of members) {
    const { facts } = archive.read(member) ?? {};
    const name = [nameOf(member.variation), `start ${member.start}`].filter(Boolean).join(', ');
    console.log(
      `${member.index}  ${name}: ${facts ? `${facts.status}, ${facts.verdict}` : 'not finished'}  ${archive.fileOf(member)}`,
    );
  }
  return exitStatus.done;
}

async function runStudy(
  settings: Settings,
  study: Study,
  members: readonly Member[],
  archive: OpenArchive,
  parts: Laboratory,
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
    const executor = parts.executor(threads);
    const jobs = open.map((member): Job => ({
      member,
      file: archive.fileOf(member),
      checkpointSeconds: settings.checkpoint,
      channel,
    }));
    try {
      await executor.run(jobs, {
        concurrency: threads,
        signal: AbortSignal.any([signal, refused.signal]),
        onOutcome(outcome, _ended, index) {
          const member = open[index]!;
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
  const { files, ended } = writeResults(archive, study, members, settings.format);
  if (settings.progress === 'text') console.log(`Written: ${files.join(', ')}`);
  if (settings.progress === 'json') console.log(JSON.stringify({ event: 'written', files }));
  for (const failure of failures) console.error(`error: ${failure}`);
  if (signal.aborted) {
    console.error(`interrupted: ${counted(members.length - ended, 'member')} left for --resume`);
    return exitStatus.interrupted;
  }
  return failures.length > 0 ? exitStatus.failed : exitStatus.done;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('study', file, `a YAML file that can be read (${code})`);
  }
}
