import {
  ArgumentError,
  requireCount,
  requireFunction,
  requireKey,
  requireKnownOptions,
  requireObject,
  type DescentLoop,
  type DescentOptions,
  type DescentRule,
  type Objective,
  type OptionNames,
  type SampledObjective,
} from '@nonsmooth/core';
import { descentLoop } from '@nonsmooth/kernels';
import { requireStart } from '../checks.js';
import { kinkWatcher, type KinkRecord, type KinkWatch, type KinkWatcher } from './kink-watcher.js';
import type { Schedule } from './schedules.js';

/** Options of `descend`: steps, batches, learning rates and records. */
export interface DescendOptions {
  /** Number of steps, a positive integer. */
  readonly steps: number;
  /** Random batches, drawn with replacement from `key`; all samples at every step if absent. */
  readonly batch?: DescentOptions['batch'];
  /** Learning rates instead of the rule's constant one. */
  readonly schedule?: Schedule;
  /** Record after every `every` steps, and after the last. Default: only after the last. */
  readonly every?: number;
  /** Sees every record as it is made; returning `false` stops the descent. */
  readonly observe?: (record: DescentRecord) => boolean | void;
  /** Count the kinks that steps meet exactly, and examine policies there: costs evaluations of all switching variables per step. */
  readonly kinks?: KinkWatch;
}

const descendOptionNames: OptionNames<DescendOptions> = {
  steps: true,
  batch: true,
  schedule: true,
  every: true,
  observe: true,
  kinks: true,
};

/** The state of a descent after some of its steps. */
export interface DescentRecord {
  /** Steps done. */
  readonly step: number;
  /** Loss on the last batch, before its update. */
  readonly loss: number;
  readonly theta: Float64Array;
}

/** The result of `descend`. */
export interface Descent {
  /** The start (with its full loss) and every record. */
  readonly records: readonly DescentRecord[];
  /** The last finite parameters. */
  readonly theta: Float64Array;
  /** nonFinite: loss or parameters overflowed before the last record, which is left out. */
  readonly status: 'finished' | 'stopped' | 'nonFinite';
  /** Only if `kinks` were watched. */
  readonly kinks?: KinkRecord;
}

/**
 * Descends an objective from θ₀ by an update rule: gradient descent without `batch`, stochastic with it. The
 * result depends on objective, θ₀, rule, key and steps only, bit for bit.
 * @throws ArgumentError for steps, every or a batch size that is no positive integer, or a batch for an
 *   objective that is no mean over samples, a schedule that gives no finite rate; ShapeError, NonFiniteError for θ₀.
 */
export function descend(
  objective: Objective | SampledObjective,
  theta0: ArrayLike<number>,
  rule: DescentRule,
  options: DescendOptions,
): Descent {
  requireStart(objective, theta0);
  requireSampling(objective);
  requireObject('rule', rule);
  requireObject('options', options);
  requireKnownOptions('options', options, descendOptionNames);
  const { steps, batch, every = steps, observe, schedule, kinks } = options;
  if (observe !== undefined) requireFunction('observe', observe);
  if (schedule !== undefined) requireFunction('schedule', schedule);
  requireCount('steps', steps);
  requireCount('every', every);
  if (batch) {
    requireCount('batch.size', batch.size);
    requireKey('batch.key', batch.key);
    if (!('batchGradient' in objective)) {
      throw new ArgumentError('batch', batch, 'an objective that is a mean over samples');
    }
  }

  const start = Float64Array.from(theta0);
  const loop = descentOf(objective, start, { rule, ...(batch && { batch }) });
  const watcher = kinks && kinkWatcher(objective, kinks, batch);
  const records: DescentRecord[] = [{ step: 0, loss: objective.value(start), theta: start }];
  let status: Descent['status'] = 'finished';
  for (let done = 0; done < steps;) {
    const block = Math.min(every, steps - done);
    const loss = schedule || watcher ? runSingly(loop, block, schedule, watcher) : loop.run(block);
    done += block;
    const theta = new Float64Array(objective.dimension);
    loop.read(theta);
    if (!Number.isFinite(loss) || !theta.every(Number.isFinite)) {
      status = 'nonFinite';
      break;
    }
    const record = { step: done, loss, theta };
    records.push(record);
    if (observe?.(record) === false) {
      status = 'stopped';
      break;
    }
  }
  return {
    records,
    theta: records[records.length - 1]!.theta,
    status,
    ...(watcher && { kinks: watcher.record() }),
  };
}

/** What an objective brings beyond the gradient is made of functions. */
function requireSampling(objective: Objective): void {
  const given = objective as { readonly [Name in keyof SampledObjective]?: unknown };
  for (const name of ['batchGradient', 'descent'] as const) {
    if (given[name] !== undefined) requireFunction(`objective.${name}`, given[name]);
  }
}

/** The kernel's loop where the objective has one, else the loop over its gradients. */
function descentOf(
  objective: Objective | SampledObjective,
  start: Float64Array,
  options: DescentOptions,
): DescentLoop {
  if ('descent' in objective && objective.descent) return objective.descent(start, options);
  const sampled = 'batchGradient' in objective ? objective : undefined;
  return descentLoop(
    {
      dimension: objective.dimension,
      dtype: 'f64',
      samples: sampled?.samples ?? 0,
      gradient: (theta, out) => objective.gradient(theta, out),
      batchGradient: (theta, indices, out) => sampled!.batchGradient(theta, indices, out),
    },
    start,
    options,
  );
}

/** Step by step, with the schedule's rates and an eye on the kinks before each step. */
function runSingly(
  loop: DescentLoop,
  steps: number,
  schedule: Schedule | undefined,
  watcher: KinkWatcher | undefined,
): number {
  let loss = Number.NaN;
  for (let i = 0; i < steps; i++) {
    watcher?.before(loop);
    if (!schedule) {
      loss = loop.run(1);
      continue;
    }
    const rate = schedule(loop.steps);
    if (!Number.isFinite(rate)) {
      throw new ArgumentError(`schedule(${loop.steps})`, rate, 'a finite learning rate');
    }
    loss = loop.run(1, rate);
  }
  return loss;
}
