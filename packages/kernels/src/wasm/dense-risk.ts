import type { DenseProblem, DenseRisk } from '../dense-network.js';
import { floatArray, type FloatArray } from '../dtype.js';
import { DisposedError } from '../errors.js';
import { problemShape, requireIndices, requireLength, rowCount, takeRows } from '../problem.js';
import { columnStatistics } from '../reference/batch-normalization.js';
import { descentLoop } from '../reference/descent.js';
import { arena, view } from './arena.js';
import { instantiate, type Build } from './module.js';
import { layNetworkOut } from './network-layout.js';

/**
 * The risk of a dense network in a memory of its own, which is released when the risk is disposed of or collected.
 * @throws as `problemShape`; MemoryLimitError.
 */
export function denseRisk(build: Build, problem: DenseProblem): DenseRisk {
  const shape = problemShape(problem);
  const { dtype } = problem;
  const { inputWidth, outputWidth, targetWidth, samples, dimension } = shape;
  const plan = arena();
  const at = layNetworkOut(problem, shape, samples, plan);
  let open: ReturnType<typeof start> | undefined = start();

  function start() {
    const memory = plan.allocate();
    at.describe(memory);
    view(memory, dtype, at.inputs, problem.inputs.length).set(problem.inputs);
    view(memory, dtype, at.targets, problem.targets.length).set(problem.targets);
    const kernel = instantiate(build, memory);
    return {
      risk: dtype === 'f64' ? kernel.riskF64 : kernel.riskF32,
      realize: dtype === 'f64' ? kernel.realizeF64 : kernel.realizeF32,
      theta: view(memory, dtype, at.theta, dimension),
      gradient: view(memory, dtype, at.gradient, dimension),
      indices: new Uint32Array(memory.buffer, at.indices, samples),
      means: new Float64Array(memory.buffer, at.means, problem.batchNormalization ? inputWidth : 0),
      scales: new Float64Array(
        memory.buffer,
        at.scales,
        problem.batchNormalization ? inputWidth : 0,
      ),
      rowsIn: view(memory, dtype, at.rowsIn, at.capacity * inputWidth),
      rowsOut: view(memory, dtype, at.rowsOut, at.capacity * outputWidth),
    };
  }

  /** The open kernel with θ in its memory. */
  function kernelAt(theta: FloatArray): NonNullable<typeof open> {
    if (!open) throw new DisposedError('the risk of a dense network');
    requireLength('theta', theta, dimension);
    open.theta.set(theta);
    return open;
  }

  const risk: DenseRisk = {
    dimension,
    samples,
    dtype,
    value: (theta) => kernelAt(theta).risk(at.network, samples, 0, 0),
    gradient(theta, out) {
      const kernel = kernelAt(theta);
      requireLength('out', out, dimension);
      const value = kernel.risk(at.network, samples, 0, 1);
      out.set(kernel.gradient);
      return value;
    },
    batchGradient(theta, indices, out) {
      const kernel = kernelAt(theta);
      requireLength('out', out, dimension);
      requireIndices(indices, samples);
      if (indices.length > samples) return largeBatchGradient(theta, indices, out);
      kernel.indices.set(indices);
      const value = kernel.risk(at.network, indices.length, at.indices, 1);
      out.set(kernel.gradient);
      return value;
    },
    realize(theta, inputs) {
      const kernel = kernelAt(theta);
      const count = rowCount('inputs', inputs, inputWidth);
      if (problem.batchNormalization) {
        columnStatistics(inputs, count, inputWidth, kernel.means, kernel.scales);
      }
      const outputs = floatArray(dtype, count * outputWidth);
      for (let first = 0; first < count; first += at.capacity) {
        const rows = Math.min(at.capacity, count - first);
        kernel.rowsIn.set(inputs.subarray(first * inputWidth, (first + rows) * inputWidth));
        kernel.realize(at.network, at.rowsIn, at.rowsOut, rows);
        outputs.set(kernel.rowsOut.subarray(0, rows * outputWidth), first * outputWidth);
      }
      return outputs;
    },
    descent(theta, options) {
      kernelAt(theta);
      return descentLoop(risk, theta, options);
    },
    dispose() {
      open = undefined;
    },
  };

  /** A batch with more samples than there are gets a memory of its own. */
  function largeBatchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number {
    const batch = denseRisk(build, {
      ...problem,
      inputs: takeRows(problem.inputs, inputWidth, indices),
      targets: takeRows(problem.targets, targetWidth, indices),
    });
    return batch.gradient(theta, out);
  }

  return risk;
}
