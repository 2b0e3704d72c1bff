import {
  once,
  requireCount,
  requireFloatArray,
  requireKnownOptions,
  requireNumbers,
  requireLayout,
  requireOutput,
  ShapeError,
  type FloatArray,
  type OptionNames,
  type ParameterSlice,
} from '@nonsmooth/core';
import { defaultKinks } from '@nonsmooth/kernels';
import type { Kinks } from '@nonsmooth/kernels';
import { tensor } from '@nonsmooth/tensor';
import { requireObjectiveProgram } from './checked-program.js';
import {
  compileOptionNames,
  prepareFor,
  requireCompileOptions,
  type CompileOptions,
} from './compile.js';

import type { Traceable } from './derivatives/differentiate.js';
import { gradientProgram, hessianProductProgram } from './derivatives/programs.js';
import type { Execution } from './execution.js';
import { rememberProgram } from './frozen/traced-gradients.js';
import { checkedSignature, isConstantPolicy } from './kink-policy.js';
import type { KinkPolicy } from './kink-policy.js';
import type { Program } from './program.js';
import { chosenGradientProgram, chosenHessianProductProgram } from './switching/chosen-programs.js';
import { directionalChooser, requireDirection } from './switching/directional-signature.js';
import type { DirectionalChoice } from './switching/directional-signature.js';
import { kinksOf } from './switching/kinks-of-program.js';
import { inputShapes, switchedProgram, switchingProgram } from './switching/variables.js';
import { clearStructuralZeros } from './structural-zeros.js';
import { trace } from './trace.js';
import type { TraceOptions } from './trace.js';
import type { TracedObjective } from './traced-objective.js';

/** How an objective is compiled and differentiated. */
export interface ObjectiveOptions extends CompileOptions, Pick<TraceOptions, 'recognize'> {
  /** Derivatives at kinks; default relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: KinkPolicy;
  readonly layout?: readonly ParameterSlice[];
}

const objectiveOptionNames: OptionNames<ObjectiveOptions> = {
  ...compileOptionNames,
  kinks: true,
  recognize: true,
  layout: true,
};

/**
 * A function of one vector with one number as value, or its program, as an objective. Each derivative is compiled
 * when it is first asked for; after that no call allocates. Non-finite θ pass through.
 * @throws NotLipschitzError from derivatives, where an op is not Lipschitz.
 */
export function objective(
  f: Traceable | Program,
  dimension: number,
  options: ObjectiveOptions = {},
): TracedObjective {
  requireKnownOptions('options', options, objectiveOptionNames);
  requireCompileOptions(options);
  requireCount('dimension', dimension);
  const program =
    typeof f === 'function' ? trace(f, [[dimension]], { recognize: options.recognize }) : f;
  requireObjectiveProgram('f', program, dimension);
  const { kinks = defaultKinks, layout } = options;
  if (layout !== undefined) requireLayout('options.layout', layout, dimension);
  const debugNonFinite = options.debugNonFinite ?? program.debugNonFinite ?? false;
  const prepare = (derive: () => Program): (() => Execution) =>
    once(() => prepareFor(derive(), { ...options, debugNonFinite }));
  const value = prepare(() => program);
  const switching = prepare(() => switchingProgram(program));
  const { choose, gradient, productProgram } = isConstantPolicy(kinks)
    ? {
        choose: undefined,
        gradient: prepare(() => gradientProgram(program, { kinks })),
        productProgram: once(() => hessianProductProgram(program, { kinks })),
      }
    : {
        choose: once(() => chooser(program, kinks)),
        gradient: prepare(() => chosenGradientProgram(switchedProgram(program))),
        productProgram: once(() => chosenHessianProductProgram(switchedProgram(program))),
      };
  const product = prepare(productProgram);
  const copy = (name: string, from: FloatArray, to: FloatArray): void => {
    if (from?.length !== to?.length)
      throw new ShapeError(name, from?.length, `${to?.length} entries`);
    requireNumbers(name, from);
    requireFloatArray(name, to);
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
  return rememberProgram({
    dimension,
    program,
    dtype: options.dtype ?? 'f64',
    kinks,
    smooth: kinksOf(program).length === 0,
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
      requireOutput('out', out, dimension ** 2);
      const execution = product();
      place(execution, theta);
      const unit = execution.inputs[1]!.data.fill(0);
      // Symmetric: column j is row j.
      for (let j = 0; j < dimension; j++) {
        unit[j] = 1;
        execution.run();
        const row = execution.outputs[0]!.data;
        clearStructuralZeros(productProgram(), 1, j, row);
        out.set(row, j * dimension);
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
  });
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
