import { floatArray, type Dtype } from '@nonsmooth/core';
import type { Kernels } from '@nonsmooth/kernels';
import { needsScratch, prepareByKernel } from './forward/by-kernel.js';
import type { Factor } from './forward/matmul.js';
import type { Buffer, Step } from './forward/step.js';
import type { Node, Program } from './program.js';
import { prepare } from './rules/forward.js';
import { watch } from './watch.js';
import { OnDemand, regularNodes } from './on-demand.js';
import { sameShape, sizeOf } from './shape.js';

/** A program bound to its arrays: fill `inputs`, `run`, read `outputs`. Runs allocate nothing. */
export interface Execution {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly run: () => void;
  /** Gives back a kernel's memory. */
  readonly dispose: () => void;
}

/**
 * Binds a program to arrays: of its own, or of a kernel's workspace, whose operations then do what they can.
 * Reshaped arrays and slices along the first axis share memory, and products read transposed matrices where they lie.
 */
export function prepareProgram(
  program: Program,
  dtype: Dtype,
  kernels?: Pick<Kernels, 'workspace'>,
): Execution {
  const { nodes } = program;
  const needed = neededNodes(program);
  const regular = regularNodes(program);
  const lengths = nodes.map((node, i) =>
    needed[i] && regular[i] && viewOffset(nodes, node) === undefined ? sizeOf(node.shape) : 0,
  );
  const scratch = nodes.reduce(
    (most, { op }, i) => (needsScratch(op) ? Math.max(most, lengths[i]!) : most),
    0,
  );
  const workspace = kernels?.workspace(dtype, [...lengths, scratch], largestInner(nodes));
  const arrays = workspace?.arrays ?? lengths.map((length) => floatArray(dtype, length));
  const buffers: Factor[] = [];
  const steps: Step[] = [];
  const onDemand = new OnDemand(nodes, buffers, dtype);
  const factorOf = (input: number): Factor => {
    if (needed[input]) return buffers[input]!;
    return { ...buffers[nodes[input]!.inputs[0]!]!, transposed: true };
  };
  nodes.forEach((node, index) => {
    const { shape } = node;
    if (!regular[index] && needed[index]) {
      buffers.push(onDemand.add(index, node.inputs.map(factorOf)));
      return;
    }
    const offset = viewOffset(nodes, node);
    if (offset !== undefined) {
      const { data } = buffers[node.inputs[0]!]!;
      buffers.push({ data: data.subarray(offset, offset + sizeOf(shape)), shape });
      return;
    }
    if (!needed[index]) {
      // What everyone reads in its transposed form is never computed.
      buffers.push(buffers[node.inputs[0]!]!);
      return;
    }
    const out: Buffer = { data: arrays[index]!, shape };
    buffers.push(out);
    if (node.op === 'input') {
      if (program.debugNonFinite === true) steps.push(watch(nodes, buffers, index));
      return;
    }
    const inputs = node.inputs.map(factorOf);
    const byKernel =
      workspace && prepareByKernel(workspace, node, inputs, out, arrays[nodes.length]!);
    const step = byKernel ?? prepare(node, inputs, out);
    if (node.op === 'constant') return;
    steps.push(step);
    if (program.debugNonFinite === true) steps.push(watch(nodes, buffers, index));
  });
  return {
    inputs: program.inputs.map((at) => buffers[at]!),
    outputs: program.outputs.map((at) => buffers[at]!),
    run: () => {
      onDemand.forget();
      for (const step of steps) step();
    },
    dispose: () => workspace?.dispose(),
  };
}

/** Where in its argument the node's entries lie as they are: reshaped arrays, runs along the first axis. */
function viewOffset(nodes: readonly Node[], node: Node): number | undefined {
  if (node.op === 'reshape') return 0;
  if (node.op !== 'slice' || node.shape.length === 0 || node.steps[0] !== 1) return undefined;
  const { shape } = nodes[node.inputs[0]!]!;
  if (!sameShape(shape.slice(1), node.shape.slice(1))) return undefined;
  return node.starts[0]! * sizeOf(shape.slice(1));
}

/** The longest sum in a product. */
function largestInner(nodes: readonly Node[]): number {
  return nodes.reduce(
    (most, { op, inputs }) =>
      op === 'matmul' ? Math.max(most, nodes[inputs[0]!]!.shape.at(-1)!) : most,
    0,
  );
}

/** Whether the node exchanges the last two axes and nothing else. */
function isMatrixTranspose(node: Node): boolean {
  if (node.op !== 'transpose') return false;
  const rank = node.permutation.length;
  return node.permutation.every(
    (axis, i) => axis === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2),
  );
}

/** Which nodes have to be computed: all but transposes that only products read. */
function neededNodes({ nodes, outputs }: Program): boolean[] {
  const needed = nodes.map((node) => !isMatrixTranspose(node));
  for (const node of nodes) {
    if (node.op === 'matmul') continue;
    for (const input of node.inputs) needed[input] = true;
  }
  for (const output of outputs) needed[output] = true;
  return needed;
}
