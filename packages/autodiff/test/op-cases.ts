import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';

/** One use of every op: where its arguments may lie, and the op as a function of one array. */
export interface OpCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly f: (x: Value) => Value;
}

const vector = (
  name: string,
  f: (x: Value) => Value,
  low = -2,
  high = 2,
  shape: readonly number[] = [4],
): OpCase => ({ name, shape, low, high, f });

const matrix = (name: string, f: (x: Value) => Value, low = -2, high = 2): OpCase =>
  vector(name, f, low, high, [3, 4]);

const cubic = {
  name: 'cubic',
  value: (x: number) => x * x * x,
  derivative: (x: number) => 3 * x * x,
  secondDerivative: (x: number) => 6 * x,
  thirdDerivative: () => 6,
};

const fixed = [0.3, -1.7, 0.9, 2.1];
const table = [
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
  [-2, 1, 0.1],
  [0.7, 0.6, -1.3],
];

/** Every op away from its kinks and singularities (random points miss the kinks with probability 1). */
export const opCases: readonly OpCase[] = [
  vector('neg', ad.neg),
  vector('exp', ad.exp),
  vector('expm1', ad.expm1),
  vector('log', ad.log, 0.2, 3),
  vector('log1p', ad.log1p, -0.8, 3),
  vector('sqrt', ad.sqrt, 0.2, 3),
  vector('square', ad.square),
  vector('reciprocal', ad.reciprocal, 0.3, 3),
  vector('sin', ad.sin),
  vector('cos', ad.cos),
  vector('tan', ad.tan, -1, 1),
  vector('asin', ad.asin, -0.9, 0.9),
  vector('acos', ad.acos, -0.9, 0.9),
  vector('atan', ad.atan),
  vector('√(1 + x²)', (x) => ad.sqrt(ad.add(1, ad.square(x)))),
  vector('atan of what may overflow', (x) => ad.atan(ad.square(x))),
  vector('sinh', ad.sinh),
  vector('cosh', ad.cosh),
  vector('tanh', ad.tanh),
  vector('asinh', ad.asinh),
  vector('acosh', ad.acosh, 1.2, 3),
  vector('atanh', ad.atanh, -0.9, 0.9),
  vector('erf', ad.erf),
  vector('erfc', ad.erfc),
  vector('logistic', ad.logistic, -5, 5),
  vector('softplus', ad.softplus, -5, 5),
  vector('pow 3', (x) => ad.pow(x, 3)),
  vector('pow −2', (x) => ad.pow(x, -2), 0.4, 2),
  vector('pow 2.5', (x) => ad.pow(x, 2.5), 0.2, 2),
  vector('pow with a traced exponent', (x) => ad.pow(ad.add(x, 3), ad.sin(x))),
  vector('gelu', ad.gelu, -4, 4),
  vector('swish', ad.swish, -4, 4),
  vector('mish', ad.mish, -4, 4),
  vector('elu', (x) => ad.elu(x)),
  vector('elu with a kink', (x) => ad.elu(x, 1.5)),
  vector('softsign', ad.softsign),
  vector('elementwise', (x) => ad.elementwise(cubic, x)),
  vector('add', (x) => ad.add(x, fixed)),
  vector('sub, both ways', (x) => ad.mul(ad.sub(x, fixed), ad.sub(1, x))),
  vector('mul by itself', (x) => ad.mul(x, x)),
  vector('div by x', (x) => ad.div(fixed, x), 0.4, 2),
  vector('div of x', (x) => ad.div(x, ad.exp(x))),
  vector('xlogy', (x) => ad.xlogy(x, ad.square(ad.add(x, 3)))),
  vector('log1mexp', ad.log1mexp, -3, -0.2),
  vector('logCosh', ad.logCosh),
  vector('logSigmoid', ad.logSigmoid),
  vector('sinc', ad.sinc),
  vector('exprel', ad.exprel),
  vector('sort', (x) => ad.square(ad.sort(x))),
  vector('atan2', (x) => ad.atan2(x, ad.add(x, 5))),
  vector('relu', ad.relu),
  vector('leakyRelu', (x) => ad.leakyRelu(x, 0.2)),
  vector('abs', ad.abs),
  vector('maximum', (x) => ad.maximum(x, ad.sin(x))),
  vector('minimum', (x) => ad.minimum(ad.square(x), fixed)),
  vector('clip', (x) => ad.clip(x, -1, 0.5)),
  vector('sign', (x) => ad.mul(x, ad.sign(x))),
  vector('where', (x) => ad.where(ad.greater(x, 0.3), ad.exp(x), ad.square(x))),
  vector('comparisons', (x) =>
    ad.mul(x, ad.add(ad.lessEqual(x, 0.5), ad.add(ad.less(x, 0), ad.greaterEqual(x, 1)))),
  ),
  vector('branch', (x) => ad.branch(x, ad.sin(x), ad.exp(x), ad.square(x), 0.5)),
  vector('stopGradient of a constant factor', (x) => ad.mul(x, ad.stopGradient(fixed))),
  matrix('broadcasting a row', (x) => ad.mul(x, ad.add(ad.slice(x, [0, 0], [1, 4]), fixed))),
  matrix('broadcasting a column', (x) => ad.div(x, ad.exp(ad.slice(x, [0, 0], [3, 1])))),
  matrix('broadcasting a scalar', (x) => ad.mul(x, ad.sum(x))),
  matrix('broadcastTo', (x) => ad.mul(ad.broadcastTo(x, [2, 3, 4]), [[[1]], [[-2]]])),
  matrix('maximum, broadcast', (x) => ad.maximum(x, ad.slice(x, [1, 0], [2, 4]))),
  matrix('reshape', (x) => ad.mul(ad.reshape(x, [2, -1]), [1, 2, 3, 4, 5, 6])),
  matrix('transpose', (x) => ad.mul(ad.transpose(x), [1, 2, 3])),
  matrix('transpose of three axes', (x) =>
    ad.mul(ad.transpose(ad.reshape(x, [3, 2, 2]), [2, 0, 1]), [[[1, 2]], [[3, 4]]]),
  ),
  matrix('slice', (x) => ad.slice(x, [1, 0], [3, -1])),
  matrix('slice with steps', (x) => ad.square(ad.slice(x, [0, 1], [3, 4], [2, 2]))),
  matrix('embed', (x) => ad.square(ad.embed(x, [1, 0], [1, 2], [5, 8]))),
  matrix('concatenate', (x) => ad.square(ad.concatenate([x, ad.sin(x), x], 1))),
  matrix('concatenate with a constant', (x) => ad.square(ad.concatenate([x, [fixed]], 0))),
  matrix('stack', (x) => ad.mul(ad.stack([x, ad.exp(x)], -1), [2, -1])),
  matrix('gather', (x) => ad.square(ad.gather(x, [2, 0, 2], 0))),
  matrix('gather in the last axis', (x) => ad.square(ad.gather(x, [3, 3, 1], 1))),
  matrix('scatterAdd', (x) => ad.square(ad.scatterAdd(x, [1, 1, 4], 0, 5))),
  matrix('sum', (x) => ad.square(ad.sum(x, [0]))),
  matrix('mean', (x) => ad.square(ad.mean(x, 1))),
  matrix('max', (x) => ad.square(ad.max(x, 1))),
  matrix('min', (x) => ad.exp(ad.min(x))),
  matrix('logSumExp', (x) => ad.logSumExp(ad.square(x), -1)),
  matrix('softmax', (x) => ad.softmax(x)),
  matrix('logSoftmax', (x) => ad.logSoftmax(x, [0])),
  matrix('norm', (x) => ad.norm(x, 0)),
  matrix('oneNorm', (x) => ad.oneNorm(x, 0)),
  matrix('maximumNorm', (x) => ad.maximumNorm(x)),
  matrix('root of a sum of squares', (x) => ad.sqrt(ad.sum(ad.square(x), 1))),
  matrix('matmul', (x) => ad.matmul(x, table)),
  matrix('matmul by its own transpose', (x) => ad.matmul(x, ad.transpose(x))),
  matrix('matrix by vector', (x) => ad.matmul(x, fixed)),
  matrix('vector by matrix', (x) => ad.matmul([1, -2, 0.5], x)),
  matrix('batched matmul', (x) =>
    ad.matmul(ad.reshape(x, [3, 1, 2, 2]), ad.reshape(ad.slice(x, [0, 0], [2, 4]), [2, 2, 2])),
  ),
  vector('dot', (x) => ad.dot(x, ad.exp(x))),
  vector('outer', (x) => ad.outer(x, ad.sin(x))),
];
