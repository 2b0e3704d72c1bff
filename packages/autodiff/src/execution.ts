import type { Dtype } from '@nonsmooth/core';
import type { Kernels } from '@nonsmooth/kernels';
import { prepareByKernel } from './forward/by-kernel.js';
import { reader } from './forward/choice.js';
import type { Instruction } from './forward/instruction.js';
import { instructionOf } from './forward/instructions.js';
import type { Factor } from './forward/matmul.js';
import type { Buffer, Step } from './forward/step.js';
import { deferredInput } from './on-demand.js';
import type { Node, Program } from './program.js';
import { ProgramMemory } from './program-memory.js';
import { prepare } from './rules/forward.js';
import { sizeOf } from './shape.js';
import { watch } from './watch.js';

/** A program bound to its arrays: fill `inputs`, `run`, read `outputs`. Runs allocate nothing. */
export interface Execution {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly run: () => void;
  /** Gives back a kernel's memory. */
  readonly dispose: () => void;
}

/**
 * Binds a program to arrays: of its own, or of a kernel's workspace, whose operations then do what they can. Small
 * entrywise nodes are instructions over one array, all others closures over theirs; products read transposed matrices
 * where they lie.
 */
export function prepareProgram(
  program: Program,
  dtype: Dtype,
  kernels?: Pick<Kernels, 'workspace'>,
): Execution {
  const { nodes, debugNonFinite } = program;
  const memory = new ProgramMemory(program, dtype, kernels);
  const { shared, onDemand, workspace } = memory;
  const bufferOf = (index: number): Factor => memory.buffer(index);
  const steps: Instruction[] = [];
  const starts: number[] = [];
  const numbers: number[] = [];
  for (let index = 0; index < nodes.length; index++) {
    if (!memory.isRegular(index)) continue;
    const node = nodes[index]!;
    if (node.op === 'constant') {
      memory.set(index, node.value.data);
      continue;
    }
    if (node.op !== 'input') {
      starts.push(numbers.length);
      steps.push(entrywise(memory, nodes, index, numbers) ?? closure(memory, nodes, index));
    }
    if (debugNonFinite === true) {
      starts.push(numbers.length);
      steps.push(watch(nodes, bufferOf, index));
    }
  }
  const [code, first] = [new Int32Array(numbers), new Int32Array(starts)];
  return {
    inputs: program.inputs.map(bufferOf),
    outputs: program.outputs.map(bufferOf),
    run: () => {
      onDemand.forget();
      for (let i = 0; i < steps.length; i++) steps[i]!(shared, code, first[i]!);
    },
    dispose: () => workspace?.dispose(),
  };
}

/** The instruction for the node, whose numbers are appended, if its entries and those of its operands are shared. */
function entrywise(
  memory: ProgramMemory,
  nodes: readonly Node[],
  index: number,
  numbers: number[],
): Instruction | undefined {
  const out = memory.offset(index);
  if (out < 0) return undefined;
  const node = nodes[index]!;
  const deferred = deferredInput(node);
  const mask = deferred < 0 ? undefined : node.inputs[deferred]!;
  const instruction = instructionOf(
    node,
    mask === undefined ? undefined : () => reader(memory.buffer(mask), memory.buffer(index)),
  );
  if (instruction === undefined) return undefined;
  const size = sizeOf(node.shape);
  const { length } = numbers;
  numbers.push(size, out);
  for (let i = 0; i < node.inputs.length; i++) {
    if (i === deferred) continue;
    const input = node.inputs[i]!;
    const from = memory.offset(input);
    const entries = sizeOf(nodes[input]!.shape);
    if (from < 0 || (entries !== size && entries !== 1)) {
      numbers.length = length;
      return undefined;
    }
    numbers.push(from, entries === 1 ? 0 : 1);
  }
  return instruction;
}

function closure(memory: ProgramMemory, nodes: readonly Node[], index: number): Step {
  const node = nodes[index]!;
  const inputs = node.inputs.map((input) => memory.factorOf(input));
  const out = memory.buffer(index);
  const { workspace, scratch } = memory;
  const byKernel = workspace && prepareByKernel(workspace, node, inputs, out, scratch!);
  return byKernel ?? prepare(node, inputs, out);
}
