import { requireProgram } from '../checked-program.js';
import { prepareProgram, type Execution } from '../execution.js';
import type { Program } from '../program.js';
import type { FrozenFunction, FrozenKink } from './frozen-function.js';
import {
  argumentProgram,
  frozenHessianProgram,
  rowProgram,
  sweepProgram,
  velocityProgram,
} from './frozen-programs.js';
import { kinkBlocks, type KinkBlock } from './kink-blocks.js';

/**
 * The frozen function of a program of one vector with one number as value. Each of its programs is compiled when it
 * is first needed. Comparisons and `where` are evaluated as they stand: their jumps are no kinks.
 * Calls throw NotLipschitzError where an op is not Lipschitz.
 */
export function frozenProgram(program: Program): FrozenFunction {
  requireProgram('program', program, { inputs: 1, outputs: 1 });
  const found = kinkBlocks(program);
  const { blocks } = found;
  const lazily = (make: () => Program): (() => Execution) => {
    let made: Execution | undefined;
    return () => (made ??= prepareProgram(make(), 'f64'));
  };
  const sweep = lazily(() => sweepProgram(program, found));
  const row = lazily(() => rowProgram(program, found));
  const values = lazily(() => argumentProgram(program, found));
  const velocities = lazily(() => velocityProgram(program, found));
  const hessian = lazily(() => frozenHessianProgram(program, found));
  const straight = new Uint8Array(found.kinks);
  const place = ({ inputs }: Execution, x: Float64Array, sides: Float64Array): void => {
    inputs[0]!.data.set(x);
    inputs[1]!.data.set(sides);
    inputs[2]!.data.set(straight);
  };
  const placeAll = (
    execution: Execution,
    x: Float64Array,
    sides: Float64Array,
    multipliers: Float64Array | undefined,
  ): void => {
    place(execution, x, sides);
    const { data } = execution.inputs[4]!;
    if (multipliers) data.set(multipliers);
    else data.fill(0);
  };
  return {
    dimension: program.nodes[program.inputs[0]!]!.shape[0]!,
    kinks: blocks.flatMap((block, index) => kinksOf(block, index)),
    size: found.arguments,
    straight,
    sweep(x, sides, multipliers, gradient, u, bounds) {
      const execution = sweep();
      placeAll(execution, x, sides, multipliers);
      execution.run();
      const { outputs } = execution;
      u.set(outputs[1]!.data);
      gradient.set(outputs[2]!.data);
      bounds.set(outputs[3]!.data);
      return outputs[0]!.data[0]!;
    },
    row(x, sides, multipliers, gradient, bounds) {
      const execution = row();
      placeAll(execution, x, sides, multipliers);
      execution.run();
      gradient.set(execution.outputs[0]!.data);
      bounds.set(execution.outputs[1]!.data);
    },
    values(x, sides, out) {
      const execution = values();
      place(execution, x, sides);
      execution.run();
      out.set(execution.outputs[0]!.data);
    },
    velocities(x, sides, v, out) {
      const execution = velocities();
      place(execution, x, sides);
      execution.inputs[4]!.data.set(v);
      execution.run();
      out.set(execution.outputs[0]!.data);
    },
    hessianVector(x, sides, multipliers, v, out) {
      const execution = hessian();
      placeAll(execution, x, sides, multipliers);
      execution.inputs[5]!.data.set(v);
      execution.run();
      out.set(execution.outputs[0]!.data);
    },
  };
}

function kinksOf(
  { kind, op, node, count, size, offset, affine, nested }: KinkBlock,
  block: number,
): FrozenKink[] {
  return Array.from({ length: count }, (_, k) => ({
    kind,
    offset: offset + k * size,
    size,
    affine,
    nested,
    block,
    position: k,
    name: count === 1 ? `${op} ${node}` : `${op} ${node}[${k}]`,
  }));
}
