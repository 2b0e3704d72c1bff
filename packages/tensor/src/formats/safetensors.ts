import { ArgumentError } from '@nonsmooth/core';
import { elementCount } from '../shape.js';
import { fromData, type Tensor } from '../tensor.js';
import { elementTypes, readElements, writeFloats, type ElementKind } from './element-types.js';
import { FormatError } from './format-error.js';

// The safetensors format: the length of the header as a 64-bit little-endian integer, the header as JSON, the entries of
// all tensors without gaps, little-endian and row-major.

/** The content of a `.safetensors` file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

const kinds: Readonly<Record<string, ElementKind>> = {
  BOOL: 'bool',
  U8: 'u8',
  I8: 'i8',
  U16: 'u16',
  I16: 'i16',
  U32: 'u32',
  I32: 'i32',
  U64: 'u64',
  I64: 'i64',
  F16: 'f16',
  BF16: 'bf16',
  F32: 'f32',
  F64: 'f64',
};
const longestHeader = 100_000_000;
const metadataKey = '__metadata__';

/**
 * The tensors of a `.safetensors` file, in the order of their entries. These become f32 where that holds all values of their type, else f64.
 * @throws FormatError for bytes that break a rule of the format: overlaps, gaps and wrong lengths included.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.length < 8) fail(0, 'no length of the header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > longestHeader) fail(0, `a header of ${length} bytes; at most ${longestHeader}`);
  if (8 + length > bytes.length) fail(0, `a header of ${length} bytes in ${bytes.length - 8}`);
  const begin = 8 + length;
  const header = parseHeader(bytes.subarray(8, begin));
  const { [metadataKey]: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    fail(8, `${metadataKey} is no table of texts`);
  }
  const found = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...placed(name, entry) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of found) {
    if (from !== end) fail(8, `${name} begins at ${from}, not where another ends, ${end}`);
    end = to;
  }
  if (end !== bytes.length - begin) {
    fail(begin, `${bytes.length - begin} bytes of entries instead of ${end}`);
  }
  return {
    tensors: new Map(
      found.map(({ name, kind, shape, from }) => [
        name,
        fromData(readElements(kind, view, begin + from, elementCount(shape), true), shape),
      ]),
    ),
    metadata: metadata as Readonly<Record<string, string>>,
  };
}

/** A `.safetensors` file of these tensors in this order; the same bytes for the same arguments. */
export function writeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // without a prototype, any name is a key like others
  const header = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header[metadataKey] = metadata;
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    if (name === metadataKey || Object.hasOwn(header, name)) {
      throw new ArgumentError('name', name, `different names, none of them ${metadataKey}`);
    }
    const part = writeFloats(data);
    parts.push(part);
    header[name] = {
      dtype: dtype.toUpperCase(),
      shape,
      data_offsets: [end, (end += part.length)],
    };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(text.length / 8);
  const out = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    fail(8, 'the header is no JSON');
  }
  if (!isRecord(header) || bytes[0] !== 0x7b) fail(8, 'the header is no JSON object');
  return header;
}

interface Place {
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  /** Begin and end of the entries, after the header. */
  readonly from: number;
  readonly to: number;
}

function placed(name: string, entry: unknown): Place {
  if (!isRecord(entry)) fail(8, `${name} is no object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const kind = typeof dtype === 'string' && Object.hasOwn(kinds, dtype) ? kinds[dtype] : undefined;
  if (!kind) fail(8, `${name}: dtype ${String(dtype)}; known: ${Object.keys(kinds).join(', ')}`);
  if (!isCounts(shape) || !Number.isSafeInteger(elementCount(shape))) fail(8, `${name}: no shape`);
  if (!isCounts(offsets) || offsets.length !== 2) fail(8, `${name}: no data_offsets`);
  const [from, to] = offsets as [number, number];
  if (to - from !== elementCount(shape) * elementTypes[kind].bytes) {
    fail(8, `${name}: ${to - from} bytes for shape [${shape.join(', ')}] of ${String(dtype)}`);
  }
  return { kind, shape, from, to };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((part) => Number.isSafeInteger(part) && part >= 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(offset: number, reason: string): never {
  throw new FormatError('.safetensors', offset, reason);
}
