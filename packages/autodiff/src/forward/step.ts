import type { FloatArray } from '@nonsmooth/core';
import type { Shape } from '../program.js';

/** An array that a step reads or writes; contiguous, row-major. */
export interface Buffer {
  readonly data: FloatArray;
  readonly shape: Shape;
}

/** One node, bound to its arrays: reads the inputs, overwrites the output, allocates nothing. */
export type Step = () => void;
