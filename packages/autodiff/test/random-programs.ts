import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import fc from 'fast-check';

/** A program as data: each step applies an op to earlier values; values 0, 1, … start with the inputs. */
export interface Recipe {
  readonly dimension: number;
  readonly steps: readonly {
    readonly op: number;
    readonly first: number;
    readonly second: number;
    readonly factor: number;
  }[];
}

type Pair = (u: Value, v: Value, factor: number) => Value;

// Piecewise linear with small integer data: exact in floating point, and 0 at 0, where every kink is active.
const piecewiseLinear: readonly Pair[] = [
  (u, v) => ad.add(u, v),
  (u, v) => ad.sub(u, v),
  (u, _, factor) => ad.mul(factor, u),
  (u) => ad.relu(u),
  (u) => ad.abs(u),
  (u, v) => ad.maximum(u, v),
  (u, v) => ad.minimum(u, v),
  (u) => ad.leakyRelu(u, 0.5),
  (u, v, factor) => ad.max(ad.stack([u, v, ad.mul(factor, u)])),
];

const curved: readonly Pair[] = [
  ...piecewiseLinear,
  (u, v) => ad.mul(u, v),
  (u) => ad.sin(u),
  (u) => ad.square(u),
];

// Values beyond every domain: roots and logarithms of 0 and below, overflow, division by 0, all to be cut off.
const wild: readonly Pair[] = [
  ...curved,
  (u) => ad.sqrt(u),
  (u) => ad.log(u),
  (u) => ad.exp(ad.mul(300, u)),
  (u, v) => ad.div(u, v),
  (u) => ad.pow(u, 1 / 3),
  (u) => ad.tanh(u),
  (u) => ad.atan(u),
  (u) => ad.asin(u),
  (u, v) => ad.atan2(u, v),
  (u, v, factor) => ad.where(ad.greater(u, factor), v, u),
  (u, v) => ad.where(ad.greaterEqual(u, v), u, 1),
  (u, v) => ad.logSumExp(ad.stack([u, v])),
  (u, v) => ad.norm(ad.stack([u, v])),
  (u, v) => ad.sum(ad.softmax(ad.stack([u, v])), 0),
  (u, v) =>
    ad.sum(
      ad.matmul(ad.stack([u, v]), [
        [1, 0],
        [0, 1],
      ]),
    ),
  (u) => ad.clip(u, -1, 1),
];

function recipes(ops: number): fc.Arbitrary<Recipe> {
  const step = fc.record({
    op: fc.nat(ops - 1),
    first: fc.nat(),
    second: fc.nat(),
    factor: fc.integer({ min: -2, max: 3 }),
  });
  return fc.record({
    dimension: fc.integer({ min: 1, max: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  });
}

function follow(ops: readonly Pair[], { dimension, steps }: Recipe): (x: Value) => Value {
  return (x) => {
    const values: Value[] = [];
    for (let i = 0; i < dimension; i++) {
      values.push(ad.reshape(ad.slice(x, [i], [i + 1]), []));
    }
    for (const { op, first, second, factor } of steps) {
      values.push(
        ops[op]!(values[first % values.length]!, values[second % values.length]!, factor),
      );
    }
    return values.slice(-3).reduce((total, value) => ad.add(total, value));
  };
}

export const piecewiseLinearRecipes: fc.Arbitrary<Recipe> = recipes(piecewiseLinear.length);
export const curvedRecipes: fc.Arbitrary<Recipe> = recipes(curved.length);
export const followPiecewiseLinear = (recipe: Recipe): ((x: Value) => Value) =>
  follow(piecewiseLinear, recipe);
export const followCurved = (recipe: Recipe): ((x: Value) => Value) => follow(curved, recipe);
export const wildRecipes: fc.Arbitrary<Recipe> = recipes(wild.length);
export const followWild = (recipe: Recipe): ((x: Value) => Value) => follow(wild, recipe);
