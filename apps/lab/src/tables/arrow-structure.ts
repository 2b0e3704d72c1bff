import { FormatError } from '@nonsmooth/tensor/formats';
import { FlatTable } from './flat-table.js';

// Format: https://arrow.apache.org/docs/format/Columnar.html, with Schema.fbs, Message.fbs, File.fbs of apache/arrow.
// Numbers below are places of fields in these tables, and sizes of structures.

const magic = 'ARROW1';
/** V4 and V5. */
const versions = { oldest: 3, newest: 4 };
const headers = { dictionary: 2, records: 3 };
const deepest = 64;

/** What a column of a type consists of in the body of a batch: buffers of its own, before its children. */
interface Layout {
  /** Of one value in its second buffer, in bits, where that holds one per row. */
  readonly bits: number | undefined;
  readonly buffers: number;
  readonly children: readonly Layout[];
  /** Buffers whose number the batch tells. */
  readonly isView: boolean;
}

interface Schema {
  readonly columns: readonly Layout[];
  /** Layouts of the values of dictionaries, by the numbers of these. */
  readonly dictionaries: ReadonlyMap<number, Layout>;
}

/**
 * Checks that an Arrow file is whole, as far as readers rely on it: all tables, blocks and buffers lie inside the file,
 * each once, and columns have as many values as the file has rows. What it says then takes time and memory in
 * proportion to the file. @throws FormatError
 */
export function requireArrowFile(bytes: Uint8Array): void {
  const end = bytes.length - 4 - magic.length;
  demand(end >= 12 && isMagic(bytes, 0) && isMagic(bytes, end + 4), end, 'not a whole Arrow file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getInt32(end, true);
  demand(length > 0 && length <= end - 8, end, 'the length of its footer');
  const footer = FlatTable.root(bytes, end - length, end);
  requireVersion(footer);
  requireMetadata(footer, 4);
  const described = footer.table(1);
  demand(described !== undefined, end, 'it has no schema');
  const schema = schemaOf(described);

  const blocks = [2, 3].map((field) => footer.structures(field, 24, [0, 16] as const));
  let used = 0;
  let rows = 0;
  for (const [kind, group] of blocks.entries()) {
    for (const [offset, bodyLength] of group) {
      demand(offset >= 8 && offset <= end - length - 8, offset, 'a block outside of the file');
      const isLong = view.getInt32(offset, true) === -1;
      const begin = offset + (isLong ? 8 : 4);
      const size = view.getInt32(begin - 4, true);
      demand(size > 0 && begin + size <= end - length, offset, 'the length of a message');
      const message = FlatTable.root(bytes, begin, begin + size);
      requireVersion(message);
      requireMetadata(message, 4);
      demand(message.integer(3, 8) === bodyLength, offset, 'two lengths of one body');
      demand(
        bodyLength >= 0 && begin + size + bodyLength <= end - length,
        offset,
        'a body outside of the file',
      );
      // blocks that share bytes would let a small file be large
      used += size + bodyLength;
      demand(used <= bytes.length, offset, 'blocks that overlap');
      const wanted = kind === 0 ? headers.dictionary : headers.records;
      demand(message.integer(1, 1) === wanted, offset, 'a message of another kind');
      const header = message.table(2);
      demand(header !== undefined, offset, 'a message without content');
      if (kind === 0) requireDictionary(header, schema, bodyLength);
      else rows += requireBatch(header, schema.columns, bodyLength);
    }
  }
  demand(rows * schema.columns.length <= 64 * bytes.length, end, 'more rows than the file holds');
}

function schemaOf(table: FlatTable): Schema {
  demand(table.integer(0, 2) === 0, table.at, 'big-endian numbers');
  requireMetadata(table, 2);
  table.requireVector(3, 8);
  const dictionaries = new Map<number, Layout>();
  return {
    columns: table.tables(1).map((field) => layoutOf(field, dictionaries, 1)),
    dictionaries,
  };
}

function layoutOf(field: FlatTable, dictionaries: Map<number, Layout>, depth: number): Layout {
  demand(depth <= deepest, field.at, 'columns nested too deeply');
  field.requireVector(0);
  requireMetadata(field, 6);
  const children = field.tables(5).map((child) => layoutOf(child, dictionaries, depth + 1));
  const layout = layoutOfType(field, children);
  const encoding = field.table(4);
  if (!encoding) return layout;
  dictionaries.set(encoding.integer(0, 8), layout);
  const index = encoding.table(1);
  return flat(index ? index.integer(0, 4) : 32, field.at);
}

/** Schema.fbs, union Type. */
function layoutOfType(field: FlatTable, children: readonly Layout[]): Layout {
  const number = field.integer(2, 1);
  const type = field.table(3);
  demand(type !== undefined, field.at, 'a column without a type');
  const nested = (buffers: number, least: number): Layout => {
    demand(children.length >= least, field.at, 'a nested column without columns');
    return { bits: undefined, buffers, children, isView: false };
  };
  switch (number) {
    case 1: // Null
      return { bits: undefined, buffers: 0, children: [], isView: false };
    case 2: // Int
      return flat(type.integer(0, 4), field.at);
    case 3: // FloatingPoint: half, single, double
      return flat(16 << oneOf(type, 0, 3), field.at);
    case 4: // Binary
    case 5: // Utf8
    case 19: // LargeBinary
    case 20: // LargeUtf8
      return { bits: undefined, buffers: 3, children: [], isView: false };
    case 6: // Bool
      return flat(1, field.at);
    case 7: // Decimal
      return flat(type.integer(2, 4) || 128, field.at);
    case 8: // Date: days, milliseconds
      return flat(32 << oneOf(type, 0, 2), field.at);
    case 9: // Time
      return flat(type.integer(1, 4) || 32, field.at);
    case 10: // Timestamp
      type.requireVector(1);
      return flat(64, field.at);
    case 11: // Interval: months; days and time; months, days and nanoseconds
      return flat([32, 64, 128][oneOf(type, 0, 3)]!, field.at);
    case 12: // List
    case 17: // Map
    case 21: // LargeList
      return nested(2, 1);
    case 13: // Struct
      return nested(1, 0);
    case 14: // Union: sparse, dense
      type.requireVector(1, 4);
      return nested(1 + oneOf(type, 0, 2), 0);
    case 15: // FixedSizeBinary
      return flat(8 * type.integer(0, 4), field.at);
    case 16: // FixedSizeList
      return nested(1, 1);
    case 18: // Duration
      return flat(64, field.at);
    case 23: // BinaryView
    case 24: // Utf8View
      return { bits: 128, buffers: 2, children: [], isView: true };
    default:
      throw new FormatError('Arrow', field.at, `a column of type ${number}, which is not known`);
  }
}

function flat(bits: number, at: number): Layout {
  demand(bits > 0 && bits <= 2 ** 31, at, 'a type without width');
  return { bits, buffers: 2, children: [], isView: false };
}

function requireDictionary(header: FlatTable, schema: Schema, bodyLength: number): void {
  const values = schema.dictionaries.get(header.integer(0, 8));
  demand(values !== undefined, header.at, 'a dictionary that no column has');
  const batch = header.table(1);
  demand(batch !== undefined, header.at, 'a dictionary without values');
  requireBatch(batch, [values], bodyLength);
}

/** Returns the number of rows. */
function requireBatch(batch: FlatTable, columns: readonly Layout[], bodyLength: number): number {
  const rows = batch.integer(0, 8);
  demand(rows >= 0 && rows <= Number.MAX_SAFE_INTEGER, batch.at, 'the number of rows');
  demand(
    batch.table(3) === undefined,
    batch.at,
    'compressed columns; write it without compression',
  );
  const nodes = batch.structures(1, 16, [0, 8] as const)[Symbol.iterator]();
  const buffers = batch.structures(2, 16, [0, 8] as const)[Symbol.iterator]();
  const views = batch.structures(4, 8, [0] as const)[Symbol.iterator]();
  let used = 0;
  const next = <Part>(parts: Iterator<Part>): Part => {
    const { done, value } = parts.next() as { done: boolean; value: Part };
    demand(!done, batch.at, 'a batch without all columns');
    return value;
  };
  const column = (layout: Layout, wanted: number | undefined): void => {
    const [length, nulls] = next(nodes);
    demand(
      length >= 0 && (wanted === undefined || length === wanted),
      batch.at,
      'the length of a column',
    );
    demand(nulls >= 0 && nulls <= length, batch.at, 'the number of nulls');
    for (let i = 0; i < layout.buffers; i++) {
      const [offset, size] = next(buffers);
      demand(
        offset >= 0 && size >= 0 && offset + size <= bodyLength,
        batch.at,
        'a buffer outside of its body',
      );
      used += size;
      if (i === 0 && layout.bits !== undefined && nulls > 0)
        demand(8 * size >= length, batch.at, 'a short buffer');
      if (i === 1 && layout.bits !== undefined)
        demand(8 * size >= layout.bits * length, batch.at, 'a short buffer');
    }
    if (layout.isView) {
      const [count] = next(views);
      demand(count >= 0, batch.at, 'the number of buffers');
      for (let i = 0; i < count; i++) next(buffers);
    }
    for (const child of layout.children) column(child, undefined);
  };
  for (const layout of columns) column(layout, rows);
  demand(used <= bodyLength, batch.at, 'buffers that overlap');
  return rows;
}

/** Pairs of texts, which may be added to anything. */
function requireMetadata(table: FlatTable, field: number): void {
  for (const pair of table.tables(field)) {
    pair.requireVector(0);
    pair.requireVector(1);
  }
}

function requireVersion(table: FlatTable): void {
  const version = table.integer(0, 2);
  const isKnown = version >= versions.oldest && version <= versions.newest;
  demand(isKnown, table.at, 'a version of the format other than 4 and 5');
}

/** A number of an enumeration of so many. */
function oneOf(type: FlatTable, field: number, count: number): number {
  const value = type.integer(field, 2);
  demand(value >= 0 && value < count, type.at, 'a type that is not known');
  return value;
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  return Array.from(magic).every((letter, i) => bytes[at + i] === letter.codePointAt(0));
}

function demand(holds: boolean, at: number, what: string): asserts holds {
  if (!holds) throw new FormatError('Arrow', at, what);
}
