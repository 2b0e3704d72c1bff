import { FormatError } from '@nonsmooth/tensor/formats';

/** How many tables may still be read: they may share parts, of which a small file can have very many. */
interface Budget {
  tables: number;
}

/**
 * A table of a FlatBuffer, whose every position is checked before it is read
 * (https://flatbuffers.dev/internals: tables, vtables, vectors). Fields go by their places in the schema.
 * All methods throw FormatError for what does not lie inside the buffer.
 */
export class FlatTable {
  /** Where it begins, in the file. */
  readonly at: number;
  private readonly view: DataView;
  private readonly vtable: number;
  private readonly fields: number;
  private readonly budget: Budget;

  private constructor(view: DataView, at: number, budget: Budget) {
    if (--budget.tables < 0) throw new FormatError('Arrow', at, 'tables are nested without end');
    requireInside(view, at, 4);
    const vtable = at - view.getInt32(at, true);
    requireInside(view, vtable, 4);
    const length = view.getUint16(vtable, true);
    requireInside(view, vtable, length);
    this.view = view;
    this.at = at;
    this.vtable = vtable;
    this.fields = (length - 4) >> 1;
    this.budget = budget;
  }

  /** The first table of the buffer that a part of a file is. */
  static root(file: Uint8Array, begin: number, end: number): FlatTable {
    const view = new DataView(file.buffer, file.byteOffset, end);
    requireInside(view, begin, 4);
    return new FlatTable(view, begin + view.getUint32(begin, true), { tables: end - begin });
  }

  /** Of 1, 2, 4 or 8 bytes, signed; 0 if it is absent. */
  integer(field: number, bytes: 1 | 2 | 4 | 8): number {
    const at = this.place(field);
    if (at === undefined) return 0;
    requireInside(this.view, at, bytes);
    return integerAt(this.view, at, bytes);
  }

  table(field: number): FlatTable | undefined {
    const at = this.place(field);
    return at === undefined ? undefined : new FlatTable(this.view, this.target(at), this.budget);
  }

  tables(field: number): readonly FlatTable[] {
    return this.vector(field, 4).map(
      (at) => new FlatTable(this.view, this.target(at), this.budget),
    );
  }

  /** The integers of 8 bytes of each structure of so many bytes, by the places where they begin. */
  structures<Places extends readonly number[]>(
    field: number,
    bytes: number,
    places: Places,
  ): readonly { readonly [Place in keyof Places]: number }[] {
    return this.vector(field, bytes).map(
      (at) =>
        places.map((place) => integerAt(this.view, at + place, 8)) as {
          [Place in keyof Places]: number;
        },
    );
  }

  /** Checks a text, or another vector of parts of so many bytes. */
  requireVector(field: number, bytes = 1): void {
    this.vector(field, bytes);
  }

  /** Where a field lies; undefined if it is absent. */
  private place(field: number): number | undefined {
    if (field >= this.fields) return undefined;
    const offset = this.view.getUint16(this.vtable + 4 + 2 * field, true);
    return offset === 0 ? undefined : this.at + offset;
  }

  private target(at: number): number {
    requireInside(this.view, at, 4);
    return at + this.view.getUint32(at, true);
  }

  /** Where the parts of a vector lie; nowhere if it is absent. */
  private vector(field: number, bytes: number): readonly number[] {
    const place = this.place(field);
    if (place === undefined) return [];
    const at = this.target(place);
    requireInside(this.view, at, 4);
    const length = this.view.getUint32(at, true);
    requireInside(this.view, at + 4, length * bytes);
    if (bytes === 1) return [];
    return Array.from({ length }, (_, i) => at + 4 + i * bytes);
  }
}

function integerAt(view: DataView, at: number, bytes: 1 | 2 | 4 | 8): number {
  switch (bytes) {
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getInt16(at, true);
    case 4:
      return view.getInt32(at, true);
    case 8:
      return Number(view.getBigInt64(at, true));
  }
}

function requireInside(view: DataView, at: number, bytes: number): void {
  if (at >= 0 && at + bytes <= view.byteLength) return;
  throw new FormatError('Arrow', at, 'something that lies outside of the file');
}
