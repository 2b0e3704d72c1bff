import { ShapeError, type FloatArray } from '@nonsmooth/core';
import { fromData, tensor } from '@nonsmooth/tensor';
import type { NestedNumbers, Tensor } from '@nonsmooth/tensor';
import { commonDtype } from './emit.js';
import { prepareProgram } from './execution.js';
import type { Program, Shape } from './program.js';
import { sameShape, sizeOf } from './shape.js';

/** A number, nested lists, a tensor, or a flat array that takes the shape of the input. */
export type Argument = Tensor | FloatArray | NestedNumbers;

/**
 * The outputs of the program at these inputs. Single precision throughout if every input is a single
 * precision array, double otherwise.
 */
export function evaluate(program: Program, inputs: readonly Argument[]): Tensor[] {
  const shapes = program.inputs.map((node) => program.nodes[node]!.shape);
  if (inputs.length !== shapes.length) {
    throw new ShapeError('inputs', inputs.length, `${shapes.length} values, one per input`);
  }
  const values = inputs.map((input, i) => argumentOfShape(input, shapes[i]!, `inputs[${i}]`));
  const execution = prepareProgram(program, commonDtype(values));
  values.forEach(({ data }, i) => execution.inputs[i]!.data.set(data));
  execution.run();
  return execution.outputs.map(({ data, shape }) => fromData(data.slice(), shape));
}

/** The argument as a tensor of this shape; flat arrays take it, everything else must have it. */
export function argumentOfShape(argument: Argument, shape: Shape, name: string): Tensor {
  const flat = argument instanceof Float64Array || argument instanceof Float32Array;
  if (flat && argument.length !== sizeOf(shape)) {
    throw new ShapeError(name, argument.length, `${sizeOf(shape)} entries`);
  }
  const value = flat ? tensor(argument, { shape }) : tensor(argument);
  if (!sameShape(value.shape, shape)) {
    throw new ShapeError(name, value.shape, `the shape [${shape.join(', ')}]`);
  }
  return value;
}
