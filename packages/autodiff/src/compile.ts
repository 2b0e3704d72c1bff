import {
  ArgumentError,
  requireBoolean,
  requireDtype,
  requireFloatArray,
  requireFunction,
  requireKnownOptions,
  requireNumbers,
  ShapeError,
  type Dtype,
  type FloatArray,
  type OptionNames,
} from '@nonsmooth/core';
import type { Kernels } from '@nonsmooth/kernels';
import { requireProgram } from './checked-program.js';
import { prepareProgram } from './execution.js';
import type { Execution } from './execution.js';
import type { Program } from './program.js';

/** Options of `compile`. */
export interface CompileOptions {
  /** Whose memory and operations to use, `defaultKernels` for speed; default: plain arrays and loops. */
  readonly kernels?: Pick<Kernels, 'workspace'>;
  /** Of all arrays; default 'f64'. */
  readonly dtype?: Dtype;
  /**
   * Whether runs stop at the first step whose value is infinite or no number, with a NonFiniteStepError that names
   * it. Default false.
   */
  readonly debugNonFinite?: boolean;
}

/** The names of these options. */
export const compileOptionNames: OptionNames<CompileOptions> = {
  kernels: true,
  dtype: true,
  debugNonFinite: true,
};

/** A program bound to memory of its own. */
export interface CompiledProgram {
  readonly program: Program;
  readonly dtype: Dtype;
  /** Reads the inputs and writes the outputs, flat and row-major, by copy; allocates nothing. */
  readonly run: (inputs: readonly ArrayLike<number>[], outputs: readonly FloatArray[]) => void;
  /** Gives back the kernels' memory, if kernels were given; runs after that throw. */
  readonly dispose: () => void;
}

/**
 * Prepares a program to be run many times. Every array is allocated here, once. A derivative is compiled as the
 * program that computes it: `compile(gradientProgram(program, { kinks }))`.
 */
export function compile(program: Program, options: CompileOptions = {}): CompiledProgram {
  requireProgram('program', program);
  requireKnownOptions('options', options, compileOptionNames);
  requireCompileOptions(options);
  const { inputs, outputs, run, dispose } = prepareFor(program, options);
  return {
    program,
    dtype: options.dtype ?? 'f64',
    run: (from, to) => {
      requireSizes('inputs', from, inputs, requireNumbers);
      requireSizes('outputs', to, outputs, requireFloatArray);
      for (let i = 0; i < inputs.length; i++) inputs[i]!.data.set(from[i]!);
      run();
      for (let i = 0; i < outputs.length; i++) to[i]!.set(outputs[i]!.data);
    },
    dispose,
  };
}

/** Throws for wrong values of the options that are read here; their names are checked with all others. */
export function requireCompileOptions({ kernels, dtype, debugNonFinite }: CompileOptions): void {
  if (dtype !== undefined) requireDtype('options.dtype', dtype);
  requireBoolean('options.debugNonFinite', debugNonFinite);
  if (kernels !== undefined) requireFunction('options.kernels.workspace', kernels?.workspace);
}

/** Prepares a program for execution with checked options. */
export function prepareFor(
  program: Program,
  { kernels, dtype, debugNonFinite }: CompileOptions,
): Execution {
  const watched = debugNonFinite === true ? { ...program, debugNonFinite } : program;
  return prepareProgram(watched, dtype ?? 'f64', kernels);
}

function requireSizes(
  name: string,
  given: readonly ArrayLike<number>[],
  expected: readonly { readonly data: FloatArray }[],
  requireEntries: (name: string, array: unknown) => void,
): void {
  if (!Array.isArray(given)) throw new ArgumentError(name, given, 'a list of arrays');
  if (given.length !== expected.length) {
    throw new ShapeError(name, given.length, `${expected.length} arrays`);
  }
  for (let i = 0; i < expected.length; i++) {
    const { length } = expected[i]!.data;
    requireEntries(name, given[i]);
    if (given[i]!.length !== length) {
      throw new ShapeError(`${name}[${i}]`, given[i]!.length, `${length} entries`);
    }
  }
}
