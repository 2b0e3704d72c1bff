import type { Tensor } from '@nonsmooth/tensor';
import {
  Field,
  FixedSizeList,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
} from 'apache-arrow';

/** Tensors by name at one time or step t. */
export interface TensorsAtTime {
  readonly t: number;
  readonly tensors: readonly (readonly [name: string, tensor: Tensor])[];
}

/**
 * An Arrow IPC file with a row per time: the column t, and for each name a column of tensors of one shape, in row-major
 * order, of Arrow's canonical extension type `arrow.fixed_shape_tensor`
 * (https://arrow.apache.org/docs/format/CanonicalExtensions.html). All rows have the names and shapes of the first.
 */
export function writeArrowTensors(rows: readonly TensorsAtTime[]): Uint8Array {
  const length = rows.length;
  const numbers = (values: Float64Array) =>
    makeData({ type: new Float64(), length: values.length, nullCount: 0, data: values });
  const columns = rows[0]!.tensors.map(([name, { shape }], i) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = new Float64Array(length * size);
    rows.forEach(({ tensors }, row) => values.set(tensors[i]![1].data, row * size));
    const type = new FixedSizeList(size, new Field('item', new Float64(), false));
    const metadata = new Map([
      ['ARROW:extension:name', 'arrow.fixed_shape_tensor'],
      ['ARROW:extension:metadata', JSON.stringify({ shape })],
    ]);
    return {
      field: new Field(name, type, false, metadata),
      data: makeData({ type, length, nullCount: 0, child: numbers(values) }),
    };
  });
  const t = {
    field: new Field('t', new Float64(), false),
    data: numbers(Float64Array.from(rows, (row) => row.t)),
  };
  const all = [t, ...columns];
  const schema = new Schema(all.map(({ field }) => field));
  const type = new Struct(schema.fields);
  const children = all.map(({ data }) => data);
  const batch = new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
  return tableToIPC(new Table(schema, [batch]), 'file');
}
