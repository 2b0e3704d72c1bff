import type { FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { elementBytes, view } from './arena.js';
import { splineSecondOrderBytes, writeSplineSecondOrder } from './generated/structs.js';
import { hessianByColumns } from './hessian-by-columns.js';
import { settle } from './home.js';
import { pairBytes } from './generated/constants.js';
import type { Build } from './module.js';
import { layNetworkOut } from './network-layout.js';
import { openNetwork } from './network-memory.js';
import { sameBits } from './same-bits.js';
import { largestDense } from './second-order-memory.js';
import { secondOrderOf, type SecondOrder } from './second-order.js';

/**
 * Second derivatives of a linear spline, in kernel memory of their own: the problem's again, 84 bytes per neuron, two
 * vectors, and the dense Hessian of at most 300 parameters.
 * @throws MemoryLimitError.
 */
export function splineSecondOrderOf(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
): SecondOrder {
  const { dtype } = problem;
  const { dimension, layers } = shape;
  const segments = layers[0]!.width + 1;
  const size = elementBytes[dtype];
  const entries = dimension <= largestDense ? dimension * dimension : 0;

  const home = settle(build, (arena) => {
    const at = layNetworkOut(problem, shape, 'all', arena);
    const stateAt = arena.reserve(splineSecondOrderBytes);
    const vectorAt = arena.reserve(dimension * size);
    const productAt = arena.reserve(dimension * size);
    const hessianAt = arena.reserve(entries * size);
    const pairs = (): number => arena.reserve(segments * pairBytes);
    const fields = {
      net: at.network,
      vector: vectorAt,
      product: productAt,
      moments: pairs(),
      ends: arena.reserve(segments * 4),
      later: pairs(),
      behind: pairs(),
      sums: pairs(),
      sumsUpTo: pairs(),
      hessian: hessianAt,
    };
    return { at, stateAt, fields };
  });
  const { at, stateAt, fields } = home.layout;
  const { memory, kernel, theta: thetaHere } = openNetwork(build, home, problem, shape, at);
  const vectorHere = view(memory, dtype, fields.vector, dimension);
  const product = view(memory, dtype, fields.product, dimension);
  const hessian = view(memory, dtype, fields.hessian, entries);
  writeSplineSecondOrder(memory, stateAt, fields);

  let isPrepared = false;
  let serves = false;
  let general: SecondOrder | undefined;

  /** For numbers that the spline does not serve. */
  function neuronByNeuron(): SecondOrder {
    return (general ??= secondOrderOf(build, problem, shape));
  }

  function prepareAt(theta: FloatArray): boolean {
    if (isPrepared && sameBits(thetaHere, theta)) return serves;
    thetaHere.set(theta);
    serves = kernel.prepareSpline(stateAt) !== 0;
    isPrepared = true;
    return serves;
  }

  function hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void {
    if (!prepareAt(theta)) {
      neuronByNeuron().hessianVector(theta, vector, out);
      return;
    }
    vectorHere.set(vector);
    kernel.splineHessianVector(stateAt);
    out.set(product);
  }

  return {
    hessianVector,
    dispose() {
      home.release();
      general?.dispose();
    },
    hessian(theta, out) {
      if (!prepareAt(theta)) {
        neuronByNeuron().hessian(theta, out);
      } else if (entries > 0) {
        kernel.splineHessian(stateAt);
        out.set(hessian);
      } else {
        hessianByColumns(dimension, (unit, to) => hessianVector(theta, unit, to), out);
      }
    },
  };
}
