import {
  abs,
  add,
  at,
  clip,
  concatenate,
  div,
  leakyRelu,
  log1p,
  logCosh,
  matmul,
  max,
  maximum,
  maximumNorm,
  mean,
  min,
  minimum,
  mul,
  neg,
  norm,
  oneNorm,
  relu,
  reshape,
  sin,
  slice,
  softplus,
  sort,
  square,
  stack,
  sub,
  sum,
  tanh,
  type Operand,
  type Value,
} from '@nonsmooth/autodiff';
import { foldIn, integers, key, normal } from '@nonsmooth/tensor';

/** A function with kinks, and where flows of it start. */
export interface KinkedProblem {
  readonly name: string;
  readonly f: (x: Value) => Value;
  readonly start: readonly number[];
  readonly until: number;
  /** Flows of it are unique, and limits of explicit Euler. */
  readonly isConvex: boolean;
}

/** Numbers of one problem: normal ones, or small integers, with which many kinks meet at once. */
interface Draw {
  readonly numbers: (count: number) => number[];
  readonly rows: (count: number, size: number) => number[][];
  readonly sizes: (low: number, high: number) => number;
}

interface Family {
  readonly name: string;
  readonly isConvex: boolean;
  readonly make: (draw: Draw) => {
    f: KinkedProblem['f'];
    n: number;
    until?: number;
    start?: number[];
  };
}

const part = (x: Operand, from: number, to: number): Value => slice(x, [from], [to]);
const half = (x: Operand): Value => mul(0.5, sum(square(x)));
const near = (x: Value, a: readonly number[]): Value => half(sub(x, [...a]));
const total = (terms: readonly Value[]): Value => terms.reduce((a, b) => add(a, b));
const differences = (x: Value, n: number): Value => sub(part(x, 1, n), part(x, 0, n - 1));
const linear = (rows: readonly (readonly number[])[], x: Value): Value =>
  sum(
    mul(
      rows.map((row) => [...row]),
      x,
    ),
    [1],
  );
const signs = (numbers: readonly number[]): number[] => numbers.map((x) => (x < 0.2 ? -1 : 1));

function dense(
  x: Value,
  inputs: readonly (readonly number[])[],
  hidden: number,
  act: (z: Value) => Value,
): Value {
  const d = inputs[0]!.length;
  const w = reshape(part(x, 0, hidden * d), [d, hidden]);
  const b = part(x, hidden * d, hidden * (d + 1));
  const v = part(x, hidden * (d + 1), hidden * (d + 2));
  const z = add(matmul(inputs.map((row) => [...row]) as never, w), b);
  return sum(mul(act(z), v), [1]);
}

const convex = (name: string, make: Family['make']): Family => ({ name, isConvex: true, make });
const other = (name: string, make: Family['make']): Family => ({ name, isConvex: false, make });

export const families: readonly Family[] = [
  convex('fused lasso', ({ numbers, sizes }) => {
    const n = sizes(4, 16);
    const a = numbers(n);
    return {
      n,
      f: (x) => total([near(x, a), mul(0.4, sum(abs(x))), mul(0.7, sum(abs(differences(x, n))))]),
    };
  }),
  convex('trend filter', ({ numbers, sizes }) => {
    const n = sizes(5, 14);
    const a = numbers(n);
    return {
      n,
      f: (x) => add(near(x, a), mul(0.8, sum(abs(differences(differences(x, n), n - 1))))),
    };
  }),
  convex('total variation of a grid', ({ numbers }) => {
    const a = numbers(16);
    return {
      n: 16,
      f: (x) => {
        const grid = reshape(x, [4, 4]);
        const down = sub(slice(grid, [1, 0], [4, 4]), slice(grid, [0, 0], [3, 4]));
        const right = sub(slice(grid, [0, 1], [4, 4]), slice(grid, [0, 0], [4, 3]));
        return total([near(x, a), mul(0.5, sum(abs(down))), mul(0.5, sum(abs(right)))]);
      },
    };
  }),
  convex('isotropic total variation', ({ numbers }) => {
    const a = numbers(9);
    return {
      n: 9,
      f: (x) => {
        const grid = reshape(x, [3, 3]);
        const inner = slice(grid, [0, 0], [2, 2]);
        const down = sub(slice(grid, [1, 0], [3, 2]), inner);
        const right = sub(slice(grid, [0, 1], [2, 3]), inner);
        return add(near(x, a), mul(0.6, sum(norm(stack([down, right]), [0]))));
      },
    };
  }),
  convex('least absolute deviations', ({ numbers, rows, sizes }) => {
    const [m, n] = [sizes(6, 20), sizes(2, 4)];
    const [a, y] = [rows(m, n), numbers(m)];
    return { n, until: 20, f: (x) => mean(abs(sub(linear(a, x), y))) };
  }),
  convex('absolute deviations of duplicated samples', ({ numbers, rows }) => {
    const few = rows(5, 3);
    const a = [...few, ...few, ...few.slice(0, 2)];
    const y = numbers(a.length);
    return { n: 3, until: 20, f: (x) => mean(abs(sub(linear(a, x), y))) };
  }),
  convex('quantile regression', ({ numbers, rows }) => {
    const [a, y] = [rows(14, 3), numbers(14)];
    return {
      n: 3,
      until: 20,
      f: (x) => {
        const r = sub(y, linear(a, x));
        return mean(maximum(mul(0.3, r), mul(-0.7, r)));
      },
    };
  }),
  convex('Huber loss by minimum', ({ numbers, rows }) => {
    const [a, y] = [rows(10, 3), numbers(10)];
    return {
      n: 3,
      f: (x) => {
        const r = abs(sub(linear(a, x), y));
        const m = minimum(r, 0.5);
        return mean(add(mul(0.5, square(m)), mul(0.5, sub(r, m))));
      },
    };
  }),
  convex('support vector machine', ({ numbers, rows }) => {
    const [a, y] = [rows(16, 3), signs(numbers(16))];
    return {
      n: 4,
      until: 30,
      f: (x) => {
        const score = add(linear(a, part(x, 0, 3)), at(x, 3));
        return add(mul(0.05, half(part(x, 0, 3))), mean(relu(sub(1, mul(y, score)))));
      },
    };
  }),
  convex('support vector machine with duplicates', ({ numbers, rows }) => {
    const few = rows(4, 2);
    const a = [...few, ...few, ...few];
    const y = signs(numbers(12));
    return {
      n: 3,
      until: 30,
      f: (x) => {
        const score = add(linear(a, part(x, 0, 2)), at(x, 2));
        return add(mul(0.05, half(part(x, 0, 2))), mean(relu(sub(1, mul(y, score)))));
      },
    };
  }),
  convex('squared hinge', ({ numbers, rows }) => {
    const [a, y] = [rows(10, 3), signs(numbers(10))];
    return {
      n: 3,
      f: (x) => add(mul(0.1, half(x)), mean(square(relu(sub(1, mul(y, linear(a, x))))))),
    };
  }),
  convex('maximum of affine functions', ({ numbers, rows, sizes }) => {
    const [m, n] = [sizes(5, 12), sizes(2, 4)];
    const [a, c] = [rows(m, n), numbers(m)];
    return { n, until: 10, f: (x) => add(mul(0.2, half(x)), max(add(linear(a, x), c))) };
  }),
  convex('maximum of absolute affine functions', ({ numbers, rows }) => {
    const [a, c] = [rows(5, 3), numbers(5)];
    return { n: 3, until: 10, f: (x) => max(abs(sub(linear(a, x), c))) };
  }),
  convex('maximum of quadratics', ({ numbers, rows }) => {
    const [p, c] = [rows(5, 2), numbers(5)];
    return { n: 2, f: (x) => max(add(sum(square(sub(p, x)), [1]), c)) };
  }),
  convex('group lasso and absolute values', ({ numbers }) => {
    const a = numbers(6);
    return {
      n: 6,
      f: (x) =>
        total([
          near(x, a),
          mul(0.3, sum(abs(x))),
          mul(0.5, norm(part(x, 0, 3))),
          mul(0.5, norm(part(x, 3, 6))),
        ]),
    };
  }),
  convex('sparse groups from 0', ({ numbers }) => {
    const a = numbers(6).map((x) => 2 * x);
    return {
      n: 6,
      start: [0, 0, 0, 0, 0, 0],
      f: (x) =>
        total([
          near(x, a),
          mul(0.3, sum(abs(x))),
          mul(0.9, norm(part(x, 0, 3))),
          mul(0.9, norm(part(x, 3, 6))),
        ]),
    };
  }),
  convex('overlapping groups', ({ numbers }) => {
    const a = numbers(5);
    return {
      n: 5,
      f: (x) => total([near(x, a), ...[0, 1, 2].map((i) => mul(0.4, norm(part(x, i, i + 3))))]),
    };
  }),
  other('clipped sums', ({ numbers }) => {
    const [a, c] = [numbers(5), numbers(5)];
    return { n: 5, f: (x) => add(near(x, a), sum(mul(c, clip(x, -1, 1)))) };
  }),
  convex('nested absolute values', () => ({
    n: 2,
    f: (x) => add(abs(sub(at(x, 0), 1)), maximum(abs(at(x, 1)), abs(add(at(x, 0), at(x, 1))))),
  })),
  other('|x − |y||', ({ numbers }) => {
    const a = numbers(2);
    return { n: 2, f: (x) => add(abs(sub(at(x, 0), abs(at(x, 1)))), mul(0.3, near(x, a))) };
  }),
  other('folded absolute values', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      f: (x) => add(sum(abs(sub(abs(sub(abs(x), 2)), 1))), mul(0.3, near(x, a))),
    };
  }),
  other('Chebyshev–Rosenbrock, nested', ({ sizes }) => {
    const n = sizes(2, 4);
    return {
      n,
      until: 20,
      f: (x) =>
        total([
          mul(0.25, abs(sub(at(x, 0), 1))),
          sum(abs(add(sub(part(x, 1, n), mul(2, abs(part(x, 0, n - 1)))), 1))),
        ]),
    };
  }),
  other('Chebyshev–Rosenbrock, curved', ({ sizes }) => {
    const n = sizes(2, 4);
    return {
      n,
      until: 20,
      f: (x) =>
        total([
          mul(0.25, square(sub(at(x, 0), 1))),
          sum(abs(add(sub(part(x, 1, n), mul(2, square(part(x, 0, n - 1)))), 1))),
        ]),
    };
  }),
  other('ReLU network with absolute values of weights', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 2), numbers(6)];
    return {
      n: 12,
      f: (x) => add(mean(square(sub(dense(x, a, 3, relu), y))), mul(0.05, sum(abs(x)))),
    };
  }),
  other('tanh network with absolute values of weights', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 2), numbers(6)];
    return {
      n: 12,
      f: (x) => add(mean(square(sub(dense(x, a, 3, tanh), y))), mul(0.05, sum(abs(x)))),
    };
  }),
  other('leaky network, absolute loss', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 2), numbers(6)];
    return {
      n: 12,
      f: (x) =>
        mean(
          abs(
            sub(
              dense(x, a, 3, (z) => leakyRelu(z, 0.1)),
              y,
            ),
          ),
        ),
    };
  }),
  other('clipped network', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 2), numbers(6)];
    return {
      n: 12,
      f: (x) =>
        mean(
          square(
            sub(
              dense(x, a, 3, (z) => clip(z, -1, 1)),
              y,
            ),
          ),
        ),
    };
  }),
  convex('ordered weighted absolute values', ({ numbers }) => {
    const a = numbers(5);
    return {
      n: 5,
      f: (x) => add(near(x, a), sum(mul([0.1, 0.2, 0.4, 0.6, 0.9], sort(abs(x))))),
    };
  }),
  convex('sorted entries', ({ numbers }) => {
    const a = numbers(4);
    return { n: 4, f: (x) => add(near(x, a), sum(mul([-1, 0, 0.5, 1], sort(x)))) };
  }),
  convex('maximum norm', ({ numbers, sizes }) => {
    const n = sizes(3, 8);
    const a = numbers(n);
    return { n, f: (x) => add(near(x, a), mul(1.5, maximumNorm(x))) };
  }),
  convex('exact penalty of a ball', ({ numbers }) => {
    const a = numbers(3).map((x) => 2 * x);
    return { n: 3, f: (x) => add(near(x, a), mul(3, relu(sub(sum(square(x)), 1)))) };
  }),
  other('exact penalty of a sphere', ({ numbers }) => {
    const a = numbers(3);
    return { n: 3, f: (x) => add(sum(mul(a, x)), mul(3, abs(sub(sum(square(x)), 1)))) };
  }),
  convex('penalty of a cone', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      f: (x) => add(near(x, a), mul(2, relu(sub(norm(part(x, 0, 2)), at(x, 2))))),
    };
  }),
  convex('least squares with penalty of negative entries', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 4), numbers(6)];
    return { n: 4, f: (x) => add(half(sub(linear(a, x), y)), mul(20, sum(relu(neg(x))))) };
  }),
  convex('sum of distances', ({ rows, sizes }) => {
    const p = rows(sizes(3, 7), 2);
    return { n: 2, until: 10, f: (x) => mean(norm(sub(p, x), [1])) };
  }),
  convex('sum of distances from one of the points', ({ rows }) => {
    const p = rows(5, 2);
    return { n: 2, until: 10, start: [...p[0]!], f: (x) => mean(norm(sub(p, x), [1])) };
  }),
  convex('largest distance', ({ rows }) => {
    const p = rows(5, 2);
    return { n: 2, until: 10, f: (x) => max(norm(sub(p, x), [1])) };
  }),
  other('|xy|', ({ numbers }) => {
    const a = numbers(2);
    return { n: 2, f: (x) => add(abs(mul(at(x, 0), at(x, 1))), mul(0.5, near(x, a))) };
  }),
  other('|x||y|', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      f: (x) => add(mul(abs(at(x, 0)), abs(at(x, 1))), near(x, a)),
    };
  }),
  other('absolute values less their norm', ({ numbers }) => {
    const a = numbers(4);
    return { n: 4, f: (x) => add(near(x, a), mul(0.5, sub(sum(abs(x)), norm(x)))) };
  }),
  other('capped absolute values', ({ numbers }) => {
    const a = numbers(4);
    return { n: 4, f: (x) => add(mul(0.5, near(x, a)), sum(minimum(abs(x), 1))) };
  }),
  other('k-means', ({ rows }) => {
    const p = rows(8, 2);
    return {
      n: 4,
      f: (x) => {
        const far = [0, 2].map((i) => sum(square(sub(p, part(x, i, i + 2))), [1]));
        return mean(minimum(far[0]!, far[1]!));
      },
    };
  }),
  convex('pairwise ranking', ({ numbers, rows }) => {
    const a = rows(5, 3);
    void numbers;
    return {
      n: 3,
      until: 10,
      f: (x) => {
        const s = linear(a, x);
        return add(mul(0.05, half(x)), mean(relu(sub(1, sub(part(s, 0, 4), part(s, 1, 5))))));
      },
    };
  }),
  other('robust phase retrieval', ({ numbers, rows }) => {
    const [a, truth] = [rows(8, 3), numbers(3)];
    const y = a.map((row) => row.reduce((s, x, i) => s + x * truth[i]!, 0) ** 2);
    return { n: 3, f: (x) => mean(abs(sub(square(linear(a, x)), y))) };
  }),
  other('robust factorization', ({ rows }) => {
    const m = rows(3, 3);
    return {
      n: 6,
      f: (x) =>
        mean(abs(sub(mul(reshape(part(x, 0, 3), [3, 1]), reshape(part(x, 3, 6), [1, 3])), m))),
    };
  }),
  convex('largest eigenvalue', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      f: (x) => {
        const [p, q, r] = [at(x, 0), at(x, 1), at(x, 2)];
        const spread = norm(stack([mul(0.5, sub(p, q)), r]));
        return total([near(x, a), mul(0.5, add(p, q)), spread]);
      },
    };
  }),
  convex('logistic regression with absolute values', ({ numbers, rows }) => {
    const [a, y] = [rows(8, 3), signs(numbers(8))];
    return {
      n: 3,
      until: 20,
      f: (x) => add(mean(softplus(neg(mul(y, linear(a, x))))), mul(0.1, oneNorm(x))),
    };
  }),
  convex('median', ({ numbers, sizes }) => {
    const a = numbers(sizes(3, 9));
    return { n: 1, until: 10, f: (x) => mean(abs(sub(a, x))) };
  }),
  convex('isotonic regression by penalties', ({ numbers, sizes }) => {
    const n = sizes(4, 10);
    const a = numbers(n);
    return { n, f: (x) => add(near(x, a), mul(5, sum(relu(neg(differences(x, n)))))) };
  }),
  convex('insensitive regression', ({ numbers, rows }) => {
    const [a, y] = [rows(10, 3), numbers(10)];
    return {
      n: 3,
      until: 10,
      f: (x) => add(mul(0.1, half(x)), mean(relu(sub(abs(sub(linear(a, x), y)), 0.25)))),
    };
  }),
  convex('absolute values of dependent functions', ({ rows }) => {
    const a = rows(9, 3);
    return { n: 3, f: (x) => mean(abs(linear(a, x))) };
  }),
  convex('very different weights', ({ numbers }) => {
    const a = numbers(4);
    return { n: 4, f: (x) => add(near(x, a), sum(mul([1e-7, 1e-2, 1, 1e3], abs(x)))) };
  }),
  other('a group that is let go', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      until: 4,
      start: [0, 0, 0],
      f: (x) =>
        total([
          norm(part(x, 0, 2)),
          neg(mul(at(x, 2), add(at(x, 0), mul(0.5, at(x, 1))))),
          neg(mul(1 + Math.abs(a[0]!), at(x, 2))),
          mul(0.25, half(square(x))),
        ]),
    };
  }),
  other('waves', ({ numbers }) => {
    const a = numbers(3);
    return { n: 3, f: (x) => add(sum(abs(sin(mul(2, x)))), mul(0.2, near(x, a))) };
  }),
  convex('log of absolute values', ({ numbers }) => {
    const a = numbers(4);
    return { n: 4, f: (x) => add(near(x, a), mul(0.2, sum(log1p(abs(x))))) };
  }),
  other('maxout network', ({ numbers, rows }) => {
    const [a, y] = [rows(6, 2), numbers(6)];
    return {
      n: 12,
      f: (x) => {
        const w = reshape(part(x, 0, 12), [6, 2]);
        const z = matmul(a.map((row) => [...row]) as never, reshape(w, [2, 6]));
        const high = max(slice(z, [0, 0], [6, 3]), [1]);
        const low = max(slice(z, [0, 3], [6, 6]), [1]);
        return mean(square(sub(sub(high, low), y)));
      },
    };
  }),
  convex('distance to a box', ({ numbers }) => {
    const a = numbers(4).map((x) => 2 * x);
    return {
      n: 4,
      f: (x) => add(mul(0.3, near(x, a)), norm(sub(x, clip(x, -1, 1)))),
    };
  }),
  convex('infimum of a chain of maxima', ({ numbers }) => {
    const a = numbers(4);
    return {
      n: 4,
      f: (x) =>
        total([
          near(x, a),
          maximum(at(x, 0), maximum(at(x, 1), maximum(at(x, 2), at(x, 3)))),
          neg(min(x)),
        ]),
    };
  }),
  other('quotient', ({ numbers }) => {
    const a = numbers(3);
    return { n: 3, f: (x) => add(div(sum(abs(x)), add(1, norm(x))), mul(0.5, near(x, a))) };
  }),
  convex('absolute values and log cosh', ({ numbers }) => {
    const a = numbers(3);
    return {
      n: 3,
      f: (x) =>
        add(sum(logCosh(sub(x, a))), mul(0.4, sum(abs(concatenate([x, differences(x, 3)]))))),
    };
  }),
];

/** A problem of a family: normal numbers for even seeds, small integers for odd ones. */
export function kinkedProblem(which: number, seed: number): KinkedProblem {
  const { name, isConvex, make } = families[which]!;
  const root = foldIn(foldIn(key(77), which), seed);
  let use = 0;
  const isDegenerate = seed % 2 === 1;
  const numbers = (count: number): number[] => {
    const one = foldIn(root, use++);
    return isDegenerate
      ? Array.from(integers(one, [count], -2, 3), Number)
      : Array.from(normal(one, [count]).data, Number);
  };
  const draw: Draw = {
    numbers,
    rows: (count, size) => Array.from({ length: count }, () => numbers(size)),
    sizes: (low, high) => low + Number(integers(foldIn(root, use++), [1], 0, high - low + 1)[0]),
  };
  const { f, n, until = 3, start } = make(draw);
  return { name: `${name}, ${seed}`, f, until, isConvex, start: start ?? numbers(n) };
}
