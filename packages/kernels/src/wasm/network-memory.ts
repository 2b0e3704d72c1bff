import type { FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { view, type Arena } from './arena.js';
import { openKernels, type Build, type KernelFunctions } from './module.js';
import type { NetworkLayout } from './network-layout.js';
import type { Memory } from './webassembly.js';

/** A problem in a memory of its own: the kernels and the arrays that the host reads and writes. */
export interface NetworkMemory {
  readonly memory: Memory;
  readonly kernel: KernelFunctions;
  readonly theta: FloatArray;
  readonly gradient: FloatArray;
  readonly inputs: FloatArray;
  readonly targets: FloatArray;
}

/** Allocates what was planned, describes the network and copies the data in. @throws MemoryLimitError. */
export function openNetwork(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
  plan: Arena,
  at: NetworkLayout,
): NetworkMemory {
  const { dtype, inputs, targets } = problem;
  const memory = plan.allocate();
  at.describe(memory);
  const open = {
    memory,
    kernel: openKernels(build, memory, dtype),
    theta: view(memory, dtype, at.theta, shape.dimension),
    gradient: view(memory, dtype, at.gradient, shape.dimension),
    inputs: view(memory, dtype, at.inputs, inputs.length),
    targets: view(memory, dtype, at.targets, targets.length),
  };
  open.inputs.set(inputs);
  open.targets.set(targets);
  return open;
}
