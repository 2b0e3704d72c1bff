import { ShapeError } from '@nonsmooth/kernels';
import type { Tensor } from '@nonsmooth/tensor';
import { lift } from '../emit.js';
import { prepareProgram } from '../execution.js';
import { signatureWeights } from '../kink-policy.js';
import { add, mul } from '../ops/arithmetic.js';
import { equal, sign, where } from '../ops/choice.js';
import { broadcastTo } from '../ops/structure.js';
import type { Program } from '../program.js';
import type { UpperWeight } from '../rules/context.js';
import { sameShape } from '../shape.js';
import { forwardSweep, reverseSweep } from '../sweep.js';
import { trace } from '../trace.js';
import { inlineSwitched, inputShapes, joinBlocks, partOf, switchedProgram } from './variables.js';
import type { SwitchedProgram } from './variables.js';

/**
 * A signature of the program's kinks at x: the signs of the switching variables; where one is 0, the sign of
 * its directional derivative along d, with the kinks before it moving as well; where that is 0 too, along the
 * gradient of the first variable still undecided, and so on. A 0 remains only where nothing depends on the
 * choice: the switching variable has gradient 0 under the signs before it.
 */
export function directionalSignature(program: Program, x: Tensor, d: Tensor): Float64Array {
  if (!sameShape(d.shape, x.shape)) {
    throw new ShapeError('kinks.direction', d.shape, `[${x.shape.join(', ')}], the shape of x`);
  }
  const switched = switchedProgram(program);
  const signature = new Float64Array(switched.size);
  if (switched.size === 0) return signature;
  const move = prepareProgram(motionProgram(switched), 'f64');
  const settled = new Uint8Array(switched.size);
  const follow = (direction: ArrayLike<number>): void => {
    move.inputs[0]!.data.set(x.data);
    move.inputs[1]!.data.set(direction);
    move.inputs[2]!.data.set(signature);
    move.run();
    const [z, dz] = [move.outputs[0]!.data, move.outputs[1]!.data];
    for (let i = 0; i < signature.length; i++) {
      if (signature[i] === 0) signature[i] = Math.sign(z[i]! || dz[i]!);
    }
  };
  follow(d.data);
  let row: ReturnType<typeof prepareProgram> | undefined;
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] !== 0 || settled[i] === 1) continue;
    row ??= prepareProgram(rowProgram(switched), 'f64');
    row.inputs[0]!.data.set(x.data);
    row.inputs[1]!.data.set(signature);
    row.inputs[2]!.data.fill(0);
    row.inputs[2]!.data[i] = 1;
    row.run();
    const gradient = row.outputs[0]!.data;
    if (gradient.some((entry) => entry !== 0)) follow(gradient);
    settled[i] = 1;
  }
  return signature;
}

/** (x, d, σ) ↦ (z, z′(x; d)), where kinks with z = 0 move by σ, or where σ = 0 as the kink does along d. */
function motionProgram(switched: SwitchedProgram): Program {
  const shape = inputShapes(switched.program)[0]!;
  return trace(
    (x, d, sigma) => {
      const { builder } = x;
      const { placed, switching } = inlineSwitched(switched, builder, [x]);
      const blockOf = blocksByNode(switched, placed);
      const along: UpperWeight = (index, _, dz) => {
        const chosen = partOf(sigma, blockOf.get(index)!);
        return mul(0.5, add(1, where(equal(chosen, 0), sign(dz!()), chosen)));
      };
      const outputs = switching.map((z) => lift(builder, z));
      const moved = forwardSweep(builder, outputs, [x], [d], along);
      const tangents = moved.map((dz, i) => dz ?? broadcastTo(0, outputs[i]!.shape));
      return [joinBlocks(switching), joinBlocks(tangents)];
    },
    [shape, shape, [switched.size]],
  );
}

/** (x, σ, w) ↦ Σᵢ wᵢ∇zᵢ under the signature σ. */
function rowProgram(switched: SwitchedProgram): Program {
  const shape = inputShapes(switched.program)[0]!;
  return trace(
    (x, sigma, w) => {
      const { builder } = x;
      const { placed, switching } = inlineSwitched(switched, builder, [x]);
      const weights = signatureWeights(sigma, blocksByNode(switched, placed));
      const seeds = switched.blocks.map((block) => partOf(w, block));
      const outputs = switching.map((z) => lift(builder, z));
      const [row] = reverseSweep(builder, outputs, seeds, [x], weights);
      return row ?? broadcastTo(0, shape);
    },
    [shape, [switched.size], [switched.size]],
  );
}

function blocksByNode(
  { blocks }: SwitchedProgram,
  placed: readonly { readonly node: number }[],
): ReadonlyMap<number, SwitchedProgram['blocks'][number]> {
  return new Map(blocks.map((block) => [placed[block.node]!.node, block]));
}
