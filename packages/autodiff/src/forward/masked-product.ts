import type { FloatArray } from '@nonsmooth/core';
import type { NodeOf } from '../program.js';
import { broadcastLoop } from './broadcast.js';
import { read, reader, type Reader } from './choice.js';
import { innerLoops } from './inner-loops.js';
import type { Buffer, Step } from './step.js';

/** Numbers below this have lost digits. */
const smallest = 2 ** -1022;

/** Whether a product with the factor c proves nothing: c may be rounded to 0 and the value y, to which it belongs, overflowed. */
export function isLost(c: number, y: number): boolean {
  return Math.abs(c) < smallest && Math.abs(y) === Infinity;
}

/**
 * (c, d, y?, m?): c·d; NaN where c has underflowed and y is infinite; 0 where m = 0. The mask is read only where the
 * product is NaN.
 */
export function maskedProduct(
  { guarded, masked }: NodeOf<'maskedMul'>,
  inputs: readonly Buffer[],
  out: Buffer,
): Step {
  const [c, d] = inputs as [Buffer, Buffer];
  const multiply = broadcastLoop(innerLoops.mul, c, d, out);
  const first = reader(c, out);
  const value = guarded ? reader(inputs[2]!, out) : undefined;
  const mask = masked ? inputs.at(-1)! : undefined;
  const to = out.data;
  const size = out.data.length;
  return () => {
    multiply();
    if (value !== undefined) {
      for (let i = 0; i < size; i++) if (isLost(read(first, i), read(value, i))) to[i] = NaN;
    }
    if (mask !== undefined) clearAbsent(to, 0, size, () => reader(mask, out));
  };
}

/** 0 in the place of NaN where the mask, which is asked only if there is a NaN, is 0. */
export function clearAbsent(to: FloatArray, start: number, n: number, mask: () => Reader): void {
  let present: Reader | undefined;
  for (let i = 0; i < n; i++) {
    if (to[start + i] === to[start + i]) continue;
    present ??= mask();
    if (read(present, i) === 0) to[start + i] = 0;
  }
}
