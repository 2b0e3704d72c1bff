import type { Tracer } from '../builder.js';
import { requireProgram } from '../checked-program.js';
import { lift } from '../emit.js';
import type { Value } from '../emit.js';
import type { Program } from '../program.js';
import { switchingOf } from '../rules/switching.js';
import { copyNode, inline, trace } from '../trace.js';
import { inputShapes, joinBlocks, partOf, switchedProgram } from './variables.js';
import type { SwitchedProgram, SwitchingBlock } from './variables.js';

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
  requireProgram('program', original);
  const switched = switchedProgram(original);
  const smooth = trace(
    (...inputs) => withoutKinks(switched, inputs.slice(0, -1), (x) => x, inputs.at(-1)!),
    [...inputShapes(switched.program), [switched.size]],
  );
  return { ...switched, smooth };
}

/** A program cut at its kinks, layer by layer. */
export interface LayeredProgram extends SwitchedProgram {
  /**
   * The smooth program (x…, v, w) ↦ (z, f…), which is the original one where v = z and w = |z|: an entry of z
   * depends on x, v and w by what lies between it and the kinks right below, and on entries of v and w of earlier
   * blocks only.
   */
  readonly smooth: Program;
}

/** Takes the kinks out of a program, and their arguments: z and |z| become two more inputs. */
export function layeredProgram(original: Program): LayeredProgram {
  requireProgram('program', original);
  const switched = switchedProgram(original);
  const shapes = inputShapes(switched.program);
  const smooth = trace(
    (...inputs) => {
      const [values, absolute] = inputs.slice(shapes.length) as [Tracer, Tracer];
      // functions of one argument are functions of z and |z| alone
      const cut: Cut = (x, block) => (x.length === 1 ? [partOf(values, block)] : x);
      return withoutKinks(switched, inputs.slice(0, shapes.length), cut, absolute);
    },
    [...shapes, [switched.size], [switched.size]],
  );
  return { ...switched, smooth };
}

type Cut = (arguments_: readonly Value[], block: SwitchingBlock) => readonly Value[];

/** z and the outputs, with `absolute` for |z| and what `cut` gives for the arguments of the kinks. */
function withoutKinks(
  { program, blocks }: SwitchedProgram,
  inputs: readonly Tracer[],
  cut: Cut,
  absolute: Tracer,
): Value[] {
  const { builder } = absolute;
  const switching: Value[] = [];
  const placed = inline(program, builder, inputs, (node, x) => {
    const rule = switchingOf(node.op);
    if (rule.kind !== 'absLike') return copyNode(builder, node, x);
    const block = blocks[switching.length]!;
    switching.push(rule.switching(x));
    return lift(builder, rule.recombine(cut(x, block), partOf(absolute, block), node));
  });
  return [joinBlocks(switching), ...program.outputs.map((output) => placed[output]!)];
}
