import type { Program } from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/core';
import { toNumber, type Rational } from '../exact/rational.js';
import { HiddenSignError } from '../procedure/hidden-sign.js';
import { scalarProcedure } from '../procedure/scalar-procedure.js';

/** The arguments of a relu or leakyRelu node at a point, with their true signs. */
export interface ReluArguments {
  readonly node: number;
  /** −1, 0 or 1 per entry: decided by error bounds, or in exact arithmetic where these hide it. */
  readonly signs: Int8Array;
  /** Values to within a small relative error; 0 exactly where the sign is 0. */
  readonly values: Float64Array;
  /** Lower bounds of the absolute values, positive where the sign is not 0, and sharp where nothing was rounded. */
  readonly sizes: Float64Array;
  /** Entries whose value in plain double arithmetic is known to a few digits only, if at all. */
  readonly rough: readonly number[];
}

/** Rounding errors beyond this part of a value make it rough. */
const roughness = 2 ** -30;
const downward = 1 - 2 ** -52;
const smallest = 2 ** -1074;

/**
 * What the relus of a program with no other kinks are applied to, in evaluation order.
 * @throws HiddenSignError where no sign can be decided; ArgumentError where the program is not Lipschitz.
 */
export function reluArguments(program: Program, theta: Float64Array): readonly ReluArguments[] {
  const { tape, switching, unresolved, irregular } = scalarProcedure(program, theta);
  const [hidden] = unresolved;
  if (hidden !== undefined) throw new HiddenSignError(hidden.index, hidden.op);
  const [obstacle] = irregular;
  if (obstacle !== undefined) {
    const { op, node, reason } = obstacle;
    throw new ArgumentError('theta', `a point at which ${op} (node ${node}): ${reason}`, 'others');
  }
  let position = 0;
  return program.nodes.flatMap(({ op, shape }, node) => {
    if (op !== 'relu' && op !== 'leakyRelu') return [];
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = new Float64Array(size);
    const sizes = new Float64Array(size);
    const signs = new Int8Array(size);
    const rough: number[] = [];
    for (let i = 0; i < size; i++) {
      const z = switching[position++]!;
      const [value, radius] = [tape.value[z]!, tape.radius[z]!];
      const sign = tape.signOf(z)!;
      signs[i] = sign;
      if (radius <= roughness * Math.abs(value)) {
        values[i] = value;
        sizes[i] = radius === 0 ? Math.abs(value) : (Math.abs(value) - radius) * downward;
        continue;
      }
      rough.push(i);
      const exact = tape.exact(z);
      values[i] = exact === undefined ? value : closest(exact);
      sizes[i] =
        exact === undefined
          ? (Math.abs(value) - radius) * downward
          : Math.abs(values[i]!) * (1 - 2 ** -51);
      if (sign !== 0) sizes[i] = Math.max(sizes[i]!, smallest);
    }
    return [{ node, signs, values, sizes, rough }];
  });
}

/** A double near the number, of the same sign. */
function closest(exact: Rational): number {
  const value = toNumber(exact);
  if (value !== 0 || exact.n === 0n) return value;
  return exact.n > 0n ? smallest : -smallest;
}

/** The pre-activations closest to 0 on either side, and the number of those that are 0. */
export interface SwitchingExtremes {
  /** Lower bound of the smallest positive value, ∞ if there is none. */
  readonly smallestPositive: number;
  /** Lower bound of the smallest |value| among the negative ones, ∞ if there is none. */
  readonly smallestNegative: number;
  /** How many are exactly 0. */
  readonly zeros: number;
}

/** The extremes over the arguments of all ReLUs. */
export function switchingExtremes(relus: readonly ReluArguments[]): SwitchingExtremes {
  let smallestPositive = Infinity;
  let smallestNegative = Infinity;
  let zeros = 0;
  for (const { signs, sizes } of relus) {
    for (let i = 0; i < signs.length; i++) {
      if (signs[i] === 0) zeros++;
      else if (signs[i]! > 0) smallestPositive = Math.min(smallestPositive, sizes[i]!);
      else smallestNegative = Math.min(smallestNegative, sizes[i]!);
    }
  }
  return { smallestPositive, smallestNegative, zeros };
}
