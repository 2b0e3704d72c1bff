import { floatArray, type Dtype, type FloatArray } from '@nonsmooth/core';
import { FormatError } from './format-error.js';

/** How one number lies in bytes. */
export interface ElementType {
  readonly bytes: number;
  /** The dtype that holds every value: f32 for those that it holds exactly, else f64. */
  readonly dtype: Dtype;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

/** The kinds of numbers that files hold. */
export type ElementKind =
  | 'bool'
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u32'
  | 'i32'
  | 'u64'
  | 'i64'
  | 'f16'
  | 'bf16'
  | 'f32'
  | 'f64';

/** Booleans, integers and floats by kind and number of bits. 64-bit integers beyond ±2^53 are refused when they are read. */
export const elementTypes: Readonly<Record<ElementKind, ElementType>> = {
  bool: type(1, 'f32', (view, at) => (view.getUint8(at) === 0 ? 0 : 1)),
  u8: type(1, 'f32', (view, at) => view.getUint8(at)),
  i8: type(1, 'f32', (view, at) => view.getInt8(at)),
  u16: type(2, 'f32', (view, at, little) => view.getUint16(at, little)),
  i16: type(2, 'f32', (view, at, little) => view.getInt16(at, little)),
  u32: type(4, 'f64', (view, at, little) => view.getUint32(at, little)),
  i32: type(4, 'f64', (view, at, little) => view.getInt32(at, little)),
  u64: type(8, 'f64', (view, at, little) => safe(view.getBigUint64(at, little), at)),
  i64: type(8, 'f64', (view, at, little) => safe(view.getBigInt64(at, little), at)),
  f16: type(2, 'f32', (view, at, little) => halfToNumber(view.getUint16(at, little))),
  bf16: type(2, 'f32', (view, at, little) => brainFloatToNumber(view.getUint16(at, little))),
  f32: type(4, 'f32', (view, at, little) => view.getFloat32(at, little)),
  f64: type(8, 'f64', (view, at, little) => view.getFloat64(at, little)),
};

/** `count` numbers from `offset` on, which lie within the view. */
export function readElements(
  kind: ElementKind,
  view: DataView,
  offset: number,
  count: number,
  littleEndian: boolean,
): FloatArray {
  const { bytes, dtype, read } = elementTypes[kind];
  const out = floatArray(dtype, count);
  for (let i = 0; i < count; i++) out[i] = read(view, offset + i * bytes, littleEndian);
  return out;
}

/** The bytes of floats in little-endian order, on any machine. */
export function writeFloats(data: FloatArray): Uint8Array {
  const { BYTES_PER_ELEMENT: size, length } = data;
  const out = new Uint8Array(length * size);
  const view = new DataView(out.buffer);
  for (let i = 0; i < length; i++) {
    if (size === 8) view.setFloat64(i * size, data[i]!, true);
    else view.setFloat32(i * size, data[i]!, true);
  }
  return out;
}

function type(bytes: number, dtype: Dtype, read: ElementType['read']): ElementType {
  return { bytes, dtype, read };
}

function safe(value: bigint, offset: number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new FormatError('64-bit integers', offset, `${value} is beyond ±2^53`);
  }
  return number;
}

/** IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function brainFloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
