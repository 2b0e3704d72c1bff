import { ArgumentError } from '@nonsmooth/core';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { openArchive } from '../archive.js';
import { membersOf } from '../members.js';
import { progressKinds } from '../progress.js';
import { readStudy } from '../read-study.js';
import { requireFitting } from '../run-member.js';
import { runStudy } from '../run-study.js';
import { formatNames, oneOf, optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

interface RunOptions {
  readonly workers?: string;
  readonly format?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly native: boolean;
  readonly checkpoint?: string;
  readonly progress?: string;
  readonly quiet?: boolean;
}

/** `nonsmooth run STUDY`. */
export const run: LabCommand = {
  what: 'runs a study described in YAML, or goes on with it',
  prepare(words, laboratory) {
    const given = optionsOf<RunOptions>('run', run.what, words, (command) =>
      command
        .argument(
          '<study.yaml>',
          'a YAML file that describes the study, such as those in the folder studies of this package',
        )
        .option('--workers <number>', `worker threads (default: ${availableParallelism()})`)
        .option('--out <folder>', 'folder for the results (default: lab/<name of the study>)')
        .option(
          '--format <name>',
          `of the trajectories: ${formatNames.join(', ')} (default: arrow)`,
        )
        .option('--resume', 'go on with a study that was interrupted, or extend one')
        .option('--checkpoint <seconds>', 'between checkpoints within a member (default: 60)')
        .option('--progress <kind>', `${progressKinds.join(', ')} (default: text)`)
        .option('--quiet', 'the same as --progress none')
        .option(
          '--no-native',
          'without the native kernels: the portable ones, whose results are the same',
        ),
    );
    if (given.text !== undefined) return printing(given.text);
    const file = given.arguments[0]!;
    const {
      workers = String(availableParallelism()),
      checkpoint = '60',
      ...options
    } = given.options;
    const count = Number(workers);
    if (!(Number.isInteger(count) && count >= 1 && count <= 256)) {
      throw new ArgumentError('--workers', workers, 'an integer from 1 to 256');
    }
    const seconds = Number(checkpoint);
    if (!(seconds > 0 && seconds < Infinity)) {
      throw new ArgumentError('--checkpoint', checkpoint, 'a number of seconds > 0');
    }
    const progress = oneOf('--progress', options.progress ?? 'text', progressKinds);
    if (options.out === '') throw new ArgumentError('--out', options.out, 'a folder');
    const format = oneOf('--format', options.format ?? 'arrow', formatNames);
    // before the first kernel, here and in the workers, which inherit it
    if (!options.native) process.env['NONSMOOTH_NATIVE'] = 'off';
    const study = readStudy(file, textOf(file));
    const members = membersOf(study);
    requireFitting(members);
    const out = options.out ?? join('lab', basename(file).replace(/\.ya?ml$/, ''));
    const archive = openArchive(out, study, members, options.resume ?? false);
    return () =>
      runStudy(
        { study, members, archive },
        {
          workers: count,
          format,
          progress: options.quiet ? 'none' : progress,
          checkpointSeconds: seconds,
        },
        laboratory,
      );
  },
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('study', file, `a YAML file that can be read (${code})`);
  }
}
