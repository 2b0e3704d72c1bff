import {
  ArgumentError,
  DisposedError,
  requireDtype,
  requireLength,
  requireOneOf,
  requireOutput,
  ShapeError,
  type Dtype,
  type FloatArray,
} from '@nonsmooth/core';
import { activationParameter } from '../activations/resolve.js';
import { activations, atKink } from '../activations/table.js';
import { defaultKinks } from '../kinks.js';
import { requireLengths } from '../problem.js';
import { binaryNames, unaryNames, type Workspace } from '../workspace.js';
import { elementBytes, view } from './arena.js';
import { matmulBlock } from './generated/constants.js';
import { ownMemory } from './home.js';
import { openKernels, type Build } from './module.js';

/** Numbers that a product with this k needs besides its operands. */
export function productScratch(k: number): number {
  return (k + 4) * (matmulBlock + 4);
}

/**
 * Arrays in one exactly sized memory with the kernels on them. `largestInner` bounds k of the products to come.
 * @throws ArgumentError for impossible lengths, MemoryLimitError.
 */
export function workspace(
  build: Build,
  dtype: Dtype,
  lengths: readonly number[],
  largestInner: number,
): Workspace {
  requireDtype('dtype', dtype);
  requireLengths(lengths, largestInner);
  const size = elementBytes[dtype];
  // a memory of its own, because its arrays are handed out and may outlive it
  const { layout, memory, kernels } = ownMemory(build, (arena) => ({
    addresses: lengths.map((length) => arena.reserve(length * size)),
    scratch: arena.reserve(productScratch(largestInner) * size),
  }));
  const { addresses, scratch } = layout;
  const { buffer } = memory;
  const kernel = openKernels(build, kernels, memory, dtype);
  let disposed = false;

  /** Address of an operand. */
  function at(name: string, array: FloatArray): number {
    if (disposed) throw new DisposedError('the workspace');
    if (array?.buffer !== buffer) {
      throw new ArgumentError(name, array, 'arrays of this workspace and subarrays of them');
    }
    return array.byteOffset;
  }

  /** Rows of `x` if each has `width` numbers. */
  function rows(x: FloatArray, width: number): number {
    if (width === 0 || x.length % width !== 0) {
      throw new ShapeError('x.length', x.length, `a multiple of ${width}`);
    }
    return x.length / width;
  }

  return {
    dtype,
    arrays: addresses.map((address, i) => view(memory, dtype, address, lengths[i]!)),
    product(a, b, out, { m, k, n, transposeA, transposeB, add }) {
      requireLength('a', a, m * k);
      requireLength('b', b, k * n);
      requireOutput('out', out, m * n);
      if (k > largestInner) throw new ArgumentError('k', k, `at most ${largestInner} here`);
      kernel.matmul(
        at('a', a),
        at('b', b),
        at('out', out),
        m,
        k,
        n,
        transposeA ? 1 : 0,
        transposeB ? 1 : 0,
        add ? 1 : 0,
        scratch,
      );
    },
    unary(f, x, out) {
      requireOneOf('f', f, unaryNames);
      requireOutput('out', out, x.length);
      kernel.unary(unaryNames.indexOf(f), at('x', x), at('out', out), x.length);
    },
    binary(f, x, y, out) {
      requireOneOf('f', f, binaryNames);
      requireOutput('out', out, x.length);
      if (y.length !== 1) requireLength('y', y, x.length);
      const step = y.length === 1 ? 0 : 16;
      kernel.binary(binaryNames.indexOf(f), at('x', x), at('y', y), step, at('out', out), x.length);
    },
    addMultiple(factor, x, y) {
      requireLength('y', y, x.length);
      kernel.addMultiple(factor, at('x', x), at('y', y), x.length);
    },
    activation(activation, x, value, slope, kinks = defaultKinks) {
      requireLength('value', value, x.length);
      requireLength('slope', slope, x.length);
      kernel.activation(
        activations[activation.name].code,
        activationParameter(activation),
        atKink(activation.name, kinks),
        at('x', x),
        at('value', value),
        at('slope', slope),
        x.length,
      );
    },
    sum: (x) => kernel.sum(at('x', x), x.length),
    dot(x, y) {
      requireLength('y', y, x.length);
      return kernel.dot(at('x', x), at('y', y), x.length);
    },
    largest: (x) => kernel.largest(at('x', x), x.length),
    sumRows(x, out) {
      kernel.sumRows(at('x', x), at('out', out), out.length, rows(x, out.length));
    },
    sumColumns(x, out) {
      kernel.sumColumns(at('x', x), at('out', out), rows(x, out.length), out.length);
    },
    repeatRow(row, out) {
      kernel.repeatRow(at('row', row), at('out', out), rows(out, row.length), row.length);
    },
    dispose() {
      disposed = true;
    },
  };
}
