import { floatArray } from '@nonsmooth/kernels';
import type { Dtype } from '@nonsmooth/kernels';
import type { Buffer, MatrixProduct, Step } from './forward/step.js';
import { plainProduct } from './forward/matmul.js';
import type { Program } from './program.js';
import { prepare } from './rules/forward.js';
import { sizeOf } from './shape.js';

/** A program bound to its arrays: fill `inputs`, `run`, read `outputs`. Runs allocate nothing. */
export interface Execution {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly run: () => void;
}

export function prepareProgram(
  program: Program,
  dtype: Dtype,
  product: MatrixProduct = plainProduct,
): Execution {
  const buffers: Buffer[] = [];
  const steps: Step[] = [];
  for (const node of program.nodes) {
    const inputs = node.inputs.map((input) => buffers[input]!);
    // A reshaped array is the same array.
    const data = node.op === 'reshape' ? inputs[0]!.data : floatArray(dtype, sizeOf(node.shape));
    const out: Buffer = { data, shape: node.shape };
    buffers.push(out);
    if (node.op !== 'reshape' && node.op !== 'input') {
      const step = prepare(node, inputs, out, product);
      if (node.op !== 'constant') steps.push(step);
    }
  }
  return {
    inputs: program.inputs.map((at) => buffers[at]!),
    outputs: program.outputs.map((at) => buffers[at]!),
    run: () => {
      for (const step of steps) step();
    },
  };
}
