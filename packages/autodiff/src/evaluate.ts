import { ArgumentError, ShapeError, type FloatArray } from '@nonsmooth/core';
import { fromData, tensor } from '@nonsmooth/tensor';
import type { NestedNumbers, Tensor } from '@nonsmooth/tensor';
import { requireProgram } from './checked-program.js';
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
  requireProgram('program', program);
  const values = argumentsOf(program, inputs);
  const execution = prepareProgram(program, commonDtype(values));
  values.forEach(({ data }, i) => execution.inputs[i]!.data.set(data));
  execution.run();
  return execution.outputs.map(({ data, shape }) => fromData(data.slice(), shape));
}

/** The arguments as tensors of the shapes of the program's inputs. */
export function argumentsOf(program: Program, inputs: readonly Argument[]): Tensor[] {
  if (!Array.isArray(inputs)) throw new ArgumentError('inputs', inputs, 'a list of arrays');
  const shapes = program.inputs.map((node) => program.nodes[node]!.shape);
  if (inputs.length !== shapes.length) {
    throw new ShapeError('inputs', inputs.length, `${shapes.length} values, one per input`);
  }
  return shapes.map((shape, i) => argumentOfShape(inputs[i] as Argument, shape, `inputs[${i}]`));
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
