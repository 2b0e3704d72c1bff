import {
  ArgumentError,
  requireBoolean,
  requireFunction,
  requireKnownOptions,
  ShapeError,
  type OptionNames,
} from '@nonsmooth/core';
import { isTensor } from '@nonsmooth/tensor';
import { Builder, Tracer, within } from './builder.js';
import { requireExtents } from './checked-program.js';
import { lift, toValue } from './emit.js';
import type { Operand } from './emit.js';
import type { Node, Op, Program, Shape } from './program.js';

/** Options of `trace`. */
export interface TraceOptions {
  /**
   * Whether forms like log(1 + exp(x)), log(sum(exp(x))) or exp(x) − 1, which overflow or cancel, are replaced by
   * stable ones as they are traced. Default true.
   */
  readonly recognize?: boolean | undefined;
  /**
   * Whether runs of the program stop at the first step whose value is infinite or no number, with a
   * NonFiniteStepError. Default false.
   */
  readonly debugNonFinite?: boolean;
}

/**
 * Runs `f` once on traced inputs of these shapes and returns what it did as a program. Everything that does
 * not depend on the inputs becomes a constant; `f` must not branch on values (TracedValueError, UnusedComparisonError).
 */
export function trace(
  f: (...inputs: Tracer[]) => Operand | readonly Operand[],
  shapes: readonly Shape[],
  options: TraceOptions = {},
): Program {
  requireFunction('f', f);
  if (!Array.isArray(shapes)) throw new ArgumentError('shapes', shapes, 'a list of shapes');
  for (let i = 0; i < shapes.length; i++) requireExtents(`shapes[${i}]`, shapes[i]);
  requireTraceOptions(options);
  const builder = new Builder(options);
  const inputs = shapes.map((shape, index) =>
    builder.add<'input'>({ op: 'input', inputs: [], shape: [...shape], index }),
  );
  return within(builder, () => {
    const outputs = outputsOf(f(...inputs)).map((output) => lift(builder, toValue(output)));
    builder.requireUsedComparisons();
    const program = builder.finish(inputs, outputs);
    return options.debugNonFinite === true ? { ...program, debugNonFinite: true } : program;
  });
}

/** The names of these options. */
const traceOptionNames: OptionNames<TraceOptions> = { recognize: true, debugNonFinite: true };

/** Throws ArgumentError for unknown names and for values other than true and false. */
export function requireTraceOptions(options: TraceOptions): void {
  requireKnownOptions('options', options, traceOptionNames);
  requireBoolean('options.recognize', options.recognize);
  requireBoolean('options.debugNonFinite', options.debugNonFinite);
}

/** One output, or the list of them; a list of plain numbers is one output. */
function outputsOf(result: Operand | readonly Operand[]): readonly Operand[] {
  const isList =
    Array.isArray(result) && result.some((entry) => entry instanceof Tracer || isTensor(entry));
  return isList ? (result as readonly Operand[]) : [result as Operand];
}

/** Puts the nodes of `program` into `builder`, with `inputs` for its inputs; returns all of them. */
export function inline(
  program: Program,
  builder: Builder,
  inputs: readonly Tracer[],
  replace: (node: Node, inputs: readonly Tracer[]) => Tracer = (node, at) =>
    copyNode(builder, node, at),
): readonly Tracer[] {
  const placed: Tracer[] = [];
  for (const node of program.nodes) {
    if (node.op === 'input') {
      const given = inputs[node.index];
      if (given === undefined) throw new ShapeError('inputs', inputs.length, 'one value per input');
      placed.push(given);
    } else {
      const at = node.inputs.map((input) => placed[input]!);
      placed.push(replace(node, at));
    }
  }
  return placed;
}

/** The same node with other inputs of the same shapes. */
export function copyNode(builder: Builder, node: Node, inputs: readonly Tracer[]): Tracer {
  const isInPlace = inputs.every((input, i) => input.node === node.inputs[i]);
  if (isInPlace) return builder.add<Op>(node);
  return builder.add<Op>({ ...node, inputs: inputs.map((input) => input.node) });
}
