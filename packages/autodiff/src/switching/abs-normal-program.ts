import { lift } from '../emit.js';
import type { Value } from '../emit.js';
import type { Program } from '../program.js';
import { switchingOf } from '../rules/switching.js';
import { copyNode, inline, trace } from '../trace.js';
import { inputShapes, joinBlocks, partOf, switchedProgram } from './variables.js';
import type { SwitchedProgram } from './variables.js';

/** A program with its kinks taken out. */
export interface AbsNormalProgram extends SwitchedProgram {
  /**
   * The smooth program (x…, w) ↦ (z, f…), which is the original one where w = |z|: z and w are vectors over the
   * switching variables in evaluation order, and zᵢ depends on wⱼ for j < i only. Its Jacobian is made of
   * ∂z/∂x = Z, ∂z/∂w = L, ∂f/∂x = a and ∂f/∂w = b (Griewank and Walther's abs-normal form).
   */
  readonly smooth: Program;
}

/** Takes the kinks out of a program: every |z| becomes an entry of one more input. */
export function absNormalProgram(original: Program): AbsNormalProgram {
  const switched = switchedProgram(original);
  const { program, blocks, size } = switched;
  const shapes = inputShapes(program);
  const smooth = trace(
    (...inputs) => {
      const { builder } = inputs[0]!;
      const absolute = inputs[shapes.length]!;
      const switching: Value[] = [];
      const placed = inline(program, builder, inputs, (node, x) => {
        const rule = switchingOf(node.op);
        if (rule.kind !== 'absLike') return copyNode(builder, node, x);
        const block = blocks[switching.length]!;
        switching.push(rule.switching(x));
        return lift(builder, rule.recombine(x, partOf(absolute, block), node));
      });
      return [joinBlocks(switching), ...program.outputs.map((output) => placed[output]!)];
    },
    [...shapes, [size]],
  );
  return { ...switched, smooth };
}
