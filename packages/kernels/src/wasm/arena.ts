import type { Dtype, FloatArray } from '@nonsmooth/core';
import type { Memory } from './webassembly.js';

/** Hands out addresses of kernel memory, multiples of 64. */
export interface Arena {
  /** Memory that keeps its numbers between calls. */
  readonly reserve: (bytes: number) => number;
  /** Memory that is used within a call only: in a shared memory others use it, too. */
  readonly scratch: (bytes: number) => number;
}

/** An arena that counts what it hands out. */
export interface CountingArena extends Arena {
  readonly reserved: number;
  readonly scratched: number;
}

/** An arena of two stretches of memory that begin at these addresses. */
export function countingArena(reserveAt: number, scratchAt: number): CountingArena {
  let reserved = 0;
  let scratched = 0;
  return {
    get reserved() {
      return reserved;
    },
    get scratched() {
      return scratched;
    },
    reserve(bytes) {
      const address = reserveAt + reserved;
      reserved += wholeLines(bytes);
      return address;
    },
    scratch(bytes) {
      const address = scratchAt + scratched;
      scratched += wholeLines(bytes);
      return address;
    },
  };
}

/** `bytes` rounded up to lines of the cache. */
function wholeLines(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** The array of `length` floats at an address. */
export function view(memory: Memory, dtype: Dtype, address: number, length: number): FloatArray {
  return dtype === 'f64'
    ? new Float64Array(memory.buffer, address, length)
    : new Float32Array(memory.buffer, address, length);
}

/** Bytes of a number. */
export const elementBytes: { readonly [Name in Dtype]: number } = { f64: 8, f32: 4 };
