import { counted, requireWritable, queueAddress } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { defaultKernels } from '@nonsmooth/kernels';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { openArchive } from '../archive.js';
import { conformanceRun } from '../conformance/run.js';
import { plan } from '../executors/plan.js';
import { requireTravelling } from '../executors/open-members.js';
import { runByQueue, type QueuePlace } from '../executors/run-by-queue.js';
import { requireSameShard, runShard } from '../executors/run-shard.js';
import { isIn, shardOf } from '../executors/shards.js';
import { membersOf } from '../members.js';
import { progressKinds } from '../progress.js';
import { readConformance, readStudy, withLines } from '../read-study.js';
import { requireFitting } from '../run-member.js';
import { runStudy } from '../run-study.js';
import {
  formatNames,
  heapOf,
  heapOption,
  integerOf,
  oneOf,
  optionsOf,
  printing,
  secondsOf,
} from './options.js';
import type { LabCommand } from './command.js';

interface RunOptions {
  readonly workers?: string;
  readonly format?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly native: boolean;
  readonly checkpoint?: string;
  readonly heap?: string;
  readonly progress?: string;
  readonly quiet?: boolean;
  readonly queue?: string;
  readonly attach?: boolean;
  readonly shared?: string;
  readonly shard?: string;
  readonly dryRun?: boolean;
}

/** `nonsmooth run STUDY`. */
export const run: LabCommand = {
  what: 'runs a study described in YAML, or goes on with it',
  prepare(words, laboratory) {
    const cores = availableParallelism();
    const given = optionsOf<RunOptions>('run', run.what, words, (command) =>
      command
        .argument(
          '<study.yaml>',
          'a YAML file that describes the study, such as those in the folder studies of this package',
        )
        .option('--workers <number>', `worker threads (default: ${cores})`)
        .option('--out <folder>', 'folder for the results (default: lab/<name of the study>)')
        .option(
          '--format <name>',
          `of the trajectories: ${formatNames.join(', ')} (default: arrow)`,
        )
        .option('--resume', 'go on with a study that was interrupted, or extend one')
        .option('--checkpoint <seconds>', 'between checkpoints within a member (default: 60)')
        .option(...heapOption)
        .option('--queue <url>', 'by the workers of a queue: redis://HOST:PORT, rediss:// with TLS')
        .option('--attach', 'come back to a study whose members are in the queue')
        .option('--shared <folder>', 'with --queue: the folder that workers were given')
        .option('--shard <k/n>', 'every n-th member, from the k-th on; join them with merge')
        .option('--dry-run', 'tell what would run')
        .option('--progress <kind>', `${progressKinds.join(', ')} (default: text)`)
        .option('--quiet', 'the same as --progress none')
        .option(
          '--no-native',
          'without the native kernels: the portable ones, whose results are the same',
        ),
    );
    if (given.text !== undefined) return printing(given.text);
    const file = given.arguments[0]!;
    const { options } = given;
    const workers = integerOf('--workers', options.workers ?? String(cores), 1, 256);
    const checkpointSeconds = secondsOf('--checkpoint', options.checkpoint ?? '60');
    const heapMegabytes = heapOf(options.heap);
    const kind = oneOf('--progress', options.progress ?? 'text', progressKinds);
    const progress = options.quiet ? 'none' : kind;
    const format = oneOf('--format', options.format ?? 'arrow', formatNames);
    const shard = options.shard === undefined ? undefined : shardOf(options.shard);
    const queue = queueOf(options);
    if (options.out === '') throw new ArgumentError('--out', options.out, 'a folder');
    const name = basename(file).replace(/\.ya?ml$/, '');
    const part = shard ? `${name}.shard-${shard.number}-of-${shard.of}` : name;
    const out = options.out ?? join('lab', part);
    const resume = options.resume ?? options.attach ?? false;
    // before the first kernel, here and in the workers, which inherit it
    if (!options.native) process.env['NONSMOOTH_NATIVE'] = 'off';

    const text = textOf(file);
    const asked = readConformance(file, text);
    if (asked) {
      requireAlone(options);
      return withLines(file, text, () => conformanceRun(asked, out, format, progress));
    }
    const study = readStudy(file, text);
    const members = withLines(file, text, () => {
      const all = membersOf(study);
      requireFitting(all);
      return all;
    });
    const own = shard ? members.filter((member) => isIn(shard, member)) : members;
    if (options.dryRun) return plan({ study, own, out, folder: dirname(resolve(file)), queue });

    if (shard) requireSameShard(out, shard);
    if (queue) requireTravelling(members, dirname(resolve(file)));
    const whole = openArchive(out, study, members, resume);
    const archive = shard
      ? { ...whole, open: whole.open.filter((member) => isIn(shard, member)) }
      : whole;
    const open = { study, members: own, archive };
    const settings = {
      workers,
      heapMegabytes,
      goOn: '--resume',
      progress,
      checkpointSeconds,
    } as const;
    const where = `on ${counted(workers, 'worker thread')}, kernels ${defaultKernels.name}`;
    if (shard) return () => runShard(shard, open, { ...settings, where }, laboratory);
    if (!queue) return () => runStudy(open, { ...settings, where, format }, laboratory);
    return () =>
      runByQueue(queue, dirname(resolve(file)), (executor) =>
        runStudy(
          open,
          {
            ...settings,
            workers: members.length,
            where: `by ${queue.address.shown}`,
            goOn: '--attach',
            format,
          },
          { ...laboratory, executor },
        ),
      );
  },
};

/** @throws ArgumentError for options that do not go together. */
function queueOf({
  queue,
  attach,
  shard,
  shared,
  workers,
  heap,
}: RunOptions): QueuePlace | undefined {
  if (queue === undefined) {
    if (attach) throw new ArgumentError('--attach', '', 'with --queue');
    if (shared !== undefined) throw new ArgumentError('--shared', shared, 'with --queue');
    return undefined;
  }
  if (shard !== undefined) throw new ArgumentError('--shard', shard, 'without --queue');
  if (workers !== undefined) {
    throw new ArgumentError('--workers', workers, 'without --queue: an option of its workers');
  }
  if (heap !== undefined) {
    throw new ArgumentError('--heap', heap, 'without --queue: an option of its workers');
  }
  if (shared !== undefined) requireWritable('--shared', shared);
  return { address: queueAddress(queue, process.env), shared };
}

/** @throws ArgumentError for options of studies with members. */
function requireAlone({ queue, shard, attach, dryRun }: RunOptions): void {
  const given = Object.entries({ queue, shard, attach, 'dry-run': dryRun }).find(
    ([, value]) => value !== undefined,
  );
  if (!given) return;
  const [name, value] = given;
  throw new ArgumentError(`--${name}`, value, 'left out for a study of answers at kinks');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('study', file, `a YAML file that can be read (${code})`);
  }
}
