import { requireFunction, requireKnownOptions, requireObject, ShapeError } from '@nonsmooth/core';
import { Builder, within } from './builder.js';
import type { Tracer } from './builder.js';
import { requireProgram } from './checked-program.js';
import { lift, toValue } from './emit.js';
import type { Operand } from './emit.js';
import type { Node, NodeOf, Op, Program } from './program.js';
import { switchingTable } from './rules/switching.js';
import { sameShape } from './shape.js';
import { copyNode, inline } from './trace.js';

/** What to put in the place of a node: a function of its inputs that keeps its shape. */
export type Replacement = (...inputs: Tracer[]) => Operand;

/** A replacement per op, for all nodes with this op. */
export type Replacements = { readonly [O in Op]?: Replacement };

/** The program with every node of the named ops replaced; `rewrite(p, { relu: softplus })`. */
export function rewrite(program: Program, replacements: Replacements): Program {
  requireObject('replacements', replacements);
  requireKnownOptions('replacements', replacements, switchingTable);
  for (const [op, replace] of Object.entries(replacements)) {
    requireFunction(`replacements.${op}`, replace);
  }
  return rewriteNodes(program, (node, inputs) => replacements[node.op]?.(...inputs));
}

/** The program with each node replaced for which `replace` returns something. */
export function rewriteNodes(
  program: Program,
  replace: (node: Node, inputs: readonly Tracer[]) => Operand | undefined,
): Program {
  requireProgram('program', program);
  requireFunction('replace', replace);
  const builder = new Builder();
  return within(builder, () => {
    const inputs = program.inputs.map((at) => builder.add<'input'>(inputNode(program, at)));
    const placed = inline(program, builder, inputs, (node, at) => {
      const replaced = replace(node, at);
      if (replaced === undefined) return copyNode(builder, node, at);
      const value = lift(builder, toValue(replaced));
      if (!sameShape(value.shape, node.shape)) {
        throw new ShapeError(
          `replacement of ${node.op}`,
          value.shape,
          `[${node.shape.join(', ')}]`,
        );
      }
      return value;
    });
    return builder.finish(
      inputs,
      program.outputs.map((output) => placed[output]!),
    );
  });
}

function inputNode(program: Program, at: number): NodeOf<'input'> {
  return program.nodes[at] as NodeOf<'input'>;
}
