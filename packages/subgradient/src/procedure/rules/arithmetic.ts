import type { Expansion } from '../expansion.js';
import { kinds } from '../tape.js';
import { callOne, reciprocals } from './elementary.js';
import { entrywise, spread, type Rule } from './rule.js';

type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'atan2' | 'xlogy' | 'maskedMul' | 'matmul';

/** Arithmetic of two arguments, entry by entry or of matrices. */
export const arithmetic: { readonly [O in ArithmeticOp]: Rule<O> } = {
  add: entrywise(({ tape }, _, u, v) => tape.combine(1, u, 1, v)),
  sub: entrywise(({ tape }, _, u, v) => tape.combine(1, u, -1, v)),
  mul: entrywise(({ tape }, _, u, v) => tape.product(u, v)),
  div(at, expansion) {
    const [u, v] = spread(at);
    const inverse = reciprocals(expansion, v!, at.index);
    return u!.map((entry, i) => expansion.tape.product(entry, inverse[i]!));
  },
  atan2(at, expansion) {
    const [y, x] = spread(at);
    return y!.map((v, i) => angle(expansion, v, x![i]!, at.index, i));
  },
  xlogy: entrywise(weightedLog),
  /** c·d, and 0 where the mask is 0. */
  maskedMul(at, { tape }) {
    const inputs = spread(at);
    const [c, d] = inputs;
    const mask = at.node.masked ? inputs.at(-1)! : undefined;
    return c!.map((factor, i) =>
      mask !== undefined && tape.value[mask[i]!] === 0
        ? tape.constant(0)
        : tape.product(factor, d![i]!),
    );
  },
  matmul({ node: { shape }, inputs: [a, b], shapes }, { tape }) {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = shapes[0]!.at(-1)!;
    const batch = shape.slice(0, -2).reduce((x, y) => x * y, 1);
    return tape.matrixProduct(a!, b!, { m, k, n, batch });
  },
};

/** x·log y, and 0 where x = 0. */
function weightedLog(expansion: Expansion, index: number, x: number, y: number): number {
  const { tape } = expansion;
  if (tape.kind[x] === kinds.constant && tape.value[x] === 0) return tape.constant(0);
  return tape.product(x, callOne(expansion, 'log', y, index));
}

function angle(expansion: Expansion, y: number, x: number, index: number, entry: number): number {
  const { tape } = expansion;
  const [v, u] = [tape.value[y]!, tape.value[x]!];
  const square = u * u + v * v;
  if (!(square > 0)) expansion.report(index, entry, 'atan2 is not Lipschitz here');
  const relative = (tape.radius[y]! + tape.radius[x]!) / Math.sqrt(square) + 2 ** -49;
  if (square > 0 && !(relative < 0.25)) {
    expansion.report(index, entry, 'atan2 may not be Lipschitz here');
  }
  const partials = [u / square, -v / square];
  return tape.apply(Math.atan2(v, u), 2 * relative + 4 * 2 ** -50, {
    name: 'atan2',
    arguments: [y, x],
    partials,
    partialRadii: partials.map(() => (4 * relative) / Math.sqrt(square)),
  });
}
