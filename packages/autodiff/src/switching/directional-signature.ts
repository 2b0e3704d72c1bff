import { requireFinite, ShapeError } from '@nonsmooth/core';
import { requireTensor, type Tensor } from '@nonsmooth/tensor';
import { requireProgram } from '../checked-program.js';
import { lift } from '../emit.js';
import { prepareProgram } from '../execution.js';
import type { Execution } from '../execution.js';
import { sign, where } from '../ops/choice.js';
import { equal } from '../ops/comparisons.js';
import { broadcastTo } from '../ops/structure.js';
import { keepAxes, norm } from '../ops/reductions.js';
import type { NodeOf, Program, Shape } from '../program.js';
import { sameShape } from '../shape.js';
import { forwardSweep, reverseSweep } from '../sweep.js';
import { trace } from '../trace.js';
import { motionChoice, motionUnit, signatureChoice } from './choice.js';
import { inlineSwitched, inputShapes, joinBlocks, partOf, switchedProgram } from './variables.js';
import type { SwitchedProgram } from './variables.js';

/** What a derivative takes at kinks: signs of the switching variables, unit vectors at norms of 0. */
export interface DirectionalChoice {
  readonly signature: Float64Array;
  readonly units: Float64Array;
}

/**
 * The choices of the program's own directional derivatives at x: the signs of the switching variables; where one
 * is 0, the sign of its derivative along d, with the kinks before it moving as well; where that is 0 too, along
 * the gradient of the first variable still undecided, and so on. A 0 remains only where nothing depends on the
 * choice: the switching variable has gradient 0 under the signs before it. Norms of 0 take the direction in
 * which their arguments move.
 * @throws ShapeError, NonFiniteError for a direction that does not fit.
 */
export function directionalChoice(program: Program, x: Tensor, d: Tensor): DirectionalChoice {
  requireProgram('program', program, { inputs: 1 });
  requireTensor('x', x);
  requireTensor('d', d);
  const [shape] = inputShapes(program);
  requireShape('x', x.shape, shape!);
  requireDirection(d, shape!);
  return directionalChooser(switchedProgram(program))(x.data, d.data);
}

/** `directionalChoice` of one program at many points; the result is overwritten by the next call. */
export function directionalChooser(
  switched: SwitchedProgram,
): (x: ArrayLike<number>, d: ArrayLike<number>) => DirectionalChoice {
  const choice = {
    signature: new Float64Array(switched.size),
    units: new Float64Array(switched.normSize),
  };
  if (switched.size + switched.normSize === 0) return () => choice;
  const { signature, units } = choice;
  const motion = prepareProgram(motionProgram(switched), 'f64');
  const follow = (x: ArrayLike<number>, direction: ArrayLike<number>): void => {
    run(motion, x, signature, units, direction);
    signature.set(motion.outputs[0]!.data);
    units.set(motion.outputs[1]!.data);
  };
  let rows: Execution | undefined;
  const selectedKinks = new Float64Array(switched.size);
  const selectedNorms = new Float64Array(switched.normSize);
  // Moves along the gradient of one entry, if it has one.
  const decide = (x: ArrayLike<number>, selected: Float64Array, i: number): void => {
    rows ??= prepareProgram(rowProgram(switched), 'f64');
    selected[i] = 1;
    run(rows, x, signature, units, selectedKinks, selectedNorms);
    selected[i] = 0;
    const row = rows.outputs[0]!.data;
    if (row.some((entry) => entry !== 0)) follow(x, row);
  };
  const blocks = [...switched.blocks, ...switched.norms].sort((a, b) => a.node - b.node);
  return (x, d) => {
    signature.fill(0);
    units.fill(0);
    follow(x, d);
    for (const block of blocks) {
      for (let i = block.offset; i < block.offset + block.size; i++) {
        if ('op' in block) {
          if (signature[i] === 0) decide(x, selectedKinks, i);
        } else if (motion.outputs[2]!.data[i] === 1) decide(x, selectedNorms, i);
      }
    }
    return choice;
  };
}

/** The signs of `directionalChoice` alone: one per switching variable in evaluation order. */
export function directionalSignature(program: Program, x: Tensor, d: Tensor): Float64Array {
  return directionalChoice(program, x, d).signature;
}

function run({ inputs, run }: Execution, ...values: readonly ArrayLike<number>[]): void {
  values.forEach((value, i) => inputs[i]!.data.set(value));
  run();
}

/**
 * (x, σ, u, d) ↦ (σ, u, undecided): the choices after moving along d, those that were made before kept, and 1 for
 * each entry of the argument of a norm that still has no direction.
 */
function motionProgram(switched: SwitchedProgram): Program {
  const shape = inputShapes(switched.program)[0]!;
  return trace(
    (x, sigma, units, d) => {
      const { builder } = x;
      const placing = inlineSwitched(switched, builder, [x]);
      const choice = motionChoice(placing, sigma, units);
      const values = [...placing.switching, ...placing.arguments].map((z) => lift(builder, z));
      const moved = forwardSweep(builder, values, [x], [d], choice);
      const tangents = moved.map((dz, i) => dz ?? broadcastTo(0, values[i]!.shape));
      const signs = switched.blocks.map((block, i) => {
        const [z, dz, before] = [values[i]!, tangents[i]!, partOf(sigma, block)];
        return where(z, sign(z), where(before, before, sign(dz)));
      });
      const norms = switched.norms.map((block, j) => {
        const i = switched.blocks.length + j;
        const { axes } = switched.program.nodes[block.node]! as NodeOf<'norm'>;
        const value = values[i]!;
        const length = keepAxes(value, norm(value, axes), axes);
        const unit = where(length, 0, motionUnit(partOf(units, block), tangents[i]!, axes));
        const open = equal(keepAxes(value, norm(unit, axes), axes), 0);
        return { unit, undecided: broadcastTo(where(length, 0, open), value.shape) };
      });
      return [
        joinBlocks(signs),
        joinBlocks(norms.map(({ unit }) => unit)),
        joinBlocks(norms.map(({ undecided }) => undecided)),
      ];
    },
    [shape, [switched.size], [switched.normSize], shape],
  );
}

/** (x, σ, u, w, v) ↦ Σ wᵢ∇zᵢ + Σ vⱼ∇nⱼ for switching variables z and arguments n of norms, under σ and u. */
function rowProgram(switched: SwitchedProgram): Program {
  const shape = inputShapes(switched.program)[0]!;
  return trace(
    (x, sigma, units, w, v) => {
      const { builder } = x;
      const placing = inlineSwitched(switched, builder, [x]);
      const values = [...placing.switching, ...placing.arguments].map((z) => lift(builder, z));
      const seeds = [
        ...switched.blocks.map((block) => partOf(w, block)),
        ...switched.norms.map((block) => partOf(v, block)),
      ];
      const choice = signatureChoice(placing, sigma, units);
      const [row] = reverseSweep(builder, values, seeds, [x], choice);
      return row ?? broadcastTo(0, shape);
    },
    [shape, [switched.size], [switched.normSize], [switched.size], [switched.normSize]],
  );
}

/** Throws unless the direction d is finite and has this shape. */
export function requireDirection(d: Tensor, shape: Shape): void {
  requireShape('kinks.direction', d.shape, shape);
  requireFinite('kinks.direction', d.data);
}

/** Throws a `ShapeError` unless the shape is the expected one. */
export function requireShape(name: string, shape: Shape, expected: Shape): void {
  if (Array.isArray(shape) && sameShape(shape, expected)) return;
  throw new ShapeError(name, shape, `[${expected.join(', ')}], the shape of the argument`);
}
