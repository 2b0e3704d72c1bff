import { parseWords } from '@nonsmooth/apps-shared';
import { ArgumentError, suggestion } from '@nonsmooth/core';
import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { studySchema } from './study.js';
import { formats, type Format } from './tables/tables.js';

/** What a command works with. */
export interface Settings {
  /** The YAML file. */
  readonly study: string;
  readonly workers: number;
  readonly out: string;
  readonly format: Format;
  readonly resume: boolean;
  /** Use native kernels where there are some. */
  readonly native: boolean;
  readonly progress: ProgressKind;
  /** Seconds from one checkpoint of a member to the next. */
  readonly checkpoint: number;
}

const progressKinds = ['text', 'json', 'none'] as const;

/** How progress is shown. */
export type ProgressKind = (typeof progressKinds)[number];

/** The command line, understood. */
export type Request =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'list' | 'report'; readonly place: string }
  | { readonly kind: 'export'; readonly place: string; readonly format: Format }
  | { readonly kind: 'print'; readonly text: string };

const words = {
  run: 'runs a study described in YAML, or goes on with it',
  list: 'lists the members of a study and what became of them',
  report: 'writes the report of a study anew',
  export: 'writes the trajectories of a study as a table',
  schema: 'prints the JSON schema of studies, with which editors complete them',
} as const;

type Word = keyof typeof words;

const help = [
  'Usage: npm run lab -- <command> …',
  '',
  'Studies: ensembles of training dynamics described in YAML, on worker threads.',
  '',
  ...Object.entries(words).map(([word, what]) => `  ${word.padEnd(8)}${what}`),
  '',
  'npm run lab -- <command> --help shows the options of a command.',
  '',
].join('\n');

/** @throws ArgumentError that names the argument, the value and what is allowed. */
export function parseCommandLine(given: readonly string[]): Request {
  const [word = '', ...rest] = given;
  if (word === '--help' || word === '-h' || word === 'help') return { kind: 'print', text: help };
  if (!Object.hasOwn(words, word)) {
    if (/\.ya?ml$/.test(word)) {
      throw new ArgumentError('command', word, `run before a study: run ${given.join(' ')}`);
    }
    const names = Object.keys(words);
    const meant = suggestion(word, names).map((name) => `; did you mean ${name}?`);
    throw new ArgumentError('command', word, `${names.join(', ')}, --help${meant.join('')}`);
  }
  return parsers[word as Word](rest);
}

const parsers: { readonly [Name in Word]: (words: readonly string[]) => Request } = {
  run: parseRun,
  list: (given) =>
    placed(
      'list',
      given,
      () => {},
      (place) => ({ kind: 'list', place }),
    ),
  report: (given) =>
    placed(
      'report',
      given,
      () => {},
      (place) => ({ kind: 'report', place }),
    ),
  schema: () => ({
    kind: 'print',
    text: `${JSON.stringify(z.toJSONSchema(studySchema, { io: 'input' }), null, 2)}\n`,
  }),
  export: (given) =>
    placed(
      'export',
      given,
      (command) =>
        void command.option('--format <name>', `${Object.keys(formats).join(', ')} (default: csv)`),
      (place, { format = 'csv' }) => ({ kind: 'export', place, format: requireFormat(format) }),
    ),
};

function placed(
  word: 'list' | 'report' | 'export',
  given: readonly string[],
  options: (command: Command) => void,
  request: (place: string, options: { format?: string }) => Request,
): Request {
  const command = new Command(`npm run lab -- ${word}`)
    .description(words[word])
    .argument('<folder>', 'a folder of results, such as lab/threshold');
  options(command);
  const text = parseWords(command, given);
  return text === undefined ? request(command.args[0]!, command.opts()) : { kind: 'print', text };
}

function requireFormat(format: string): Format {
  if (Object.hasOwn(formats, format)) return format as Format;
  throw new ArgumentError('--format', format, Object.keys(formats).join(', '));
}

function parseRun(given: readonly string[]): Request {
  const command = new Command('npm run lab -- run')
    .description(words.run)
    .argument(
      '<study.yaml>',
      'a YAML file that describes the study, such as those in apps/lab/studies',
    )
    .option('--workers <number>', `worker threads (default: ${availableParallelism()})`)
    .option('--out <folder>', 'folder for the results (default: lab/<name of the study>)')
    .option('--format <name>', 'of the trajectories: arrow, csv, parquet (default: arrow)')
    .option('--resume', 'go on with a study that was interrupted, or extend one')
    .option('--checkpoint <seconds>', 'between checkpoints within a member (default: 60)')
    .option('--progress <kind>', `${progressKinds.join(', ')} (default: text)`)
    .option('--quiet', 'the same as --progress none')
    .option(
      '--no-native',
      'without the native kernels: the portable ones, whose results are the same',
    );
  const text = parseWords(command, given);
  if (text !== undefined) return { kind: 'print', text };
  const study = command.args[0]!;
  const options = command.opts<{
    workers?: string;
    format?: string;
    out?: string;
    resume?: boolean;
    native: boolean;
    checkpoint?: string;
    progress?: string;
    quiet?: boolean;
  }>();
  const { workers = String(availableParallelism()), checkpoint = '60', out } = options;
  const count = Number(workers);
  if (!(Number.isInteger(count) && count >= 1 && count <= 256)) {
    throw new ArgumentError('--workers', workers, 'an integer from 1 to 256');
  }
  const seconds = Number(checkpoint);
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new ArgumentError('--checkpoint', checkpoint, 'a number of seconds > 0');
  }
  const progress = progressKinds.find((kind) => kind === (options.progress ?? 'text'));
  if (!progress) throw new ArgumentError('--progress', options.progress, progressKinds.join(', '));
  if (out === '') throw new ArgumentError('--out', out, 'a folder');
  return {
    kind: 'run',
    settings: {
      study,
      workers: count,
      out: out ?? join('lab', basename(study).replace(/\.ya?ml$/, '')),
      format: requireFormat(options.format ?? 'arrow'),
      resume: options.resume ?? false,
      native: options.native,
      progress: options.quiet ? 'none' : progress,
      checkpoint: seconds,
    },
  };
}
