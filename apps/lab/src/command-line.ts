import { parseWords } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/kernels';
import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

export interface Settings {
  /** The YAML file. */
  readonly study: string;
  readonly workers: number;
  readonly out: string;
  readonly format: 'arrow' | 'csv';
  readonly resume: boolean;
  /** Use native kernels where there are some. */
  readonly native: boolean;
}

export type Request =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'print'; readonly text: string };

/** @throws ArgumentError that names the argument, the value and what is allowed. */
export function parseCommandLine(words: readonly string[]): Request {
  const command = new Command('npm run lab --')
    .description(
      'Runs a study: an ensemble of training dynamics described in YAML, on worker threads.',
    )
    .argument(
      '<study.yaml>',
      'a YAML file that describes the study, such as those in apps/lab/studies',
    )
    .option('--workers <number>', `worker threads (default: ${availableParallelism()})`)
    .option('--out <folder>', 'folder for the results (default: lab/<name of the study>)')
    .option('--format <name>', 'of the trajectories: arrow or csv (default: arrow)')
    .option('--resume', 'go on with a study that was interrupted')
    .option(
      '--no-native',
      'without the native kernels: the portable ones, whose results are the same',
    );
  const text = parseWords(command, words);
  if (text !== undefined) return { kind: 'print', text };
  const study = command.args[0]!;
  const {
    workers = String(availableParallelism()),
    format = 'arrow',
    out,
    resume,
    native,
  } = command.opts<{
    workers?: string;
    format?: string;
    out?: string;
    resume?: boolean;
    native: boolean;
  }>();
  const count = Number(workers);
  if (!(Number.isInteger(count) && count >= 1 && count <= 256)) {
    throw new ArgumentError('--workers', workers, 'an integer from 1 to 256');
  }
  if (format !== 'arrow' && format !== 'csv') {
    throw new ArgumentError('--format', format, 'arrow, csv');
  }
  if (out === '') throw new ArgumentError('--out', out, 'a folder');
  return {
    kind: 'run',
    settings: {
      study,
      workers: count,
      out: out ?? join('lab', basename(study).replace(/\.ya?ml$/, '')),
      format,
      resume: resume ?? false,
      native,
    },
  };
}
