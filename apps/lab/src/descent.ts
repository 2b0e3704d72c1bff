import {
  cosineDecay,
  inverseDecay,
  kinkWatcher,
  linearDecay,
  stepDecay,
  warmUp,
  type KinkWatch,
  type Schedule,
} from '@nonsmooth/flows';
import { descentLoop } from '@nonsmooth/kernels';
import {
  ArgumentError,
  type DescentLoop,
  type DescentRule,
  type FloatArray,
} from '@nonsmooth/core';
import { batchesOf, type Batches } from './batches.js';
import { Columns } from './columns.js';
import type { Hooks, Part } from './hooks.js';
import type { Problem } from './problem.js';
import { kinksOf } from './judge.js';
import { learningRateOf } from './learning-rate.js';
import type { Known, Recorder } from './recorder.js';
import type { Dynamics } from './study.js';

type DescentAsked = Extract<Dynamics, { kind: 'descent' }>;
/** With its learning rate found. */
type DescentGiven = Omit<DescentAsked, 'learningRate'> & { readonly learningRate: number };

/** Milliseconds of steps between looks at the clock. */
const glance = 50;

/** A descent that goes on from checkpoints, bit for bit: steps do not depend on the blocks they are done in. */
export function descent(problem: Problem, asked: DescentAsked, record: Recorder) {
  const { learningRate, events } = learningRateOf(problem, asked.learningRate);
  const given = { ...asked, learningRate };
  const batches = batchesOf(problem, given);
  const loop = loopOf(problem, given, batches);
  const schedule = scheduleOf(given);
  const { statistics } = problem;
  const everyRow = statistics && rowsOfAll(problem);
  const inBatch = batches && ((step: number) => batches.rows(step).indices);
  const { steps, every } = given;
  const dtype = 'dtype' in problem.risk ? problem.risk.dtype : 'f64';
  if (given.watch && given.fresh) {
    throw new ArgumentError('dynamics.watch', given.watch, 'left out for fresh samples');
  }
  return (hooks: Hooks): Part => {
    const { earlier } = hooks;
    const columns = earlier ? Columns.from(earlier.columns) : new Columns(['t', ...record.names]);
    const theta = new Float64Array(problem.risk.dimension);
    const wanted = new Set(given.saveTheta);
    const kept = new Map([...(earlier?.kept ?? [])].filter(([step]) => wanted.has(step)));
    const watcher =
      given.watch && kinkWatcher(problem.risk, watchOf(given.watch), inBatch, earlier?.kinks);
    const known = (batchLoss: number): Known => ({
      statistics,
      batchLoss,
      hitKinks: watcher?.record()[dtype].steps,
    });
    if (earlier) {
      const { theta: last, moments, facts } = earlier;
      loop.restore({ steps: facts.steps, theta: last, moments });
      if (earlier.statistics) statistics?.restore(earlier.statistics);
      // the last row of a run that ended between two rows of this one
      if (earlier.facts.steps % every !== 0 && earlier.facts.status === 'finished') {
        columns.truncate(columns.length - 1);
      }
    } else {
      loop.read(theta);
      columns.add([0, ...record.row(theta, known(NaN))]);
    }
    const part = (status: Part['status'], reason: string): Part => ({
      columns: columns.read(),
      theta: loop.state().theta.map((x) => (Number.isNaN(x) ? NaN : x)),
      moments: loop.state().moments,
      statistics: statistics?.state(),
      kinks: watcher?.record(),
      ...(kept.size > 0 && { kept: new Map(kept) }),
      status,
      reason,
      gradients: loop.steps,
      steps: loop.steps,
      events:
        status === 'unfinished'
          ? []
          : [...events, ...(watcher ? [{ kind: 'kinksMet', ...watcher.record() }] : [])],
    });

    let saved = Date.now();
    const save = (): void => {
      if (Date.now() - saved < 1000 * hooks.checkpointSeconds) return;
      hooks.checkpoint(part('unfinished', `at step ${loop.steps} of ${steps}`));
      saved = Date.now();
    };
    let block = 1;
    while (loop.steps < steps) {
      const stop = Math.min((Math.floor(loop.steps / every) + 1) * every, steps);
      let loss = NaN;
      while (loop.steps < stop) {
        const began = Date.now();
        const size = Math.min(block, stop - loop.steps);
        loss = advance(size);
        const now = Date.now();
        if (now - began < glance / 2 && size === block) block *= 2;
        if (now - began > 2 * glance) block = Math.max(1, block >> 1);
        hooks.progress(loop.steps, steps);
        if (loop.steps < stop) save();
      }
      loop.read(theta);
      const row = record.row(theta, known(loss));
      columns.add([loop.steps, ...row]);
      if (wanted.has(loop.steps)) kept.set(loop.steps, loop.state().theta);
      const recorded = record.names.includes('loss') ? row[record.names.indexOf('loss')]! : loss;
      if (![loss, recorded].every(Number.isFinite) || !theta.every(Number.isFinite)) {
        return part('failed', `loss or parameters overflowed by step ${loop.steps}`);
      }
      if (loop.steps < steps) save();
    }
    return part('finished', `${steps} steps`);

    /** Steps one by one where something has to be done at each. */
    function advance(size: number): number {
      if (!schedule && !statistics && !watcher) return loop.run(size);
      let loss = NaN;
      for (let i = 0; i < size; i++) {
        const step = loop.steps;
        watcher?.before(loop);
        loss = schedule ? loop.run(1, schedule(step)) : loop.run(1);
        if (statistics) {
          const { inputs, indices } = batches?.rows(step) ?? everyRow!;
          statistics.update(inputs.data, indices);
        }
      }
      return loss;
    }
  };
}

function watchOf({ examine, policies }: NonNullable<DescentGiven['watch']>): KinkWatch {
  return { examine, policies: policies.map(kinksOf) };
}

function rowsOfAll({ samples }: Problem): ReturnType<Batches['rows']> {
  const { inputs } = samples!.training;
  return { inputs, indices: Uint32Array.from({ length: inputs.rows }, (_, i) => i) };
}

function scheduleOf({ learningRate, schedule, warmUp: warm }: DescentGiven): Schedule | undefined {
  const decay = ((): Schedule | undefined => {
    switch (schedule?.kind) {
      case 'step':
        return stepDecay(learningRate, schedule.factor, schedule.every);
      case 'inverse':
        return inverseDecay(learningRate, schedule.halfLife);
      case 'linear':
        return linearDecay(learningRate, schedule.last, schedule.steps);
      case 'cosine':
        return cosineDecay(learningRate, schedule.steps);
      default:
        return undefined;
    }
  })();
  return warm === undefined ? decay : warmUp(warm, decay ?? (() => learningRate));
}

/** A descent loop, and the loss of its last step before its update. */
function loopOf(problem: Problem, given: DescentGiven, batches: Batches | undefined): DescentLoop {
  const { risk, theta0, batchKey } = problem;
  const rule = {
    name: given.rule,
    learningRate: given.learningRate,
    ...given.settings,
  } as DescentRule;
  if ('descent' in risk && risk.descent && !given.fresh) {
    if (given.batch === undefined) return risk.descent(theta0, { rule });
    if (given.replacement) {
      return risk.descent(theta0, { rule, batch: { size: given.batch, key: batchKey } });
    }
  }
  let step = 0;
  const loop = descentLoop(
    {
      dimension: risk.dimension,
      dtype: 'dtype' in risk ? risk.dtype : 'f64',
      samples: 0,
      gradient: (theta: FloatArray, out: FloatArray) =>
        batches ? batches.gradient(step++, theta, out) : risk.gradient(theta, out),
      batchGradient: () => NaN,
    },
    theta0,
    { rule },
  );
  return {
    ...loop,
    get steps() {
      return loop.steps;
    },
    restore(state) {
      loop.restore(state);
      step = state.steps;
    },
  };
}
