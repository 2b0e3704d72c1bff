import { floatArray, type FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import { losses } from '../losses/table.js';
import type { ProblemShape } from '../problem.js';
import { denseDerivatives } from '../reference/dense-risk.js';
import { hessianByColumns } from './hessian-by-columns.js';
import type { Build } from './module.js';
import { sameBits } from './same-bits.js';
import { openSecondOrder, type SecondOrderMemory } from './second-order-memory.js';

/** Second derivatives of a risk, in kernel memory that the risk does not use. */
export interface SecondOrder {
  hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void;
  hessian(theta: FloatArray, out: FloatArray): void;
  dispose(): void;
}

/** What the chunks of samples add up to, without the factor of the loss. */
interface Sums {
  loss: number;
  targets: number;
  /** Σ r·R N, of the last vector. */
  alongResiduals: number;
  /** Whether no sum of a relative loss overflowed or underflowed. */
  keepsDigits: boolean;
  /** Of a relative loss. */
  readonly gradient: Float64Array;
  /** Hessian times vector, if there are several chunks. */
  readonly product: Float64Array;
}

function reset(sums: Sums): void {
  sums.loss = sums.targets = 0;
  sums.keepsDigits = true;
  sums.gradient.fill(0);
}

function add(to: Float64Array, numbers: FloatArray): void {
  for (let i = 0; i < to.length; i++) to[i]! += numbers[i]!;
}

/** Puts the samples of a chunk, `first` and on, where the kernels read them. */
function loadChunk(
  at: SecondOrderMemory,
  { inputs, targets }: DenseProblem,
  { inputWidth, targetWidth, samples }: ProblemShape,
  first: number,
): void {
  const end = Math.min(first + at.chunk, samples);
  at.inputs.set(inputs.subarray(first * inputWidth, end * inputWidth));
  at.targets.set(targets.subarray(first * targetWidth, end * targetWidth));
  at.state.samples = end - first;
}

/** Everything that depends on θ only, for the chunk in the memory. */
function prepare(at: SecondOrderMemory, isRelative: boolean, sums: Sums): void {
  at.kernel.prepare(at.address);
  sums.loss += at.state.lossSum;
  sums.targets += at.state.targetSum;
  if (isRelative) add(sums.gradient, at.gradient);
  sums.keepsDigits &&= at.state.keepsDigits === 1;
}

/** Hessian times vector for the chunk in the memory; the product replaces its gradient. */
function multiply(at: SecondOrderMemory, sums: Sums): void {
  at.kernel.hessianVector(at.address);
  sums.alongResiduals += at.state.alongResiduals;
}

/** The factor of a relative loss, 1/(√Σ r² √Σ y²). */
const relativeFactor = ({ loss, targets }: Sums): number =>
  1 / (Math.sqrt(loss) * Math.sqrt(targets));

/**
 * Works on chunks of samples as large as the panels may be. With a single chunk, everything that depends on θ only
 * is kept for further vectors at the same θ.
 * @throws MemoryLimitError.
 */
export function secondOrderOf(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
): SecondOrder {
  const { dimension, samples } = shape;
  const { relative, numerator } = losses[shape.loss.name];
  const at = openSecondOrder(build, problem, shape);
  const single = at.chunk === samples;
  const sums: Sums = {
    loss: 0,
    targets: 0,
    alongResiduals: 0,
    keepsDigits: true,
    gradient: new Float64Array(dimension),
    product: new Float64Array(dimension),
  };
  const prepared = floatArray(problem.dtype, dimension);
  let isPrepared = false;
  let plainLoops: ReturnType<typeof denseDerivatives> | undefined;

  /** For numbers whose squares overflow or underflow. */
  const general = () => (plainLoops ??= denseDerivatives(problem));

  function prepareAt(theta: FloatArray): void {
    if (isPrepared && sameBits(prepared, theta)) return;
    at.theta.set(theta);
    reset(sums);
    prepare(at, relative, sums);
    prepared.set(theta);
    isPrepared = true;
  }

  function multiplyChunks(theta: FloatArray): void {
    at.theta.set(theta);
    reset(sums);
    sums.product.fill(0);
    for (let first = 0; first < samples; first += at.chunk) {
      loadChunk(at, problem, shape, first);
      prepare(at, relative, sums);
      multiply(at, sums);
      add(sums.product, at.gradient);
    }
  }

  /** Applies the factor of the loss and, if it is relative, its change along the vector. */
  function finish(product: FloatArray, out: FloatArray): void {
    if (!relative) {
      for (let i = 0; i < dimension; i++) out[i] = (product[i]! * numerator) / samples;
      return;
    }
    const factor = relativeFactor(sums);
    const change = sums.alongResiduals / sums.loss;
    for (let i = 0; i < dimension; i++) {
      out[i] = (product[i]! - change * sums.gradient[i]!) * factor;
    }
  }

  function hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void {
    at.vector.set(vector);
    sums.alongResiduals = 0;
    if (single) {
      prepareAt(theta);
      multiply(at, sums);
    } else {
      multiplyChunks(theta);
    }
    if (sums.keepsDigits) finish(single ? at.gradient : sums.product, out);
    else general().hessianVector(theta, vector, out);
  }

  /** The Hessian of a shallow network at once. */
  function denseHessian(theta: FloatArray, out: FloatArray): void {
    prepareAt(theta);
    if (!sums.keepsDigits) {
      general().hessian(theta, out);
      return;
    }
    at.kernel.shallowHessian(at.address);
    if (!relative) {
      out.set(at.hessian);
      return;
    }
    const factor = relativeFactor(sums);
    const change = 1 / sums.loss;
    const { gradient } = sums;
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) {
        const entry = i * dimension + j;
        out[entry] = (at.hessian[entry]! - gradient[i]! * gradient[j]! * change) * factor;
      }
    }
  }

  return {
    hessianVector,
    dispose: () => at.release(),
    hessian(theta, out) {
      if (at.hessian.length > 0) denseHessian(theta, out);
      else hessianByColumns(dimension, (unit, to) => hessianVector(theta, unit, to), out);
    },
  };
}
