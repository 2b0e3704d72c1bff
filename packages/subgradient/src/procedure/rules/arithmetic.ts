import type { Scalars } from '../scalars.js';
import { entrywise, spread, type Rule } from './rule.js';

type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'atan2' | 'xlogy' | 'maskedMul' | 'matmul';

/** Arithmetic of two arguments, entry by entry or of matrices. */
export const arithmetic: { readonly [O in ArithmeticOp]: Rule<O> } = {
  add: entrywise((scalars, _, u, v) => scalars.combine(1, u, 1, v)),
  sub: entrywise((scalars, _, u, v) => scalars.combine(1, u, -1, v)),
  mul: entrywise((scalars, _, u, v) => scalars.product(u, v)),
  div(at, scalars) {
    const [u, v] = spread(at);
    const inverse = scalars.reciprocals(v!, at.index);
    return u!.map((entry, i) => scalars.product(entry, inverse[i]!));
  },
  atan2(at, scalars) {
    const [y, x] = spread(at);
    return y!.map((v, i) => scalars.angle(v, x![i]!, at.index, i));
  },
  xlogy: entrywise(weightedLog),
  /** c·d, and 0 where the mask is 0. */
  maskedMul(at, scalars) {
    const inputs = spread(at);
    const [c, d] = inputs;
    const mask = at.node.masked ? inputs.at(-1)! : undefined;
    return c!.map((factor, i) => {
      const product = scalars.product(factor, d![i]!);
      return mask === undefined ? product : scalars.choose(mask[i]!, product, scalars.constant(0));
    });
  },
  matmul({ node: { shape }, inputs: [a, b], shapes }, scalars) {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = shapes[0]!.at(-1)!;
    const batch = shape.slice(0, -2).reduce((x, y) => x * y, 1);
    return scalars.matrixProduct(a!, b!, { m, k, n, batch });
  },
};

/** x·log y, and 0 where x = 0. */
function weightedLog(scalars: Scalars, index: number, x: number, y: number): number {
  if (scalars.constantOf(x) === 0) return scalars.constant(0);
  return scalars.product(x, scalars.callOne('log', y, index));
}
