import { elementCount } from '../shape.js';
import { fromData, type Tensor } from '../tensor.js';
import { elementTypes, readElements, type ElementKind } from './element-types.js';
import { FormatError } from './format-error.js';

// The IDX format of the MNIST files: two zeros, a type, the number of axes, their lengths, the entries, all big-endian.

const kinds: Readonly<Record<number, ElementKind>> = {
  0x08: 'u8',
  0x09: 'i8',
  0x0b: 'i16',
  0x0c: 'i32',
  0x0d: 'f32',
  0x0e: 'f64',
};

/**
 * The array of an IDX file that is not compressed. Entries become f32 where that holds all values of their type, else f64.
 * @throws FormatError for other bytes.
 */
export function readIdx(bytes: Uint8Array): Tensor {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) fail(0, 'no IDX file');
  const kind = kinds[bytes[2]!];
  if (!kind) fail(2, `type ${bytes[2]}`);
  const rank = bytes[3]!;
  const begin = 4 + 4 * rank;
  if (bytes.length < begin) fail(4, `lengths of ${rank} axes in ${bytes.length - 4} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = elementCount(shape) * elementTypes[kind].bytes;
  if (bytes.length - begin !== size) {
    fail(begin, `${bytes.length - begin} bytes of entries instead of ${size}`);
  }
  return fromData(readElements(kind, view, begin, elementCount(shape), false), shape);
}

function fail(offset: number, reason: string): never {
  throw new FormatError('IDX', offset, reason);
}
