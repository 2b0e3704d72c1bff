import type { Tensor } from '@nonsmooth/tensor';
import { currentBuilder } from '../builder.js';
import { requireProgram } from '../checked-program.js';
import { argumentsOf, evaluate } from '../evaluate.js';
import type { Argument } from '../evaluate.js';
import type { Value } from '../emit.js';
import type { Op, Program } from '../program.js';
import { switchingOf } from '../rules/switching.js';
import { inline, trace } from '../trace.js';
import { inputShapes } from './variables.js';

/** Entries of a node at which the program is not made of smooth ops and |·|. */
export interface Irregularity {
  readonly node: number;
  readonly op: Op;
  /** norm: a Euclidean norm of 0. jump: a comparison or sign on its border, so that the value may jump. */
  readonly kind: 'norm' | 'jump';
  /** Row-major positions in the node's value. */
  readonly entries: readonly number[];
}

/**
 * Where at these inputs the program leaves the class of smooth ops composed with abs, relu, maximum and minimum,
 * in evaluation order. Ops that are not Lipschitz are not listed: their derivatives throw NotLipschitzError.
 */
export function irregularities(
  program: Program,
  inputs: readonly Argument[],
): readonly Irregularity[] {
  requireProgram('program', program);
  const suspects = program.nodes.flatMap((node, index) => {
    const { kind } = switchingOf(node.op);
    return kind === 'norm' || kind === 'jump' ? [{ node: index, op: node.op, kind }] : [];
  });
  const values = argumentsOf(program, inputs);
  if (suspects.length === 0) return [];
  const critical = trace((...xs) => {
    const placed = inline(program, currentBuilder()!, xs);
    return suspects.map(({ node }): Value => {
      const rule = switchingOf(program.nodes[node]!.op);
      const from = program.nodes[node]!.inputs.map((input) => placed[input]!);
      return rule.kind === 'jump' ? rule.switching(from, program.nodes[node]!) : placed[node]!;
    });
  }, inputShapes(program));
  return evaluate(critical, values).flatMap((values, i) => {
    const entries = zerosOf(values);
    return entries.length === 0 ? [] : [{ ...suspects[i]!, entries }];
  });
}

function zerosOf({ data }: Tensor): number[] {
  return Array.from(data.keys()).filter((i) => data[i] === 0);
}
