import { defaultKinks, ShapeError } from '@nonsmooth/kernels';
import type { DescentLoop, DescentOptions, FloatArray, Kinks } from '@nonsmooth/kernels';
import { tensor } from '@nonsmooth/tensor';
import { prepareFor } from './compile.js';
import type { CompileOptions } from './compile.js';
import type { Traceable } from './derivatives/differentiate.js';
import { gradientProgram, hessianProductProgram } from './derivatives/programs.js';
import type { Execution } from './execution.js';
import { checkedSignature, isConstant } from './kink-policy.js';
import type { KinkPolicy } from './kink-policy.js';
import type { Program } from './program.js';
import { sameShape, sizeOf } from './shape.js';
import { chosenGradientProgram, chosenHessianProductProgram } from './switching/chosen-programs.js';
import { directionalChooser, requireDirection } from './switching/directional-signature.js';
import type { DirectionalChoice } from './switching/directional-signature.js';
import { inputShapes, switchedProgram, switchingProgram } from './switching/variables.js';
import { trace } from './trace.js';

/** A named slice of the flat parameter vector, row-major with this shape. */
export interface ParameterSlice {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/**
 * A function of a flat parameter vector: what flows follow, and what networks and traced programs produce.
 * Calls allocate nothing; `out` receives its result by copy.
 */
export interface Objective {
  readonly dimension: number;
  value(theta: FloatArray): number;
  /** Writes the gradient into `out` and returns the value. */
  gradient(theta: FloatArray, out: FloatArray): number;
  /** Writes ∇²L(θ)·v into `out`. */
  hessianVector?(theta: FloatArray, v: FloatArray, out: FloatArray): void;
  /** Writes ∇²L(θ), row-major dimension × dimension, into `out`. */
  hessian?(theta: FloatArray, out: FloatArray): void;
  /** Writes the values of the switching functions (zero at a kink) into `out`. */
  switching?(theta: FloatArray, out: FloatArray): void;
  readonly layout?: readonly ParameterSlice[];
  /** Whether the gradient is locally Lipschitz continuous: no kinks, a Hessian almost everywhere. Not known if absent. */
  readonly smooth?: boolean;
  /** The same function as a traced program of θ, for everything that needs its structure. */
  readonly program?: Program;
}

/** An objective that is a mean over samples and can be descended by random batches. */
export interface SampledObjective extends Objective {
  readonly samples: number;
  /** Gradient and value of the mean over the samples with these indices; repetitions count. */
  batchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number;
  /** A loop that keeps parameters, moments and data in the kernel's memory. */
  descent?(theta: FloatArray, options: DescentOptions): DescentLoop;
}

export interface ObjectiveOptions extends CompileOptions {
  /** Derivatives at kinks; default relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: KinkPolicy;
  readonly layout?: readonly ParameterSlice[];
}

/**
 * A function of one vector with one number as value, or its program, as an objective. Each derivative is compiled
 * when it is first asked for; after that no call allocates. Non-finite θ pass through.
 * @throws NotLipschitzError from derivatives, where an op is not Lipschitz.
 */
export function objective(
  f: Traceable | Program,
  dimension: number,
  options: ObjectiveOptions = {},
): Objective {
  const program = typeof f === 'function' ? trace(f, [[dimension]]) : f;
  requireObjective(program, dimension);
  const { kinks = defaultKinks, layout } = options;
  const prepare = (derive: () => Program): (() => Execution) =>
    once(() => prepareFor(derive(), options));
  const value = prepare(() => program);
  const switching = prepare(() => switchingProgram(program));
  const { choose, gradient, product } = isConstant(kinks)
    ? {
        choose: undefined,
        gradient: prepare(() => gradientProgram(program, { kinks })),
        product: prepare(() => hessianProductProgram(program, { kinks })),
      }
    : {
        choose: once(() => chooser(program, kinks)),
        gradient: prepare(() => chosenGradientProgram(switchedProgram(program))),
        product: prepare(() => chosenHessianProductProgram(switchedProgram(program))),
      };
  const copy = (name: string, from: FloatArray, to: FloatArray): void => {
    if (from.length !== to.length) throw new ShapeError(name, from.length, `${to.length} entries`);
    to.set(from);
  };
  const place = (execution: Execution, theta: FloatArray, v?: FloatArray): void => {
    const { inputs } = execution;
    copy('theta', theta, inputs[0]!.data);
    if (v !== undefined) copy('v', v, inputs[1]!.data);
    if (choose === undefined) return;
    const { signature, units } = choose()(theta);
    inputs[inputs.length - 2]!.data.set(signature);
    inputs[inputs.length - 1]!.data.set(units);
  };
  return {
    dimension,
    program,
    value: (theta) => {
      const execution = value();
      copy('theta', theta, execution.inputs[0]!.data);
      execution.run();
      return execution.outputs[0]!.data[0]!;
    },
    gradient: (theta, out) => {
      const execution = gradient();
      place(execution, theta);
      execution.run();
      copy('out', execution.outputs[1]!.data, out);
      return execution.outputs[0]!.data[0]!;
    },
    hessianVector: (theta, v, out) => {
      const execution = product();
      place(execution, theta, v);
      execution.run();
      copy('out', execution.outputs[0]!.data, out);
    },
    hessian: (theta, out) => {
      if (out.length !== dimension ** 2) {
        throw new ShapeError('out', out.length, `${dimension ** 2} entries`);
      }
      const execution = product();
      place(execution, theta);
      const unit = execution.inputs[1]!.data.fill(0);
      // Symmetric: column j is row j.
      for (let j = 0; j < dimension; j++) {
        unit[j] = 1;
        execution.run();
        out.set(execution.outputs[0]!.data, j * dimension);
        unit[j] = 0;
      }
    },
    switching: (theta, out) => {
      const execution = switching();
      copy('theta', theta, execution.inputs[0]!.data);
      execution.run();
      copy('out', execution.outputs[0]!.data, out);
    },
    ...(layout && { layout }),
  };
}

/** What a policy that is no constant chooses at θ. */
function chooser(
  program: Program,
  kinks: Exclude<KinkPolicy, Kinks>,
): (theta: FloatArray) => DirectionalChoice {
  const switched = switchedProgram(program);
  if ('direction' in kinks) {
    const direction = tensor(kinks.direction);
    requireDirection(direction, inputShapes(program)[0]!);
    const choose = directionalChooser(switched);
    return (theta) => choose(theta, direction.data);
  }
  const signature = Float64Array.from(checkedSignature(kinks, switched.size).data);
  const choice = { signature, units: new Float64Array(switched.normSize) };
  return () => choice;
}

function requireObjective(program: Program, dimension: number): void {
  const shapes = inputShapes(program);
  if (shapes.length !== 1 || !sameShape(shapes[0]!, [dimension])) {
    throw new ShapeError('inputs of f', shapes, `one vector with ${dimension} entries`);
  }
  const outputs = program.outputs.map((at) => program.nodes[at]!.shape);
  if (outputs.length !== 1 || sizeOf(outputs[0]!) !== 1) {
    throw new ShapeError('outputs of f', outputs, 'one number');
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
