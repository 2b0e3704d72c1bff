import type { FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { view } from './arena.js';
import type { Home } from './home.js';
import type { KernelFunctions } from './generated/functions.js';
import { openKernels, type Build } from './module.js';
import type { NetworkLayout } from './network-layout.js';
import type { Memory } from './webassembly.js';

/** A problem in kernel memory: the kernels and the arrays that the host reads and writes. */
export interface NetworkMemory {
  readonly memory: Memory;
  readonly kernel: KernelFunctions;
  readonly theta: FloatArray;
  readonly gradient: FloatArray;
  readonly inputs: FloatArray;
  readonly targets: FloatArray;
}

/** Describes the network at home and copies the data in. */
export function openNetwork(
  build: Build,
  { memory, kernels }: Home<unknown>,
  problem: DenseProblem,
  shape: ProblemShape,
  at: NetworkLayout,
): NetworkMemory {
  const { dtype, inputs, targets } = problem;
  at.describe(memory);
  const open = {
    memory,
    kernel: openKernels(build, kernels, memory, dtype),
    theta: view(memory, dtype, at.theta, shape.dimension),
    gradient: view(memory, dtype, at.gradient, shape.dimension),
    inputs: view(memory, dtype, at.inputs, inputs.length),
    targets: view(memory, dtype, at.targets, targets.length),
  };
  open.inputs.set(inputs);
  open.targets.set(targets);
  return open;
}
