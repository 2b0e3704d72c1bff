import { DisposedError, requireLength, requireOutput } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import { requirePlainInputs, type FrozenRisk } from '../frozen-network.js';
import { problemShape } from '../problem.js';
import { view } from './arena.js';
import { settle } from './home.js';
import type { Build } from './module.js';
import { layNetworkOut, panelCapacity } from './network-layout.js';
import { openNetwork } from './network-memory.js';

/** The risk of a dense network with given slopes in kernel memory. @throws as `problemShape`; ArgumentError for batch normalization; MemoryLimitError. */
export function frozenRisk(build: Build, problem: DenseProblem): FrozenRisk {
  const shape = problemShape(problem);
  requirePlainInputs(problem);
  const { samples, dimension, layers } = shape;
  const { dtype } = problem;
  const home = settle(build, (arena) =>
    layNetworkOut(problem, shape, 'all', arena, panelCapacity, true),
  );
  const { network, slopes, slopeStride } = home.layout;
  const { theta: here, gradient, kernel } = openNetwork(build, home, problem, shape, home.layout);
  let isDisposed = false;
  const given = slopes.map((address, k) =>
    view(home.memory, dtype, address, layers[k]!.width * slopeStride),
  );
  return {
    dimension,
    samples,
    dtype,
    slopes: given,
    slopeStride,
    gradient(theta, out) {
      if (isDisposed) throw new DisposedError('the risk of a network with given slopes');
      requireLength('theta', theta, dimension);
      requireOutput('out', out, dimension);
      here.set(theta);
      const value = kernel.risk(network, samples, 0, 1);
      out.set(gradient);
      return value;
    },
    dispose() {
      isDisposed = true;
      home.release();
    },
  };
}
