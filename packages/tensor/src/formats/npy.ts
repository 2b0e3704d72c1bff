import { elementCount } from '../shape.js';
import { fromData, type Tensor } from '../tensor.js';
import type { FloatArray } from '@nonsmooth/core';
import { elementTypes, readElements, writeFloats, type ElementKind } from './element-types.js';
import { FormatError } from './format-error.js';

// NumPy's array format, versions 1 to 3 (NEP 1): magic, version, length of the header, the header as a Python dictionary,
// the entries.

const magic = [0x93, ...new TextEncoder().encode('NUMPY')];
const kinds: Readonly<Record<string, ElementKind>> = {
  b1: 'bool',
  u1: 'u8',
  i1: 'i8',
  u2: 'u16',
  i2: 'i16',
  u4: 'u32',
  i4: 'i32',
  u8: 'u64',
  i8: 'i64',
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
};

/**
 * The array of a `.npy` file: floats, integers and booleans, in either byte order and either order of axes. Entries become
 * f32 where that holds all values of their type, else f64.
 * @throws FormatError for other bytes: Python objects, structured and complex types included.
 */
export function readNpy(bytes: Uint8Array): Tensor {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) fail(0, 'no .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) fail(6, `version ${version}; known: 1, 2, 3`);
  const lengthBytes = version === 1 ? 2 : 4;
  const begin = 8 + lengthBytes;
  if (bytes.length < begin) fail(8, 'no length of the header');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const data = begin + length;
  if (data > bytes.length) fail(8, `a header of ${length} bytes in ${bytes.length - begin}`);
  const text = new TextDecoder('latin1').decode(bytes.subarray(begin, data));
  const { kind, littleEndian, isFortran, shape } = parseHeader(text, begin);
  const count = elementCount(shape);
  const size = count * elementTypes[kind].bytes;
  if (bytes.length - data !== size) {
    fail(data, `${bytes.length - data} bytes of entries instead of ${size}`);
  }
  const entries = readElements(kind, view, data, count, littleEndian);
  return fromData(isFortran ? toRowMajor(entries, shape) : entries, shape);
}

/** A `.npy` file (version 1.0, or 2.0 for very many axes) with these entries, little-endian and in C order. */
export function writeNpy({ dtype, shape, data }: Tensor): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const descr = dtype === 'f64' ? '<f8' : '<f4';
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const version = header.length + 64 < 0xffff ? 1 : 2;
  const begin = version === 1 ? 10 : 12;
  // the entries begin at a multiple of 64, after a line feed
  const padded = 64 * Math.ceil((begin + header.length + 1) / 64) - begin;
  const floats = writeFloats(data);
  const out = new Uint8Array(begin + padded + floats.length);
  out.set(magic);
  out.set([version, 0], 6);
  const view = new DataView(out.buffer);
  if (version === 1) view.setUint16(8, padded, true);
  else view.setUint32(8, padded, true);
  out.set(new TextEncoder().encode(`${header.padEnd(padded - 1)}\n`), begin);
  out.set(floats, begin + padded);
  return out;
}

interface Header {
  readonly kind: ElementKind;
  readonly littleEndian: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** The dictionary that NumPy writes: these three keys, in any order. */
function parseHeader(text: string, offset: number): Header {
  const field = (name: string, pattern: string): string => {
    const found = new RegExp(`['"]${name}['"]\\s*:\\s*(${pattern})`).exec(text);
    return found?.[1] ?? fail(offset, `no ${name} that can be read`);
  };
  if (!/^\s*\{[^{}]*\}\s*$/.test(text)) fail(offset, 'the header is no dictionary');
  const descr = field('descr', `['"][^'"]*['"]`).slice(1, -1);
  const order = descr.charAt(0);
  const kind = kinds[descr.slice(1)];
  if (!kind || !['<', '>', '|', '='].includes(order)) {
    fail(offset, `type ${descr}; known: ${Object.keys(kinds).join(', ')} after <, > or |`);
  }
  const isFortran = field('fortran_order', 'True|False') === 'True';
  const list = field('shape', String.raw`\([\d,\sL]*\)`);
  const shape = list
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(elementCount(shape))) {
    fail(offset, `shape ${list}`);
  }
  return { kind, littleEndian: order !== '>', isFortran, shape };
}

/** Entries whose first axis runs fastest, reordered so that the last one does. */
function toRowMajor(entries: FloatArray, shape: readonly number[]): FloatArray {
  const out = entries.slice();
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  for (let i = 0; i < out.length; i++) {
    out[i] = entries[index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return out;
}

function fail(offset: number, reason: string): never {
  throw new FormatError('.npy', offset, reason);
}
