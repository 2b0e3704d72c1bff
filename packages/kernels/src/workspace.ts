import type { Dtype, FloatArray } from '@nonsmooth/core';
import type { Activation } from './activations/activation.js';
import type { Kinks } from './kinks.js';

/** Functions of one number that kernels compute entry by entry. */
export const unaryNames = [
  'negate',
  'absolute',
  'square',
  'squareRoot',
  'reciprocal',
  'exp',
  'expm1',
  'log',
  'log1p',
  'erf',
] as const;

/** The name of a function of one number. */
export type UnaryName = (typeof unaryNames)[number];

/** Functions of two numbers that kernels compute entry by entry; NaN wins over numbers. */
export const binaryNames = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum'] as const;

/** The name of a function of two numbers. */
export type BinaryName = (typeof binaryNames)[number];

/** Shape of a product out = a·b, out: m × n; a is m × k, or k × m if transposed, b k × n, or n × k. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Add to `out` instead of replacing it. Default false. */
  readonly add?: boolean;
}

/**
 * Arrays in the memory of a kernel and operations on them that allocate nothing. Operands are arrays of the
 * workspace or subarrays of them; only entrywise operations may write over their operands.
 */
export interface Workspace {
  readonly dtype: Dtype;
  /** One array of each length asked for, zeroed. They stay where they are until the workspace is disposed of. */
  readonly arrays: readonly FloatArray[];
  product(a: FloatArray, b: FloatArray, out: FloatArray, product: Product): void;
  /** out = f(x). */
  unary(f: UnaryName, x: FloatArray, out: FloatArray): void;
  /** out = x ∘ y; y may be a single number for all entries. */
  binary(f: BinaryName, x: FloatArray, y: FloatArray, out: FloatArray): void;
  /** y += factor·x. */
  addMultiple(factor: number, x: FloatArray, y: FloatArray): void;
  /** value = A(x) and slope = A'(x). */
  activation(
    activation: Activation,
    x: FloatArray,
    value: FloatArray,
    slope: FloatArray,
    kinks?: Kinks,
  ): void;
  sum(x: FloatArray): number;
  dot(x: FloatArray, y: FloatArray): number;
  /** The largest entry; NaN if there is one. */
  largest(x: FloatArray): number;
  /** out[i] = Σ_j x[i,j] for x with out.length rows. */
  sumRows(x: FloatArray, out: FloatArray): void;
  /** out[j] = Σ_i x[i,j] for x with out.length columns. */
  sumColumns(x: FloatArray, out: FloatArray): void;
  /** out[i,j] = row[j]. */
  repeatRow(row: FloatArray, out: FloatArray): void;
  dispose(): void;
}
