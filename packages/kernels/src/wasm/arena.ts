import type { Dtype, FloatArray } from '@nonsmooth/core';
import { MemoryLimitError } from '../errors.js';
import { firstFreeAddress } from './module.js';
import { webAssembly, type Memory } from './webassembly.js';

const pageBytes = 65536;

/** Largest memory of 32-bit WebAssembly: 4 GiB. */
export const memoryLimit: number = 65536 * pageBytes;

/** Plans a memory that is allocated once, of exactly the size that was reserved (in pages of 64 KiB). */
export interface Arena {
  /** Bytes reserved so far. */
  readonly bytes: number;
  /** Reserves `bytes` and returns their address, a multiple of 64. */
  reserve(bytes: number): number;
  /** @throws MemoryLimitError if more than 4 GiB were reserved or the engine has no memory left. */
  allocate(): Memory;
}

export function arena(): Arena {
  let next = firstFreeAddress;
  return {
    get bytes() {
      return next;
    },
    reserve(bytes) {
      const address = next;
      next += Math.ceil(bytes / 64) * 64;
      return address;
    },
    allocate() {
      if (!(next <= memoryLimit)) throw new MemoryLimitError(next, memoryLimit);
      const pages = Math.ceil(next / pageBytes);
      try {
        return new webAssembly.Memory({ initial: pages, maximum: pages });
      } catch {
        throw new MemoryLimitError(next, memoryLimit);
      }
    },
  };
}

/** The array of `length` floats at an address. */
export function view(memory: Memory, dtype: Dtype, address: number, length: number): FloatArray {
  return dtype === 'f64'
    ? new Float64Array(memory.buffer, address, length)
    : new Float32Array(memory.buffer, address, length);
}

export const elementBytes: { readonly [Name in Dtype]: number } = { f64: 8, f32: 4 };
