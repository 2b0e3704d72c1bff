import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import { requireProgram } from '../checked-program.js';
import type { Argument } from '../evaluate.js';
import { evaluate } from '../evaluate.js';
import { lift } from '../emit.js';
import { broadcastTo } from '../ops/structure.js';
import type { Program, Shape } from '../program.js';
import { motionChoice } from '../switching/choice.js';
import { requireShape } from '../switching/directional-signature.js';
import { inlineSwitched, inputShapes, switchedProgram } from '../switching/variables.js';
import { forwardSweep } from '../sweep.js';
import { trace } from '../trace.js';
import { requireTraceable, type Traceable } from './differentiate.js';

/**
 * (x, d) ↦ f′(x; d) = lim (f(x + td) − f(x))/t as t ↓ 0, exact at kinks as well: at a kink with z = 0 |z| moves
 * by |z′(x; d)|, at a norm of 0 by ‖n′(x; d)‖. It is the piecewise linearization of f at x, applied to d.
 * @throws NotLipschitzError where an op is not Lipschitz.
 */
export function directionalDerivative(f: Traceable): (x: Argument, d: Argument) => Tensor {
  requireTraceable('f', f);
  return (x, d) => {
    const [at, along] = [tensor(x), tensor(d)];
    const program = directionalProgram(trace(f, [at.shape]), at.shape);
    return evaluate(program, [at, along])[0]!;
  };
}

/** The program (x, d) ↦ f′(x; d) of a program with one input and one output. */
export function directionalProgram(program: Program, shape: Shape): Program {
  requireProgram('program', program, { inputs: 1, outputs: 1 });
  requireShape('shape', shape, inputShapes(program)[0]!);
  const switched = switchedProgram(program);
  return trace(
    (x, d) => {
      const placing = inlineSwitched(switched, x.builder, [x]);
      const output = placing.placed[switched.program.outputs[0]!]!;
      const [none, still] = [switched.size, switched.normSize].map((n) =>
        tensor(new Float64Array(n)),
      );
      const choice = motionChoice(placing, lift(x.builder, none!), lift(x.builder, still!));
      const [moved] = forwardSweep(x.builder, [output], [x], [d], choice);
      return moved ?? broadcastTo(0, output.shape);
    },
    [shape, shape],
  );
}
