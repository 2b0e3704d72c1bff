import {
  connect,
  exitStatus,
  interruption,
  queueAddress,
  requireWritable,
} from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ownBuild } from '../executors/lab-build.js';
import { inFolder, inJobs } from '../executors/file-store.js';
import { serveQueue } from '../executors/queue-worker.js';
import type { LabCommand } from './command.js';
import { memberQueue } from '../executors/run-by-queue.js';
import {
  heapOf,
  heapOption,
  integerOf,
  optionsOf,
  printing,
  queueOption,
  requireQueue,
  secondsOf,
} from './options.js';

interface WorkerOptions {
  readonly queue?: string;
  readonly workers?: string;
  readonly data?: string;
  readonly shared?: string;
  readonly lostAfter?: string;
  readonly heap?: string;
  readonly untilEmpty?: boolean;
  readonly native: boolean;
}

/** `nonsmooth worker --queue URL`. */
export const worker: LabCommand = {
  what: 'runs members of studies that others have put into a queue',
  prepare(words, laboratory) {
    const cores = availableParallelism();
    const given = optionsOf<WorkerOptions>('worker', worker.what, words, (command) =>
      command
        .option(...queueOption)
        .option('--workers <number>', `members at the same time (default: ${cores})`)
        .option('--data <folder>', 'where the files lie that studies read (default: none)')
        .option(
          '--shared <folder>',
          'for checkpoints and results, shared with the other machines (default: they travel through the queue)',
        )
        .option(
          '--lost-after <seconds>',
          'silent for so long, a machine is taken for dead (default: 30)',
        )
        .option(...heapOption)
        .option('--until-empty', 'end when the queue is empty')
        .option(
          '--no-native',
          'without the native kernels: the portable ones, whose results are the same',
        ),
    );
    if (given.text !== undefined) return printing(given.text);
    const { options } = given;
    const address = queueAddress(requireQueue(options.queue), process.env);
    const workers = integerOf('--workers', options.workers ?? String(cores), 1, 256);
    const lostAfterSeconds = secondsOf('--lost-after', options.lostAfter ?? '30');
    const heap = heapOf(options.heap);
    const { data, shared } = options;
    if (data !== undefined && !statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ArgumentError('--data', data, 'a folder');
    }
    if (shared !== undefined) requireWritable('--shared', shared);
    if (!options.native) process.env['NONSMOOTH_NATIVE'] = 'off';
    return async () => {
      const { signal, release } = interruption();
      const say = (line: string): void => console.log(line);
      const connection = await connect(address, memberQueue, say, Infinity, signal);
      const threads = laboratory.queueThreads(workers, heap);
      try {
        const settings = {
          connection,
          build: ownBuild(),
          say,
          signal,
          workers,
          data,
          store: shared === undefined ? inJobs : inFolder(shared),
          channel: `queue-${process.pid}`,
          lostAfterSeconds,
          untilEmpty: options.untilEmpty ?? false,
        };
        await serveQueue(settings, threads);
      } finally {
        await threads.close();
        await connection.close();
        release();
      }
      return exitStatus.done;
    };
  },
};
