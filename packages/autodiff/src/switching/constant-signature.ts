import { requireKinks, type Kinks } from '@nonsmooth/kernels';
import { requireTensor, type Tensor } from '@nonsmooth/tensor';
import { Tracer } from '../builder.js';
import { lift } from '../emit.js';
import type { Value } from '../emit.js';
import { requireProgram } from '../checked-program.js';
import { evaluate } from '../evaluate.js';
import { constantChoice } from '../kink-policy.js';
import { mul, sub } from '../ops/arithmetic.js';
import { broadcastTo } from '../ops/structure.js';
import type { Program } from '../program.js';
import { copyNode, inline, trace } from '../trace.js';
import { requireShape } from './directional-signature.js';
import { isExtreme, loweredWithShares } from './lower.js';
import { inputShapes, isKink, joinBlocks, switchedProgram } from './variables.js';

/**
 * The signature that constants amount to at x: where a switching variable is 0 its σ, which for max and min over axes
 * depends on how many entries attain the extreme; without meaning elsewhere. The sweep with this signature is the
 * sweep with these constants.
 */
export function constantSignature(program: Program, x: Tensor, kinks: Kinks): Float64Array {
  requireProgram('program', program, { inputs: 1 });
  requireTensor('x', x);
  requireShape('x', x.shape, inputShapes(program)[0]!);
  requireKinks(kinks);
  const choice = constantChoice(kinks);
  if (program.nodes.some(isExtreme)) {
    return Float64Array.from(evaluate(sharesProgram(program, kinks), [x])[0]!.data);
  }
  const { blocks, size, program: switched } = switchedProgram(program);
  const signature = new Float64Array(size);
  for (const { node, offset, size: count } of blocks) {
    const weight = choice.upperWeight(node, switched.nodes[node] as never) as number;
    signature.fill(2 * weight - 1, offset, offset + count);
  }
  return signature;
}

/** x ↦ σ. */
function sharesProgram(program: Program, kinks: Kinks): Program {
  const choice = constantChoice(kinks);
  return trace((x) => {
    const { builder } = x;
    const weights = new Map<number, Value>();
    inline(program, builder, [x], (node, inputs) => {
      if (!isExtreme(node)) return copyNode(builder, node, inputs);
      const nest = loweredWithShares(node, inputs[0]!, (pair, share) => {
        if (pair instanceof Tracer)
          weights.set(pair.node, node.op === 'max' ? share : sub(1, share));
      });
      return lift(builder, nest);
    });
    const parts = builder.nodes.flatMap((node, index) => {
      if (!isKink(node)) return [];
      const weight = weights.get(index) ?? choice.upperWeight(index, node);
      return [broadcastTo(sub(mul(2, weight), 1), node.shape)];
    });
    return joinBlocks(parts);
  }, inputShapes(program));
}
