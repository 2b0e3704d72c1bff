import { broadcastTo } from '../ops/structure.js';
import type { Program } from '../program.js';
import { reverseSweep } from '../sweep.js';
import { trace } from '../trace.js';
import { signatureChoice } from './choice.js';
import { inlineSwitched, inputShapes, switchedProgram } from './variables.js';

/**
 * The program (x, σ) ↦ (f(x), g_σ): the gradient by reverse mode with σᵢ ∈ [−1, 1] in place of the derivative of |zᵢ|
 * where zᵢ = 0, and sign zᵢ elsewhere; σ is a vector over the switching variables in evaluation order.
 */
export function signatureGradientProgram(program: Program): Program {
  const switched = switchedProgram(program);
  return trace(
    (x, sigma) => {
      const placing = inlineSwitched(switched, x.builder, [x]);
      const value = placing.placed[switched.program.outputs[0]!]!;
      const one = broadcastTo(1, value.shape);
      const [g] = reverseSweep(x.builder, [value], [one], [x], signatureChoice(placing, sigma));
      return [value, g ?? broadcastTo(0, x.shape)];
    },
    [inputShapes(program)[0]!, [switched.size]],
  );
}
