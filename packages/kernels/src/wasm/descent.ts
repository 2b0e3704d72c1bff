import {
  descentRuleNames,
  requireOutput,
  type DescentLoop,
  type DescentOptions,
  type FloatArray,
} from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import { momentsOf } from '../descent-moments.js';
import { checkDescentOptions, checkRun, checkState, settingsOf } from '../descent-settings.js';
import { type ProblemShape } from '../problem.js';
import { elementBytes, view } from './arena.js';
import { descentBytes, DescentView, writeDescent } from './generated/structs.js';
import { settle } from './home.js';
import type { Build } from './module.js';
import { layNetworkOut } from './network-layout.js';
import { openNetwork } from './network-memory.js';

/** Most steps of one call: counts are 32-bit integers. */
const largestBlock = 2 ** 30;

/** A descent loop with parameters, moments, indices and data in kernel memory: one call per block of steps. */
export function descentLoop(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
  start: FloatArray,
  options: DescentOptions,
): DescentLoop {
  checkDescentOptions(options, shape.samples);
  const { rule, batch } = options;
  const { dtype } = problem;
  const { dimension } = shape;
  const { count: momentCount, initial } = momentsOf(rule);

  const bytes = dimension * elementBytes[dtype];
  const home = settle(build, (arena) => ({
    at: layNetworkOut(problem, shape, batch?.size ?? 'all', arena),
    momentsAt: Array.from({ length: momentCount }, () => arena.reserve(bytes)),
    stateAt: arena.reserve(descentBytes),
  }));
  const { at, momentsAt, stateAt } = home.layout;
  const { memory, kernel, theta } = openNetwork(build, home, problem, shape, at);

  const moments = momentsAt.map((address) => view(memory, dtype, address, dimension).fill(initial));
  theta.set(start);
  const settings = settingsOf(rule) as unknown as Readonly<Record<string, number | undefined>>;
  writeDescent(memory, stateAt, {
    steps: 0,
    momentum: settings['momentum'] ?? 0,
    dampening: settings['dampening'] ?? 0,
    weightDecay: settings['weightDecay'] ?? 0,
    beta1: settings['beta1'] ?? 0,
    beta2: settings['beta2'] ?? settings['smoothing'] ?? 0,
    epsilon: settings['epsilon'] ?? 0,
    learningRateDecay: settings['learningRateDecay'] ?? 0,
    rule: descentRuleNames.indexOf(rule.name),
    variant: settings['nesterov'] || settings['amsgrad'] || settings['centered'] ? 1 : 0,
    key0: batch?.key[0] ?? 0,
    key1: batch?.key[1] ?? 0,
    batch: batch?.size ?? 0,
    size: Math.ceil(bytes / 16) * 16,
    theta: at.theta,
    gradient: at.gradient,
    moments0: momentsAt[0] ?? 0,
    moments1: momentsAt[1] ?? 0,
    moments2: momentsAt[2] ?? 0,
  });
  const stateHere = new DescentView(memory, stateAt);

  return {
    get steps() {
      return stateHere.steps;
    },
    run(steps, learningRate = rule.learningRate) {
      checkRun(steps, learningRate);
      let loss = Number.NaN;
      for (let left = steps; left > 0; left -= largestBlock) {
        const block = Math.min(left, largestBlock);
        // by way of `home`, which must live as long as the loop
        loss = kernel.descend(home.layout.at.network, stateAt, block, learningRate);
      }
      return loss;
    },
    read(out) {
      requireOutput('out', out, dimension);
      out.set(theta);
    },
    state: () => ({
      steps: stateHere.steps,
      theta: theta.slice(),
      moments: moments.map((moment) => moment.slice()),
    }),
    restore(state) {
      checkState(state, dimension, momentCount);
      stateHere.steps = state.steps;
      theta.set(state.theta);
      moments.forEach((moment, k) => moment.set(state.moments[k]!));
    },
  };
}
