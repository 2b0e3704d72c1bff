import { floatArray, requireDtype, type Dtype, type FloatArray } from '@nonsmooth/core';
import { requireLengths } from '../problem.js';
import type { BinaryName, UnaryName, Workspace } from '../workspace.js';
import { activations, atKink } from '../activations/table.js';
import { activationParameter } from '../activations/resolve.js';
import { defaultKinks } from '../kinks.js';
import { erf } from './erf.js';

const unaryFunctions: { readonly [Name in UnaryName]: (x: number) => number } = {
  negate: (x) => -x,
  absolute: Math.abs,
  square: (x) => x * x,
  squareRoot: Math.sqrt,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  erf,
};

const binaryFunctions: { readonly [Name in BinaryName]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  maximum: Math.max,
  minimum: Math.min,
};

/** A workspace of plain arrays and loops. */
export function workspace(dtype: Dtype, lengths: readonly number[], largestInner = 0): Workspace {
  requireDtype('dtype', dtype);
  requireLengths(lengths, largestInner);
  const self: Workspace = {
    dtype,
    arrays: lengths.map((length) => floatArray(dtype, length)),
    product(a, b, out, { m, k, n, transposeA, transposeB, add }) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) {
            const left = transposeA ? a[l * m + i]! : a[i * k + l]!;
            const right = transposeB ? b[j * k + l]! : b[l * n + j]!;
            sum += left * right;
          }
          out[i * n + j] = add ? out[i * n + j]! + sum : sum;
        }
      }
    },
    unary: (f, x, out) => x.forEach((value, i) => (out[i] = unaryFunctions[f](value))),
    binary: (f, x, y, out) =>
      x.forEach((value, i) => (out[i] = binaryFunctions[f](value, y[y.length === 1 ? 0 : i]!))),
    addMultiple: (factor, x, y) => x.forEach((value, i) => (y[i]! += factor * value)),
    activation(activation, x, value, slope, kinks = defaultKinks) {
      const { name } = activation;
      const f = activations[name].scalar(activationParameter(activation), atKink(name, kinks));
      for (let i = 0; i < x.length; i++) {
        const z = x[i]!;
        value[i] = f.value(z);
        slope[i] = f.derivative(z);
      }
    },
    sum: (x) => fold(x, 0, (total, value) => total + value),
    dot: (x, y) => fold(x, 0, (total, value, i) => total + value * y[i]!),
    largest: (x) => fold(x, -Infinity, (most, value) => Math.max(most, value)),
    sumRows(x, out) {
      const width = x.length / out.length;
      for (let i = 0; i < out.length; i++)
        out[i] = self.sum(x.subarray(i * width, (i + 1) * width));
    },
    sumColumns(x, out) {
      const sums = new Float64Array(out.length);
      x.forEach((value, i) => (sums[i % out.length]! += value));
      out.set(sums);
    },
    repeatRow: (row, out) => {
      for (let i = 0; i < out.length; i++) out[i] = row[i % row.length]!;
    },
    dispose() {},
  };
  return self;
}

function fold(
  x: FloatArray,
  start: number,
  step: (total: number, value: number, i: number) => number,
): number {
  let total = start;
  for (let i = 0; i < x.length; i++) total = step(total, x[i]!, i);
  return total;
}
