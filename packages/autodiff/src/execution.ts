import { floatArray } from '@nonsmooth/kernels';
import type { Dtype } from '@nonsmooth/kernels';
import { batchedProduct } from './forward/matmul.js';
import type { Factor } from './forward/matmul.js';
import type { Buffer, MatrixProduct, Step } from './forward/step.js';
import type { Node, Program } from './program.js';
import { prepare } from './rules/forward.js';
import { sizeOf } from './shape.js';

/** A program bound to its arrays: fill `inputs`, `run`, read `outputs`. Runs allocate nothing. */
export interface Execution {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly run: () => void;
}

/**
 * Binds a program to arrays of its own. Reshaped arrays share memory, and products read transposed matrices where
 * they lie.
 */
export function prepareProgram(program: Program, dtype: Dtype, product?: MatrixProduct): Execution {
  const { nodes } = program;
  const needed = neededNodes(program);
  const buffers: Buffer[] = [];
  const steps: Step[] = [];
  nodes.forEach((node, index) => {
    const [first] = node.inputs;
    if (node.op === 'reshape' || !needed[index]) {
      // What is read in its transposed form by everyone is never computed.
      buffers.push({ data: buffers[first!]!.data, shape: node.shape });
      return;
    }
    const out: Buffer = { data: floatArray(dtype, sizeOf(node.shape)), shape: node.shape };
    buffers.push(out);
    if (node.op === 'input') return;
    if (node.op === 'matmul') {
      const [a, b] = node.inputs.map((input) => factor(nodes, buffers, input, needed[input]!));
      steps.push(batchedProduct(a!, b!, out, node.strong, product));
      return;
    }
    const inputs = node.inputs.map((input) => buffers[input]!);
    const step = prepare(node, inputs, out);
    if (node.op !== 'constant') steps.push(step);
  });
  return {
    inputs: program.inputs.map((at) => buffers[at]!),
    outputs: program.outputs.map((at) => buffers[at]!),
    run: () => {
      for (const step of steps) step();
    },
  };
}

/** A factor of a product: the matrices at `index`, or what they are the transposes of. */
function factor(
  nodes: readonly Node[],
  buffers: readonly Buffer[],
  index: number,
  computed: boolean,
): Factor {
  if (computed) return buffers[index]!;
  return { ...buffers[nodes[index]!.inputs[0]!]!, transposed: true };
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
