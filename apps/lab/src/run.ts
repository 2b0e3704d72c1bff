import {
  counted,
  interruption,
  workerPool,
  writeWhole,
  type Outcome,
} from '@nonsmooth/apps-shared';
import { ArgumentError, defaultKernels } from '@nonsmooth/kernels';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, type Archive } from './archive.js';
import { parseCommandLine, type Settings } from './command-line.js';
import { membersOf, nameOf, type Member } from './members.js';
import { readStudy } from './read-study.js';
import { reportPage } from './report.js';
import { requireFitting, type MemberResult } from './run-member.js';
import type { Study } from './study.js';
import { memberColumns, toArrow, toCsv, trajectoryColumns } from './tables.js';

export const exitStatus = { done: 0, failed: 1, badUse: 2, interrupted: 130 } as const;

/** The whole command: from the words of the command line to the exit status. */
export async function run(words: readonly string[], worker: URL): Promise<number> {
  let settings: Settings;
  let study: Study;
  let members: Member[];
  let archive: Archive;
  try {
    const request = parseCommandLine(words);
    if (request.kind === 'print') {
      process.stdout.write(request.text);
      return exitStatus.done;
    }
    settings = request.settings;
    // before the first kernel, here and in the workers, which inherit it
    if (!settings.native) process.env['NONSMOOTH_NATIVE'] = 'off';
    study = readStudy(settings.study, textOf(settings.study));
    members = membersOf(study);
    requireFitting(members);
    archive = openArchive(settings.out, study, settings.resume);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(`error: ${error.message}`);
    return exitStatus.badUse;
  }

  const { signal, release } = interruption();
  const open = members.filter(({ index }) => !archive.earlier.has(index));
  const resumed = members.length - open.length;
  console.log(
    `${study.title}: ${counted(members.length, 'member')} on ${counted(settings.workers, 'worker thread')}, ` +
      `kernels ${defaultKernels.name}` +
      (resumed > 0 ? `, ${resumed} of them done earlier` : ''),
  );
  const results = new Map(archive.earlier);
  const failures: string[] = [];
  await runAll(open, settings.workers, worker, signal, (outcome, member, ended) => {
    const place = `[${String(resumed + ended).padStart(String(members.length).length)}/${members.length}]`;
    const name = [nameOf(member.variation), `start ${member.start}`].filter(Boolean).join(', ');
    if (outcome.status === 'done') {
      const { result } = outcome;
      archive.store(result);
      results.set(result.index, result);
      const loss = result.columns.loss.at(-1)!.toExponential(2);
      const norm = result.columns.norm.at(-1)!.toPrecision(4);
      console.log(
        `${place} ${name}: ${result.status}, L = ${loss}, ‖θ‖ = ${norm}, ${result.verdict}`,
      );
    } else if (outcome.status === 'failed') {
      failures.push(`${name}: ${outcome.reason}`);
      console.log(`${place} ${name}: FAILED: ${outcome.reason}`);
    }
  });
  release();

  // in the order of the members, whatever the order in which they ended
  const ordered = members.flatMap(({ index }) => results.get(index) ?? []);
  const files = ordered.length > 0 ? writeResults(settings, study, ordered, members.length) : [];
  if (files.length > 0) console.log(`Written: ${files.join(', ')}`);
  for (const failure of failures) console.error(`error: ${failure}`);
  if (signal.aborted) {
    const left = members.length - ordered.length;
    console.error(`interrupted: ${counted(left, 'member')} left for --resume`);
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

/** Runs members until all have ended or `signal` aborts. */
async function runAll(
  members: readonly Member[],
  workers: number,
  worker: URL,
  signal: AbortSignal,
  onEnd: (outcome: Outcome<MemberResult>, member: Member, ended: number) => void,
): Promise<void> {
  if (members.length === 0) return;
  const pool = workerPool<Member, MemberResult>({
    worker,
    threads: Math.min(workers, members.length),
    secondsPerJob: 24 * 3600,
    heapMegabytes: 2048,
  });
  let ended = 0;
  try {
    await pool.run(members, {
      concurrency: Math.min(workers, members.length),
      signal,
      onOutcome: (outcome, _ended, index) => onEnd(outcome, members[index]!, ++ended),
    });
  } finally {
    await pool.close();
  }
}

/** The same bytes for any number of workers, interrupted in between or not. */
function writeResults(
  { out, format }: Settings,
  study: Study,
  results: readonly MemberResult[],
  members: number,
): string[] {
  const trajectories = trajectoryColumns(results);
  const contents: Record<string, string | Uint8Array> = {
    [`trajectories.${format}`]: format === 'arrow' ? toArrow(trajectories) : toCsv(trajectories),
    'members.csv': toCsv(memberColumns(results)),
    'report.html': reportPage(study, results, members - results.length),
  };
  return Object.entries(contents).map(([name, content]) => {
    const path = join(out, name);
    writeWhole(path, content);
    return path;
  });
}
