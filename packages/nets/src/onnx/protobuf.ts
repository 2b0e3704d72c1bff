import { FormatError } from '@nonsmooth/tensor/formats';

// The wire format of Protocol Buffers, as far as ONNX files need it: fields of varints, of 4 and 8 bytes, and of bytes.

/** Fields of a message by number, in their order. */
export interface Message {
  /** The varints of a field; a packed field counts as its entries. */
  integers(field: number): readonly number[];
  /** The submessages, texts or byte strings of a field. */
  bytes(field: number): readonly Uint8Array[];
  /** The floats of a field of 4-byte numbers, packed or not. */
  floats(field: number): readonly number[];
  /** The doubles of a field of 8-byte numbers, packed or not. */
  doubles(field: number): readonly number[];
}

interface Field {
  readonly number: number;
  readonly kind: number;
  readonly value: number | Uint8Array;
}

/** @throws FormatError for bytes that are no message. */
export function readMessage(bytes: Uint8Array): Message {
  const fields = fieldsOf(bytes);
  const of = (number: number): Field[] => fields.filter((field) => field.number === number);
  const fixed = (number: number, size: 4 | 8): number[] =>
    of(number).flatMap(({ value }) => {
      if (typeof value === 'number') return [];
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      if (value.length % size !== 0)
        throw new FormatError('ONNX', value.byteOffset, 'half a number');
      return Array.from({ length: value.length / size }, (_, i) =>
        size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
      );
    });
  return {
    integers: (number) =>
      of(number).flatMap(({ value }) => (typeof value === 'number' ? [value] : varints(value))),
    bytes: (number) =>
      of(number).flatMap(({ kind, value }) => (kind === 2 ? [value as Uint8Array] : [])),
    floats: (number) => fixed(number, 4),
    doubles: (number) => fixed(number, 8),
  };
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) {
      throw new FormatError('ONNX', bytes.byteOffset + at, `${count} bytes are not there`);
    }
    return bytes.subarray(at, (at += count));
  };
  const varint = (): number => {
    const { value, end } = readVarint(bytes, at);
    at = end;
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, kind] = [Math.floor(tag / 8), tag % 8];
    switch (kind) {
      case 0:
        fields.push({ number, kind, value: varint() });
        break;
      case 1:
        fields.push({ number, kind, value: take(8) });
        break;
      case 2:
        fields.push({ number, kind, value: take(varint()) });
        break;
      case 5:
        fields.push({ number, kind, value: take(4) });
        break;
      default:
        throw new FormatError('ONNX', bytes.byteOffset + at, `no wire type ${kind}`);
    }
  }
  return fields;
}

/** Two's complement of 64 bits, as far as numbers hold it. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: Number(BigInt.asIntN(64, value)), end: start + i + 1 };
  }
  throw new FormatError('ONNX', bytes.byteOffset + start, 'an integer does not end');
}

function varints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** A message from its fields: integers as varints, texts and bytes as such, floats as 4 bytes. */
export function writeMessage(
  fields: readonly (readonly [number, number | string | Uint8Array | { readonly float: number }])[],
): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [varint(8 * number), varint(value)];
    if (typeof value === 'object' && 'float' in value) {
      return [varint(8 * number + 5), new Uint8Array(Float32Array.of(value.float).buffer)];
    }
    const bytes = typeof value === 'string' ? utf8(value) : value;
    return [varint(8 * number + 2), varint(bytes.length), bytes];
  });
  const message = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** The names that occur here are ASCII. */
function utf8(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of bytes; what is not ASCII becomes a question mark. */
export function textOf(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => (byte < 128 ? String.fromCharCode(byte) : '?')).join('');
}
