import { ByteWriter, ParquetWriter, type BasicType, type Writer } from 'hyparquet-writer';
import type { Field, TableSink, WriteBytes } from './sink.js';

const types = { integer: 'INT32', number: 'DOUBLE', text: 'STRING' } as const;

/** A Parquet file, one row group per part. */
export function parquetSink(fields: readonly Field[], write: WriteBytes): TableSink {
  const writer = passing(write);
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'root', num_children: fields.length },
      ...fields.map(({ name, kind }) =>
        kind === 'text'
          ? ({
              name,
              type: 'BYTE_ARRAY',
              converted_type: 'UTF8',
              repetition_type: 'REQUIRED',
            } as const)
          : ({ name, type: types[kind], repetition_type: 'REQUIRED' } as const),
      ),
    ],
  });
  return {
    write({ length, columns }) {
      if (length === 0) return;
      void parquet.write({
        columnData: fields.map(({ name, kind }, i) => ({
          name,
          data: columns[i] as never,
          type: types[kind] as BasicType,
          nullable: false,
        })),
        rowGroupSize: length,
      });
    },
    finish: () => void parquet.finish(),
  };
}

/** A writer whose bytes go on as often as the library flushes. */
function passing(write: WriteBytes): Writer {
  const writer = new ByteWriter() as ByteWriter & Writer;
  const passed = (): void => {
    if (writer.index === 0) return;
    write(writer.getBytes().slice());
    writer.index = 0;
  };
  writer.flush = passed;
  writer.finish = passed;
  return writer;
}
