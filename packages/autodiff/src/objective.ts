import { defaultKinks, ShapeError } from '@nonsmooth/kernels';
import type { DescentLoop, DescentOptions, FloatArray, Kinks } from '@nonsmooth/kernels';
import { prepareProgram } from './execution.js';
import type { Execution } from './execution.js';
import type { Traceable } from './derivatives/differentiate.js';
import { gradientProgram, hessianProductProgram } from './derivatives/programs.js';
import type { Program } from './program.js';
import { sameShape, sizeOf } from './shape.js';
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

export interface ObjectiveOptions {
  /** Derivatives at kinks; default relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: Kinks;
  readonly layout?: readonly ParameterSlice[];
}

/** A function of one vector with one number as value, or its program, as an objective. */
export function objective(
  f: Traceable | Program,
  dimension: number,
  { kinks = defaultKinks, layout }: ObjectiveOptions = {},
): Objective {
  const program = typeof f === 'function' ? trace(f, [[dimension]]) : f;
  requireObjective(program, dimension);
  const value = lazily(() => prepareProgram(program, 'f64'));
  const gradient = lazily(() => prepareProgram(gradientProgram(program, { kinks }), 'f64'));
  const product = lazily(() => prepareProgram(hessianProductProgram(program, { kinks }), 'f64'));
  const objective: Objective = {
    dimension,
    program,
    value: (theta) => {
      const execution = value();
      execution.inputs[0]!.data.set(theta);
      execution.run();
      return execution.outputs[0]!.data[0]!;
    },
    gradient: (theta, out) => {
      const execution = gradient();
      execution.inputs[0]!.data.set(theta);
      execution.run();
      out.set(execution.outputs[1]!.data);
      return execution.outputs[0]!.data[0]!;
    },
    hessianVector: (theta, v, out) => {
      const execution = product();
      execution.inputs[0]!.data.set(theta);
      execution.inputs[1]!.data.set(v);
      execution.run();
      out.set(execution.outputs[0]!.data);
    },
    hessian: (theta, out) => {
      const execution = product();
      execution.inputs[0]!.data.set(theta);
      const v = execution.inputs[1]!.data.fill(0);
      // Symmetric: column j is row j.
      for (let j = 0; j < dimension; j++) {
        v[j] = 1;
        execution.run();
        out.set(execution.outputs[0]!.data, j * dimension);
        v[j] = 0;
      }
    },
    ...(layout && { layout }),
  };
  return objective;
}

function requireObjective(program: Program, dimension: number): void {
  const shapes = program.inputs.map((at) => program.nodes[at]!.shape);
  if (shapes.length !== 1 || !sameShape(shapes[0]!, [dimension])) {
    throw new ShapeError('inputs of f', shapes, `one vector with ${dimension} entries`);
  }
  const outputs = program.outputs.map((at) => program.nodes[at]!.shape);
  if (outputs.length !== 1 || sizeOf(outputs[0]!) !== 1) {
    throw new ShapeError('outputs of f', outputs, 'one number');
  }
}

function lazily(make: () => Execution): () => Execution {
  let made: Execution | undefined;
  return () => (made ??= make());
}
