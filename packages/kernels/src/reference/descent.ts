import {
  floatArray,
  requireLength,
  requireObject,
  requireOutput,
  type DescentLoop,
  type DescentOptions,
} from '@nonsmooth/core';
import type { DenseRisk } from '../dense-network.js';
import { momentsOf } from '../descent-moments.js';
import { checkDescentOptions, checkRun, checkState } from '../descent-settings.js';
import { drawBatch } from '../random.js';
import { updateRule } from './update-rules.js';

/** A descent loop over the gradients of any risk. */
export function descentLoop(
  risk: Pick<DenseRisk, 'dimension' | 'samples' | 'dtype' | 'gradient' | 'batchGradient'>,
  start: ArrayLike<number>,
  options: DescentOptions,
): DescentLoop {
  requireObject('risk', risk);
  checkDescentOptions(options, risk.samples);
  const { rule, batch } = options;
  const update = updateRule(rule);
  const { count: momentCount, initial } = momentsOf(rule);
  const theta = floatArray(risk.dtype, risk.dimension);
  requireLength('theta', start, risk.dimension);
  theta.set(start);
  const gradient = floatArray(risk.dtype, risk.dimension);
  const moments = Array.from({ length: momentCount }, () =>
    floatArray(risk.dtype, risk.dimension).fill(initial),
  );
  const indices = batch && new Uint32Array(batch.size);
  let done = 0;

  return {
    get steps() {
      return done;
    },
    run(steps, learningRate = rule.learningRate) {
      checkRun(steps, learningRate);
      let loss = Number.NaN;
      for (let n = 0; n < steps; n++) {
        if (batch) {
          drawBatch(batch.key, done, risk.samples, indices!);
          loss = risk.batchGradient(theta, indices!, gradient);
        } else {
          loss = risk.gradient(theta, gradient);
        }
        done++;
        update(done, learningRate, theta, gradient, moments);
      }
      return loss;
    },
    read(out) {
      requireOutput('out', out, theta.length);
      out.set(theta);
    },
    state: () => ({
      steps: done,
      theta: theta.slice(),
      moments: moments.map((moment) => moment.slice()),
    }),
    restore(state) {
      checkState(state, theta.length, momentCount);
      done = state.steps;
      theta.set(state.theta);
      moments.forEach((moment, k) => moment.set(state.moments[k]!));
    },
  };
}
