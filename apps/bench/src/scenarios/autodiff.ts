import {
  abs,
  add,
  matmul,
  mean,
  mul,
  objective,
  slice,
  softplus,
  square,
  sub,
  sum,
  valueAndGrad,
  type Value,
} from '@nonsmooth/autodiff';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import type { Scenario } from '../scenario.js';
import { relativeError } from './five-nets.js';

interface Problem {
  readonly dimension: number;
  readonly traced: (x: Value) => Value;
  /** The gradient in closed form. */
  readonly gradient: (x: Float64Array) => Float64Array;
}

type ProblemName = keyof typeof problems;

/** Value and gradient of traced functions, compared with gradients in closed form. */
export const autodiff: Scenario = {
  name: 'autodiff',
  summary: 'value and gradient of traced functions',
  packages: ['autodiff', 'tensor', 'kernels'],
  cases: () => [
    ...(Object.keys(problems) as ProblemName[]).map((problem) => caseOf(problem, 'once')),
    caseOf('Rosenbrock', 'every call'),
  ],
};

function caseOf(problem: ProblemName, tracing: 'once' | 'every call'): Case {
  const { dimension, traced, gradient: closedForm } = problems[problem];
  return timed<number>({
    name: tracing === 'once' ? problem : `${problem}, traced anew`,
    unit: 'gradients',
    prepare(seed) {
      const x = Float64Array.from(
        uniform(foldIn(key(seed), 1), [dimension], { low: -1, high: 1 }).data,
      );
      let gradient = new Float64Array(dimension);
      const compiled = objective(traced, dimension);
      const differentiate = valueAndGrad(traced);
      return {
        units: 1,
        run:
          tracing === 'once'
            ? () => void compiled.gradient(x, gradient)
            : () => void (gradient = Float64Array.from(differentiate(x).gradient.data)),
        answer: () => relativeError(gradient, closedForm(x)),
        fingerprint: () => [gradient],
      };
    },
    check: (error) => [boundError('gradient against the closed form', error, 1e-12)],
  });
}

const rows = 200;
const columns = 50;
const features = Float64Array.from(uniform(key(2025), [rows, columns], { low: -1, high: 1 }).data);

const problems = {
  /** Σ 100(x_{i+1} − x_i²)² + (1 − x_i)² */
  Rosenbrock: {
    dimension: 100,
    traced: (x: Value): Value => {
      const head = slice(x, [0], [99]);
      const tail = slice(x, [1], [100]);
      return sum(add(mul(100, square(sub(tail, square(head)))), square(sub(1, head))));
    },
    gradient: (x: Float64Array): Float64Array => {
      const out = new Float64Array(x.length);
      for (let i = 0; i + 1 < x.length; i++) {
        const residual = x[i + 1]! - x[i]! ** 2;
        out[i]! += -400 * x[i]! * residual - 2 * (1 - x[i]!);
        out[i + 1]! += 200 * residual;
      }
      return out;
    },
  },
  /** Nesterov's: ¼(x₁ − 1)² + Σ |x_{i+1} − 2x_i² + 1| */
  'Chebyshev–Rosenbrock': {
    dimension: 100,
    traced: (x: Value): Value => {
      const head = slice(x, [0], [99]);
      const tail = slice(x, [1], [100]);
      const first = slice(x, [0], [1]);
      const kinked = abs(add(sub(tail, mul(2, square(head))), 1));
      return add(mul(0.25, sum(square(sub(first, 1)))), sum(kinked));
    },
    gradient: (x: Float64Array): Float64Array => {
      const out = new Float64Array(x.length);
      out[0] = 0.5 * (x[0]! - 1);
      for (let i = 0; i + 1 < x.length; i++) {
        const sign = Math.sign(x[i + 1]! - 2 * x[i]! ** 2 + 1);
        out[i]! += -4 * x[i]! * sign;
        out[i + 1]! += sign;
      }
      return out;
    },
  },
  /** Mean of log(1 + e^{Xw}): gradient Xᵀ logistic(Xw) / rows */
  'logistic loss': {
    dimension: columns,
    traced: (w: Value): Value => mean(softplus(matmul(nested(features), w))),
    gradient: (w: Float64Array): Float64Array => {
      const out = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        const x = features.subarray(row * columns, (row + 1) * columns);
        const z = x.reduce((total, value, i) => total + value * w[i]!, 0);
        x.forEach((value, i) => void (out[i]! += value / (1 + Math.exp(-z)) / rows));
      }
      return out;
    },
  },
} satisfies Record<string, Problem>;

function nested(data: Float64Array): readonly (readonly number[])[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}
