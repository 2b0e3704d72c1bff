import {
  DisposedError,
  floatArray,
  requireIndices,
  requireLength,
  requireOutput,
  takeRows,
  type FloatArray,
} from '@nonsmooth/core';
import type { DenseProblem, DenseRisk } from '../dense-network.js';
import { problemShape, rowCount } from '../problem.js';
import { columnStatistics } from '../reference/batch-normalization.js';
import { view } from './arena.js';
import { descentLoop } from './descent.js';
import { settle } from './home.js';
import { isLinearSpline } from './linear-spline.js';
import type { Build } from './module.js';
import { layNetworkOut } from './network-layout.js';
import { openNetwork } from './network-memory.js';
import { secondOrderOf, type SecondOrder } from './second-order.js';
import { splineSecondOrderOf } from './spline-second-order.js';

/**
 * The risk of a dense network in kernel memory, which is released when the risk is disposed of or collected.
 * @throws as `problemShape`; MemoryLimitError.
 */
export function denseRisk(build: Build, problem: DenseProblem): DenseRisk {
  const shape = problemShape(problem);
  const { dtype } = problem;
  const { inputWidth, outputWidth, targetWidth, samples, dimension } = shape;
  const home = settle(build, (arena) => layNetworkOut(problem, shape, 'all', arena));
  const at = home.layout;
  let open: ReturnType<typeof start> | undefined = start();
  let second: SecondOrder | undefined;
  let indicesHere: Uint32Array | undefined;

  function start() {
    const network = openNetwork(build, home, problem, shape, at);
    return { ...network, risk: network.kernel.risk };
  }

  /** The open kernel with θ in its memory. */
  function kernelAt(theta: FloatArray): NonNullable<typeof open> {
    if (!open) throw new DisposedError('the risk of a dense network');
    requireLength('theta', theta, dimension);
    open.theta.set(theta);
    return open;
  }

  /** The memory of second derivatives, made when first needed. */
  function secondOrder(theta: FloatArray): SecondOrder {
    const { inputs, targets } = kernelAt(theta);
    if (!second) {
      const make = isLinearSpline(problem, shape) ? splineSecondOrderOf : secondOrderOf;
      second = make(build, { ...problem, inputs, targets }, shape);
    }
    return second;
  }

  /** A batch with more samples than there are gets a memory of its own. */
  function largeBatchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number {
    const { inputs, targets } = kernelAt(theta);
    const batch = denseRisk(build, {
      ...problem,
      inputs: takeRows(inputs, inputWidth, indices),
      targets: takeRows(targets, targetWidth, indices),
    });
    const value = batch.gradient(theta, out);
    batch.dispose();
    return value;
  }

  return {
    dimension,
    samples,
    dtype,
    memoryBytes: home.bytes,
    value: (theta) => kernelAt(theta).risk(at.network, samples, 0, 0),
    gradient(theta, out) {
      const kernel = kernelAt(theta);
      requireOutput('out', out, dimension);
      const value = kernel.risk(at.network, samples, 0, 1);
      out.set(kernel.gradient);
      return value;
    },
    batchGradient(theta, indices, out) {
      const kernel = kernelAt(theta);
      requireOutput('out', out, dimension);
      requireIndices('indices', indices, samples);
      if (indices.length > samples) return largeBatchGradient(theta, indices, out);
      indicesHere ??= new Uint32Array(home.memory.buffer, at.indices, samples);
      indicesHere.set(indices);
      const value = kernel.risk(at.network, indices.length, at.indices, 1);
      out.set(kernel.gradient);
      return value;
    },
    hessianVector(theta, vector, out) {
      requireLength('vector', vector, dimension);
      requireOutput('out', out, dimension);
      secondOrder(theta).hessianVector(theta, vector, out);
    },
    hessian(theta, out) {
      requireOutput('out', out, dimension * dimension);
      secondOrder(theta).hessian(theta, out);
    },
    realize(theta, inputs) {
      const kernel = kernelAt(theta);
      const count = rowCount('inputs', inputs, inputWidth);
      const { memory } = home;
      const rowsIn = view(memory, dtype, at.rowsIn, at.capacity * inputWidth);
      const rowsOut = view(memory, dtype, at.rowsOut, at.capacity * outputWidth);
      if (problem.batchNormalization) {
        const means = new Float64Array(memory.buffer, at.means, inputWidth);
        const scales = new Float64Array(memory.buffer, at.scales, inputWidth);
        columnStatistics(inputs, count, inputWidth, means, scales);
      }
      const outputs = floatArray(dtype, count * outputWidth);
      for (let first = 0; first < count; first += at.capacity) {
        const rows = Math.min(at.capacity, count - first);
        rowsIn.set(inputs.subarray(first * inputWidth, (first + rows) * inputWidth));
        kernel.kernel.realize(at.network, at.rowsIn, at.rowsOut, rows);
        outputs.set(rowsOut.subarray(0, rows * outputWidth), first * outputWidth);
      }
      return outputs;
    },
    descent(theta, options) {
      const { inputs, targets } = kernelAt(theta);
      return descentLoop(build, { ...problem, inputs, targets }, shape, theta, options);
    },
    dispose() {
      open = undefined;
      home.release();
      second?.dispose();
      second = undefined;
    },
  };
}
