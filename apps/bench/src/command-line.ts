import { parseWords, queueAddress, type QueueAddress } from '@nonsmooth/apps-shared';
import { activationNames, ArgumentError } from '@nonsmooth/kernels';
import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { threadsOf } from './benchmark.js';
import { warmUpSeconds } from './job.js';
import type { Scenario } from './scenario.js';
import { studyActivations } from './scenarios/study.js';
import type { Settings } from './settings.js';

/** The command line, understood: settings to run with, or a text to print instead. */
export type Request =
  | {
      readonly kind: 'run';
      readonly settings: Settings;
      /** Whose workers do the jobs; here without. Not of the settings, which are written: it may hold secrets. */
      readonly queue?: QueueAddress;
    }
  /** Do jobs that others have put into a queue, on so many threads. */
  | { readonly kind: 'serve'; readonly queue: QueueAddress; readonly threads: number }
  | { readonly kind: 'print'; readonly text: string };

const maximalThreads = 256;

/** @throws ArgumentError that names the argument, the value and what is allowed. */
export function parseCommandLine(
  words: readonly string[],
  scenarios: readonly Scenario[],
): Request {
  const command = new Command('npm start --')
    .description(
      'Measures the throughput of the packages on worker threads, and whether the work is right.',
    )
    .option(
      '--scenario <names>',
      'which scenarios, in detail; separated by commas or repeated (default: all)',
      collect,
    )
    .option(
      '--threads <numbers>',
      `numbers of worker threads (default: ${defaultThreads().join(',')})`,
      collect,
    )
    .option(
      '--seconds <number>',
      'seconds per timed measurement (default: as fits half a minute)',
      once,
    )
    .option('--seed <integer>', 'seed of all random numbers (default: 1)', once)
    .option('--out <folder>', 'folder for results.json and report.html (default: benchmark)', once)
    .option('--json', 'print the results as JSON on stdout, progress on stderr')
    .option(
      '--compare <file>',
      'say what got slower or less accurate since the run that wrote this results.json',
      once,
    )
    .option(
      '--activation <names>',
      `activations of the study sad (default: ${studyActivations.join(',')})`,
      collect,
    )
    .option('--dtype <name>', 'arithmetic of the study sad, f32 or f64 (default: f32)', once)
    .option(
      '--queue <url>',
      'have the workers of a queue do the work: redis://HOST:PORT, rediss:// with TLS',
      once,
    )
    .option('--serve <url>', 'be a worker of a queue, on the largest number of --threads', once)
    .option(
      '--no-native',
      'without the native kernels: the portable ones, whose results are the same',
    )
    .option(
      '--peers',
      'install other libraries into .peers and compare the kernels with them, and with NumPy, PyTorch and JAX where there is a Python with them (NONSMOOTH_PYTHON names one)',
    )
    .addHelpText('after', ({ command: shown }) => `\nScenarios:\n${listOf(scenarios, shown)}`);
  const text = parseWords(command, words);
  if (text !== undefined) return { kind: 'print', text };
  const options = command.opts<Options>();
  const settings = settingsFrom(options, scenarios);
  const { queue, serve } = options;
  if (serve !== undefined) {
    if (queue !== undefined) throw new ArgumentError('--queue', queue, 'without --serve');
    const threads = settings.threads.at(-1)!;
    return { kind: 'serve', queue: queueAddress(serve, process.env, '--serve'), threads };
  }
  if (queue === undefined) return { kind: 'run', settings };
  return { kind: 'run', settings, queue: queueAddress(queue, process.env) };
}

interface Options {
  readonly scenario?: readonly string[];
  readonly threads?: readonly string[];
  readonly seconds?: string;
  readonly seed?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly activation?: readonly string[];
  readonly dtype?: string;
  readonly native: boolean;
  readonly peers?: boolean;
  readonly compare?: string;
  readonly queue?: string;
  readonly serve?: string;
}

function settingsFrom(options: Options, scenarios: readonly Scenario[]): Settings {
  const known = scenarios.map(({ name }) => name);
  const threads = options.threads?.map((word) =>
    toNumber('--threads', word, isThreadCount, threadCounts),
  );
  const chosen = chooseFrom('--scenario', options.scenario, known);
  const activations = chooseFrom(
    '--activation',
    options.activation,
    activationNames,
    studyActivations,
  );
  const counts = [...new Set(threads ?? defaultThreads())].sort((a, b) => a - b);
  const dtype = options.dtype ?? 'f32';
  if (dtype !== 'f32' && dtype !== 'f64') throw new ArgumentError('--dtype', dtype, 'f32, f64');
  const out = options.out ?? 'benchmark';
  if (out === '') throw new ArgumentError('--out', out, 'a folder');
  const given = {
    scenarios: chosen,
    threads: counts,
    seed: toNumber('--seed', options.seed ?? '1', isSeed, 'an integer from 0 to 2^53 − 1'),
    out,
    json: options.json ?? false,
    activations,
    dtype,
    detailed: options.scenario !== undefined || options.peers === true,
    native: options.native,
    peers: options.peers ?? false,
    ...(options.compare !== undefined && { compare: options.compare }),
  } as const;
  const seconds =
    options.seconds === undefined
      ? fittingSeconds(scenarios, { ...given, seconds: 1 })
      : toNumber(
          '--seconds',
          options.seconds,
          (n) => n > 0 && n <= 3600,
          'a number > 0, at most 3600',
        );
  return { ...given, seconds };
}

/** Timed measurements share about 20 seconds. */
function fittingSeconds(scenarios: readonly Scenario[], settings: Settings): number {
  const timed = scenarios
    .filter(({ name }) => settings.scenarios.includes(name))
    .flatMap((scenario) => scenario.cases(settings))
    .filter(({ kind }) => kind === 'timed')
    .flatMap((one) => threadsOf(one, settings)).length;
  const each = 20 / Math.max(1, timed);
  return Number(Math.min(1, Math.max(0.1, each - warmUpSeconds(each))).toFixed(2));
}

/** 1, 2, … N on N cores; powers of two and N on many. */
export function defaultThreads(cores: number = availableParallelism()): readonly number[] {
  if (cores <= 4) return Array.from({ length: cores }, (_, i) => i + 1);
  const powers = Array.from({ length: Math.floor(Math.log2(cores)) + 1 }, (_, i) => 2 ** i);
  return powers.includes(cores) ? powers : [...powers, cores];
}

function isThreadCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= maximalThreads;
}
const threadCounts = `integers from 1 to ${maximalThreads}, separated by commas`;

function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function toNumber(
  argument: string,
  word: string,
  isAllowed: (value: number) => boolean,
  allowed: string,
): number {
  const value = word.trim() === '' ? NaN : Number(word);
  if (!isAllowed(value)) throw new ArgumentError(argument, word, allowed);
  return value;
}

function chooseFrom(
  argument: string,
  chosen: readonly string[] | undefined,
  known: readonly string[],
  otherwise = known,
): readonly string[] {
  if (!chosen) return otherwise;
  for (const name of chosen) {
    if (!known.includes(name)) throw new ArgumentError(argument, name, known.join(', '));
  }
  return known.filter((name) => chosen.includes(name));
}

function collect(words: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...words.split(',').map((word) => word.trim())];
}

function once(word: string): string {
  return word;
}

/** Formatted as the options are, for the width of the terminal. */
function listOf(scenarios: readonly Scenario[], command: Command): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: process.stdout.columns ?? 80 });
  const width = Math.max(0, ...scenarios.map(({ name }) => name.length));
  return scenarios
    .map(({ name, summary, packages }) =>
      help.formatItem(name, width, `${summary} (${packages.join(', ')})`, help),
    )
    .join('\n');
}
