import type { Tracer } from '../builder.js';
import { lift, toValue } from '../emit.js';
import type { Value } from '../emit.js';
import { add, mul } from '../ops/arithmetic.js';
import { equal, greater, sign, where } from '../ops/choice.js';
import { neg } from '../ops/elementary.js';
import { square } from '../ops/power.js';
import { norm, sum } from '../ops/reductions.js';
import { broadcastTo, concatenate, ravel, reshape, slice, transpose } from '../ops/structure.js';
import type { Node, Program, Shape } from '../program.js';
import type { KinkChoice } from '../rules/context.js';
import { switchingOf } from '../rules/switching.js';
import { forwardSweep, reverseSweep } from '../sweep.js';
import { inputShapes } from '../switching/variables.js';
import { copyNode, inline, trace } from '../trace.js';
import type { KinkBlock, KinkBlocks } from './kink-blocks.js';

/*
 * The frozen program of f: each |u| becomes w·u + e, each max(u₁, …, u_m) becomes ⟨w, u⟩ + e and each ‖u‖ becomes
 * sign⟨w, u⟩·‖u‖ + e, or ⟨w, u⟩ + e where w = 0 or where s = 1. It is smooth in x, and equal to f at e = 0 where w is the sign of u, the
 * unit vector of the largest entry, or a vector with ⟨w, u⟩ > 0. With multipliers λ on the arguments u, the
 * derivative of f + ⟨λ, u⟩ with respect to e is the weight with which each kink enters.
 */

/** No kinks are left: nothing is asked. */
const noChoice: KinkChoice = { upperWeight: () => 0.5 };

interface Frozen {
  readonly value: Tracer;
  /** All arguments of kinks as one vector. */
  readonly arguments: Tracer;
}

/** (x, w, s, e, λ) ↦ (f, u, ∇ₓ(f + ⟨λ, u⟩), ∂(f + ⟨λ, u⟩)/∂e). */
export function sweepProgram(program: Program, blocks: KinkBlocks): Program {
  return trace(
    (x, weights, straight, slopes, multipliers) => {
      const frozen = freeze(program, blocks, x, { weights, straight, slopes });
      const [gradient, bounds] = lagrangianGradient(frozen, multipliers, x, slopes);
      return [reshape(frozen.value, []), frozen.arguments, gradient!, bounds!];
    },
    [...frozenShapes(program, blocks), [blocks.arguments]],
  );
}

/** (x, w, s, e, λ) ↦ (∇ₓ⟨λ, u⟩, ∂⟨λ, u⟩/∂e). */
export function rowProgram(program: Program, blocks: KinkBlocks): Program {
  return trace(
    (x, weights, straight, slopes, multipliers) => {
      const frozen = freeze(program, blocks, x, { weights, straight, slopes });
      const wrt = [x, slopes];
      const rows = reverseSweep(x.builder, [frozen.arguments], [multipliers], wrt, noChoice);
      return rows.map((row, i) => row ?? broadcastTo(0, wrt[i]!.shape));
    },
    [...frozenShapes(program, blocks), [blocks.arguments]],
  );
}

/** (x, w, s, e) ↦ u. */
export function argumentProgram(program: Program, blocks: KinkBlocks): Program {
  return trace(
    (x, weights, straight, slopes) =>
      freeze(program, blocks, x, { weights, straight, slopes }).arguments,
    frozenShapes(program, blocks),
  );
}

/** (x, w, s, e, v) ↦ the derivative of u along v. */
export function velocityProgram(program: Program, blocks: KinkBlocks): Program {
  const shapes = frozenShapes(program, blocks);
  return trace(
    (x, weights, straight, slopes, v) => {
      const { arguments: u } = freeze(program, blocks, x, { weights, straight, slopes });
      const [moved] = forwardSweep(x.builder, [u], [x], [v], noChoice);
      return moved ?? broadcastTo(0, u.shape);
    },
    [...shapes, shapes[0]!],
  );
}

/** (x, w, s, e, λ, v) ↦ ∇ₓ²(f + ⟨λ, u⟩)·v. */
export function frozenHessianProgram(program: Program, blocks: KinkBlocks): Program {
  const shapes = frozenShapes(program, blocks);
  return trace(
    (x, weights, straight, slopes, multipliers, v) => {
      const frozen = freeze(program, blocks, x, { weights, straight, slopes });
      const [gradient] = lagrangianGradient(frozen, multipliers, x, slopes);
      const [moved] = forwardSweep(x.builder, [lift(x.builder, gradient!)], [x], [v], noChoice);
      return moved ?? broadcastTo(0, x.shape);
    },
    [...shapes, [blocks.arguments], shapes[0]!],
  );
}

/** What stands for the kinks: w, s and e. */
interface Stand {
  readonly weights: Tracer;
  readonly straight: Tracer;
  readonly slopes: Tracer;
}

/** The shapes of x, w, s and e. */
function frozenShapes(program: Program, { arguments: size, kinks }: KinkBlocks): readonly Shape[] {
  return [inputShapes(program)[0]!, [size], [kinks], [kinks]];
}

/** The gradient of f + ⟨λ, u⟩ with respect to x and e. */
function lagrangianGradient(
  { value, arguments: u }: Frozen,
  multipliers: Tracer,
  x: Tracer,
  slopes: Tracer,
): readonly Value[] {
  const wrt = [x, slopes];
  const seeds = [broadcastTo(1, value.shape), multipliers];
  const gradient = reverseSweep(x.builder, [value, u], seeds, wrt, noChoice);
  return gradient.map((part, i) => part ?? broadcastTo(0, wrt[i]!.shape));
}

/** Places the frozen program into the trace of its inputs. */
function freeze(
  program: Program,
  { blocks, arguments: size }: KinkBlocks,
  x: Tracer,
  { weights, straight, slopes }: Stand,
): Frozen {
  const { builder } = x;
  const blockOf = new Map(blocks.map((block) => [program.nodes[block.node]!, block]));
  const parts: Value[] = [];
  const placed = inline(program, builder, [x], (node, inputs) => {
    const block = blockOf.get(node);
    if (block === undefined) return copyNode(builder, node, inputs);
    const u = argumentsOf(node, inputs, block);
    parts.push(ravel(u));
    const w = reshape(part(weights, block.offset, block.count * block.size), u.shape);
    const s = part(straight, block.first, block.count);
    const e = part(slopes, block.first, block.count);
    return lift(builder, reshape(frozenValue(node, inputs, block, { u, w, s, e }), node.shape));
  });
  return {
    value: placed[program.outputs[0]!]!,
    arguments: lift(builder, size === 0 ? toValue(new Float64Array(0)) : concatenate(parts)),
  };
}

const part = (vector: Value, from: number, length: number): Value =>
  slice(vector, [from], [from + length]);

/** The arguments of a block, kinks × arguments of each; those of a minimum with the other sign. */
function argumentsOf(
  node: Node,
  inputs: readonly Tracer[],
  { kind, count, size }: KinkBlock,
): Value {
  const rule = switchingOf(node.op);
  if (rule.kind === 'absLike') return reshape(rule.switching(inputs), [count, 1]);
  const { axes } = node as Node & { readonly axes: readonly number[] };
  const [x] = inputs;
  const kept = x!.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const rows = reshape(transpose(x!, [...kept, ...axes]), [count, size]);
  return kind === 'max' && node.op === 'min' ? neg(rows) : rows;
}

/** The frozen value of every kink of a block. */
function frozenValue(
  node: Node,
  inputs: readonly Tracer[],
  { kind, count }: KinkBlock,
  { u, w, s, e }: Readonly<Record<'u' | 'w' | 's' | 'e', Value>>,
): Value {
  const along = add(sum(mul(w, u), [1]), e);
  const rule = switchingOf(node.op);
  if (rule.kind === 'absLike') {
    const own: Shape = node.shape;
    return rule.recombine(inputs, reshape(along, own), node);
  }
  if (kind === 'max') return node.op === 'min' ? neg(along) : along;
  const squares = sum(square(w), [1]);
  const projected = sum(mul(w, u), [1]);
  const isCurved = mul(greater(squares, 0), equal(s, 0));
  // at u = 0 the derivative on the way out, along w
  const isLinear = equal(mul(isCurved, greater(sum(square(u), [1]), 0)), 0);
  // where it is not used the norm must have derivatives all the same
  const length = norm(where(reshape(isLinear, [count, 1]), 1, u), [1]);
  return add(where(isLinear, projected, mul(sign(projected), length)), e);
}
