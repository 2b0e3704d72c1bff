import { ArgumentError } from '@nonsmooth/core';
import { numbersOf, requireKeys, type SavedMemory } from '../memory.js';
import type { Statistics } from '../problem.js';
import { beginning, copyProgress, finished, type Progress } from './progress.js';
import type { WatchesState } from './watches.js';

/** All that an integration needs to go on, bit for bit, as plain data. */
export interface Checkpoint {
  /** Name of the method. */
  readonly method: string;
  readonly progress: Readonly<Progress>;
  readonly y: readonly number[];
  readonly statistics: Statistics;
  /** What the method remembers. */
  readonly stepper: SavedMemory;
  /** What is known of the last step, to judge interpolants by. */
  readonly dense: SavedMemory;
  /** What is known of events and modes. The mode must be plain data for the checkpoint to be. */
  readonly watches: WatchesState;
}

/** What an integration expects of a checkpoint. */
export interface Expected {
  readonly method: string;
  readonly dimension: number;
  readonly t0: number;
  readonly t1: number;
  readonly statistics: Statistics;
}

const keys = ['method', 'progress', 'y', 'statistics', 'stepper', 'dense', 'watches'];

/** Checks all of a checkpoint but what stepper and watches check. @throws ArgumentError */
export function requireCheckpoint(from: Checkpoint, expected: Expected): void {
  requireKeys('from', from, keys);
  const { method, dimension, t0, t1 } = expected;
  const model = beginning(t0);
  requireKeys('from.progress', from.progress, Object.keys(model));
  requireKeys('from.progress.history', from.progress.history, Object.keys(model.history));
  requireKeys('from.progress.restarts', from.progress.restarts, Object.keys(model.restarts));
  requireKeys('from.progress.grid', from.progress.grid, Object.keys(model.grid));
  requireSameTypes('from.progress', from.progress, model);
  requireSameTypes('from.progress.history', from.progress.history, model.history);
  requireSameTypes('from.progress.grid', from.progress.grid, model.grid);
  requireKeys('from.statistics', from.statistics, Object.keys(expected.statistics));
  requireSameTypes('from.statistics', from.statistics, expected.statistics);
  if (from.method !== method) throw new ArgumentError('from.method', from.method, method);
  numbersOf('from.y', from.y, dimension);
  const { t } = from.progress;
  const direction = Math.sign(t1 - t0);
  if (!(direction * (t - t0) >= 0 && direction * (t1 - t) >= 0)) {
    throw new ArgumentError('from.progress.t', t, `times from t0 = ${t0} to t1 = ${t1}`);
  }
}

/** Throws ArgumentError where an entry has another type than the same one of the model. */
function requireSameTypes(where: string, given: object, model: object): void {
  const entries = given as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(model)) {
    if (typeof entries[name] === typeof value) continue;
    throw new ArgumentError(`${where}.${name}`, entries[name], `a ${typeof value}`);
  }
}

/** Makes `progress` that of a checkpoint, which may be continued to a later t1 than its own. */
export function restoreProgress(progress: Progress, saved: Readonly<Progress>, t1: number): void {
  copyProgress(progress, saved);
  // JSON has null for NaN
  progress.restarts.lastReset ??= Number.NaN;
  progress.restarts.lastInterval ??= Number.NaN;
  if (saved.t !== t1 && saved.reason === finished) progress.reason = '';
}
