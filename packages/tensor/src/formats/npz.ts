import { ArgumentError } from '@nonsmooth/core';
import { unzipSync, zipSync } from 'fflate';
import type { Tensor } from '../tensor.js';
import { FormatError } from './format-error.js';
import { readNpy, writeNpy } from './npy.js';
import { checksumsOfZip, crc32 } from './zip-directory.js';

/** Limits of reading a `.npz` file. */
export interface ReadNpzOptions {
  /** Refuse files whose arrays take more bytes than this when they are unpacked. Default 2^30. */
  readonly maxBytes?: number;
}

/**
 * The arrays of a `.npz` file by name: what `numpy.savez` and `savez_compressed` write.
 * @throws FormatError for other bytes, for arrays whose checksum is another one, and for files that unpack to more than
 * `maxBytes`.
 */
export function readNpz(
  bytes: Uint8Array,
  { maxBytes = 2 ** 30 }: ReadNpzOptions = {},
): ReadonlyMap<string, Tensor> {
  if (!(maxBytes > 0)) throw new ArgumentError('maxBytes', maxBytes, 'a number > 0');
  const checksums = checksumsOfZip(bytes);
  const expected = new Map<string, number>();
  let total = 0;
  let seen = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        expected.set(name, checksums[seen++]!);
        total += originalSize;
        if (total > maxBytes) {
          throw new FormatError('.npz', 0, `more than ${maxBytes} bytes are packed in it`);
        }
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError('.npz', 0, `no zip archive (${(error as Error).message})`);
  }
  return new Map(
    Object.entries(files).map(([name, content]) => {
      if (crc32(content) !== expected.get(name)) {
        throw new FormatError('.npz', 0, `the checksum of ${name} is another one`);
      }
      return [name.slice(0, -'.npy'.length), readNpy(content)];
    }),
  );
}

/** A `.npz` file of these arrays, uncompressed as by `numpy.savez`; the same bytes for the same arrays. */
export function writeNpz(arrays: Iterable<readonly [string, Tensor]>): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  if (typeof (arrays as Partial<typeof arrays> | undefined)?.[Symbol.iterator] !== 'function') {
    throw new ArgumentError('arrays', arrays, 'a Map, or pairs of a name and a tensor');
  }
  for (const [name, tensor] of arrays) {
    if (name === '' || Object.hasOwn(files, `${name}.npy`)) {
      throw new ArgumentError('name', name, 'names that are not empty and different');
    }
    files[`${name}.npy`] = writeNpy(tensor);
  }
  // the earliest time that a zip archive can hold, in every time zone
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}
