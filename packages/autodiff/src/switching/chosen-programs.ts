import { requireScalarProgram } from '../checked-program.js';
import { broadcastTo } from '../ops/structure.js';
import { lift } from '../emit.js';
import type { Value } from '../emit.js';
import type { KinkChoice } from '../rules/context.js';
import type { Tracer } from '../builder.js';
import type { Program } from '../program.js';
import { forwardSweep, reverseSweep } from '../sweep.js';
import { trace } from '../trace.js';
import { signatureChoice } from './choice.js';
import { inlineSwitched, inputShapes, switchedProgram } from './variables.js';
import type { SwitchedProgram } from './variables.js';

/**
 * The program (x, σ) ↦ (f(x), g_σ): the gradient by reverse mode with σᵢ ∈ [−1, 1] in place of the derivative of |zᵢ|
 * where zᵢ = 0, and sign zᵢ elsewhere; σ is a vector over the switching variables in evaluation order.
 */
export function signatureGradientProgram(program: Program): Program {
  requireScalarProgram('program', program);
  const switched = switchedProgram(program);
  return trace(
    (x, sigma) => valueAndChosenGradient(switched, x, sigma),
    [inputShapes(program)[0]!, [switched.size]],
  );
}

/** As `signatureGradientProgram`, with the units at norms of 0 as a third input. */
export function chosenGradientProgram(switched: SwitchedProgram): Program {
  return trace(
    (x, sigma, units) => valueAndChosenGradient(switched, x, sigma, units),
    [inputShapes(switched.program)[0]!, [switched.size], [switched.normSize]],
  );
}

/** (x, v, σ, u) ↦ the derivative of the chosen gradient along v: the curvature of the smooth ops. */
export function chosenHessianProductProgram(switched: SwitchedProgram): Program {
  const [shape] = inputShapes(switched.program);
  return trace(
    (x, v, sigma, units) => {
      const { gradient, choice } = chosenGradient(switched, x, sigma, units);
      const [moved] = forwardSweep(x.builder, [lift(x.builder, gradient)], [x], [v], choice);
      return moved ?? broadcastTo(0, x.shape);
    },
    [shape!, shape!, [switched.size], [switched.normSize]],
  );
}

function valueAndChosenGradient(
  ...args: readonly [SwitchedProgram, Tracer, Value, Value?]
): readonly Value[] {
  const { value, gradient } = chosenGradient(...args);
  return [value, gradient];
}

function chosenGradient(
  switched: SwitchedProgram,
  x: Tracer,
  sigma: Value,
  units?: Value,
): { readonly value: Value; readonly gradient: Value; readonly choice: KinkChoice } {
  const placing = inlineSwitched(switched, x.builder, [x]);
  const value = placing.placed[switched.program.outputs[0]!]!;
  const one = broadcastTo(1, value.shape);
  const choice = signatureChoice(placing, sigma, units);
  const [gradient] = reverseSweep(x.builder, [value], [one], [x], choice);
  return { value, gradient: gradient ?? broadcastTo(0, x.shape), choice };
}
