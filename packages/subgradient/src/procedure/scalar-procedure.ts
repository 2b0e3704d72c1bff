import { switchedProgram, type Program } from '@nonsmooth/autodiff';
import type { Entries } from './entries.js';
import { Expansion, type Irregularity, type SwitchingVariable } from './expansion.js';
import { scalarsOf } from './scalars-of-program.js';
import type { Tape } from './tape.js';

/** A program at a point as a procedure of scalars, with |z| only for kinks that are active there. */
export interface ScalarProcedure {
  readonly tape: Tape;
  readonly output: number;
  readonly dimension: number;
  /** All switching variables: their scalars in evaluation order. */
  readonly switching: Int32Array;
  /** The scalars of differences whose signs decide comparisons. */
  readonly differences: readonly number[];
  /** z = 0 there. */
  readonly active: readonly SwitchingVariable[];
  /** z so small that rounding hides its sign. */
  readonly unresolved: readonly SwitchingVariable[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a program with one input vector and one scalar output at a point. */
export function scalarProcedure(original: Program, point: ArrayLike<number>): ScalarProcedure {
  const { program, blocks, size } = switchedProgram(original);
  const expansion = new Expansion(program.nodes, blocks, size, [point]);
  const outputs = expand(program, expansion);
  const { tape, switching, differences, active, unresolved, irregular } = expansion;
  return {
    tape,
    output: outputs[0]![0]!,
    dimension: point.length,
    switching,
    differences,
    active,
    unresolved,
    irregular,
  };
}

/** A program without kinks at a point as a procedure of scalars; its inputs are numbered through. */
export interface SmoothProcedure {
  readonly tape: Tape;
  /** The scalars of each output. */
  readonly outputs: readonly Entries[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a smooth program of vectors. */
export function smoothProcedure(
  program: Program,
  inputs: readonly ArrayLike<number>[],
): SmoothProcedure {
  const expansion = new Expansion(program.nodes, [], 0, inputs);
  const outputs = expand(program, expansion);
  return { tape: expansion.tape, outputs, irregular: expansion.irregular };
}

/** The scalars of the outputs at the point. */
function expand(program: Program, expansion: Expansion): Entries[] {
  const outputs = scalarsOf(program, expansion);
  expansion.forgetUnused(outputs);
  return outputs;
}
