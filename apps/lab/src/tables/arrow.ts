import {
  AsyncByteQueue,
  Dictionary,
  Field as ArrowField,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
  type Data,
} from 'apache-arrow';
import type { Field, TableSink, WriteBytes } from './sink.js';

/** An Arrow IPC file, one record batch per part: Int32, Float64 and dictionary-encoded strings. */
export function arrowSink(fields: readonly Field[], write: WriteBytes): TableSink {
  let texts = 0;
  const columns = fields.map((field) => columnOf(field, field.kind === 'text' ? texts++ : 0));
  const schema = new Schema(
    columns.map(({ type }, i) => new ArrowField(fields[i]!.name, type, false)),
  );
  const writer = new RecordBatchFileWriter();
  writer.reset(new Passage(write), schema);
  return {
    write({ length, columns: values }) {
      const children = columns.map(({ dataOf }, i) => dataOf(values[i]!, length));
      const type = new Struct(schema.fields);
      writer.write(new RecordBatch(schema, makeData({ type, length, nullCount: 0, children })));
    },
    finish: () => void writer.finish(),
  };
}

interface Column {
  readonly type: Int32 | Float64 | Dictionary<Utf8, Int32>;
  readonly dataOf: (values: ArrayLike<number | string>, length: number) => Data;
}

/** `number` is that of its dictionary in the file; Arrow's own numbers go on from file to file. */
function columnOf({ kind, values = [] }: Field, number: number): Column {
  if (kind !== 'text') {
    const type = kind === 'integer' ? new Int32() : new Float64();
    const Store = kind === 'integer' ? Int32Array : Float64Array;
    return {
      type,
      dataOf: (given, length) =>
        makeData({
          type,
          length,
          nullCount: 0,
          data: Store.from(given as ArrayLike<number>),
        } as never),
    };
  }
  const distinct = [...new Set(values)];
  const places = new Map(distinct.map((value, i) => [value, i]));
  const dictionary = vectorFromArray(distinct, new Utf8());
  const type = new Dictionary(new Utf8(), new Int32(), number);
  return {
    type,
    dataOf: (given, length) =>
      makeData({
        type,
        length,
        nullCount: 0,
        data: Int32Array.from(given as ArrayLike<string>, (value) => places.get(value)!),
        dictionary,
      }),
  };
}

/** Arrow's queue of bytes, without the queue: they go on at once. */
class Passage extends AsyncByteQueue {
  private readonly pass: WriteBytes;

  constructor(pass: WriteBytes) {
    super();
    this.pass = pass;
  }

  override write(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.pass(bytes);
  }
}
