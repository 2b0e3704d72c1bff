import { adagrad, adam, adamW, rmsprop, sgd } from '@nonsmooth/flows';
import { descentLoop } from '@nonsmooth/kernels';
import type { DescentLoop } from '@nonsmooth/core';
import { Columns } from './columns.js';
import type { Hooks, Part } from './hooks.js';
import { batchesOf, type Problem } from './problem.js';
import type { Recorder } from './recorder.js';
import type { Dynamics } from './study.js';

type DescentGiven = Extract<Dynamics, { kind: 'descent' }>;

/** Milliseconds of steps between looks at the clock. */
const glance = 50;

/** A descent that goes on from checkpoints, bit for bit: steps do not depend on the blocks they are done in. */
export function descent(problem: Problem, given: DescentGiven, record: Recorder) {
  const loop = loopOf(problem, given);
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
        loss = loop.run(size);
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

function loopOf(problem: Problem, given: DescentGiven): DescentLoop {
  const { risk, theta0 } = problem;
  const rule = { sgd, adam, adamW, rmsprop, adagrad }[given.rule]({
    learningRate: given.learningRate,
  });
  const batch = batchesOf(problem, given.batch);
  const options = { rule, ...(batch && { batch }) };
  if ('descent' in risk && risk.descent) return risk.descent(theta0, options);
  return descentLoop(
    {
      dimension: risk.dimension,
      dtype: 'f64',
      samples: 0,
      gradient: (theta, out) => risk.gradient(theta, out),
      batchGradient: () => NaN,
    },
    theta0,
    options,
  );
}
