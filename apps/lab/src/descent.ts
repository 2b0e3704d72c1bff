import {
  cosineDecay,
  inverseDecay,
  linearDecay,
  stepDecay,
  warmUp,
  type Schedule,
} from '@nonsmooth/flows';
import { permutation, foldIn } from '@nonsmooth/tensor';
import { descentLoop } from '@nonsmooth/kernels';
import {
  ArgumentError,
  type DescentLoop,
  type DescentRule,
  type FloatArray,
} from '@nonsmooth/core';
import { Columns } from './columns.js';
import type { Hooks, Part } from './hooks.js';
import type { Problem } from './problem.js';
import type { Recorder } from './recorder.js';
import type { Dynamics } from './study.js';

type DescentGiven = Extract<Dynamics, { kind: 'descent' }>;

/** Milliseconds of steps between looks at the clock. */
const glance = 50;

/** A descent that goes on from checkpoints, bit for bit: steps do not depend on the blocks they are done in. */
export function descent(problem: Problem, given: DescentGiven, record: Recorder) {
  const loop = loopOf(problem, given);
  const schedule = scheduleOf(given);
  const { steps, every } = given;
  return (hooks: Hooks): Part => {
    const { earlier } = hooks;
    const columns = earlier ? Columns.from(earlier.columns) : new Columns(['t', ...record.names]);
    const theta = new Float64Array(problem.risk.dimension);
    if (earlier) {
      const { theta: last, moments, facts } = earlier;
      loop.restore({ steps: facts.steps, theta: last, moments });
      // the last row of a run that ended between two rows of this one
      if (earlier.facts.steps % every !== 0 && earlier.facts.status === 'finished') {
        columns.truncate(columns.length - 1);
      }
    } else {
      loop.read(theta);
      columns.add([0, ...record.row(theta)]);
    }
    const part = (status: Part['status'], reason: string): Part => ({
      columns: columns.read(),
      theta: loop.state().theta.map((x) => (Number.isNaN(x) ? NaN : x)),
      moments: loop.state().moments,
      status,
      reason,
      gradients: loop.steps,
      steps: loop.steps,
      events: [],
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
        loss = schedule ? scheduled(loop, size, schedule) : loop.run(size);
        const now = Date.now();
        if (now - began < glance / 2 && size === block) block *= 2;
        if (now - began > 2 * glance) block = Math.max(1, block >> 1);
        hooks.progress(loop.steps, steps);
        if (loop.steps < stop) save();
      }
      loop.read(theta);
      const row = record.row(theta);
      columns.add([loop.steps, ...row]);
      const recorded = record.names.includes('loss') ? row[record.names.indexOf('loss')]! : loss;
      if (![loss, recorded].every(Number.isFinite) || !theta.every(Number.isFinite)) {
        return part('failed', `loss or parameters overflowed by step ${loop.steps}`);
      }
      if (loop.steps < steps) save();
    }
    return part('finished', `${steps} steps`);
  };
}

function scheduled(loop: DescentLoop, steps: number, schedule: Schedule): number {
  let loss = NaN;
  for (let i = 0; i < steps; i++) loss = loop.run(1, schedule(loop.steps));
  return loss;
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

function loopOf(problem: Problem, given: DescentGiven): DescentLoop {
  const { risk, theta0, batchKey } = problem;
  const rule = {
    name: given.rule,
    learningRate: given.learningRate,
    ...given.settings,
  } as DescentRule;
  if (given.batch === undefined && 'descent' in risk && risk.descent) {
    return risk.descent(theta0, { rule });
  }
  const plain = {
    dimension: risk.dimension,
    dtype: 'f64' as const,
    samples: 'samples' in risk ? risk.samples : 0,
    gradient: (theta: FloatArray, out: FloatArray) => risk.gradient(theta, out),
    batchGradient: () => NaN,
  };
  if (given.batch === undefined) return descentLoop(plain, theta0, { rule });
  if (!('batchGradient' in risk)) {
    throw new ArgumentError('dynamics.batch', given.batch, 'no batches, or an empirical risk');
  }
  const sampled = risk;
  const batchGradient = (theta: FloatArray, indices: Uint32Array, out: FloatArray): number =>
    sampled.batchGradient(theta, indices, out);
  const batch = { size: given.batch, key: batchKey };
  if (given.replacement) {
    const options = { rule, batch };
    if (risk.descent) return risk.descent(theta0, options);
    return descentLoop({ ...plain, batchGradient }, theta0, options);
  }
  return epochs(batch.size);

  /** Batches of random orders of the samples: epoch e has the order of the e-th derived key. */
  function epochs(size: number): DescentLoop {
    const perEpoch = Math.floor(plain.samples / size);
    if (perEpoch === 0) {
      throw new ArgumentError('dynamics.batch', size, `at most ${plain.samples}, the samples`);
    }
    let epoch = -1;
    let order: Uint32Array = new Uint32Array();
    let step = 0;
    const loop = descentLoop(
      {
        ...plain,
        batchGradient(theta, _drawn, out) {
          const now = Math.floor(step / perEpoch);
          if (now !== epoch) order = permutation(foldIn(batchKey, (epoch = now)), plain.samples);
          const from = (step++ % perEpoch) * size;
          return batchGradient(theta, order.subarray(from, from + size), out);
        },
      },
      theta0,
      { rule, batch },
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
}
