/** Columns of doubles that grow row by row: memory for twice the rows at most, no boxes. */
export class Columns {
  readonly names: readonly string[];
  private readonly grown: Map<string, Float64Array>;
  private rows = 0;

  constructor(names: readonly string[]) {
    this.names = names;
    this.grown = new Map(names.map((name) => [name, new Float64Array(64)]));
  }

  /** Columns that go on from others of the same names. */
  static from(earlier: ReadonlyMap<string, Float64Array>): Columns {
    const columns = new Columns([...earlier.keys()]);
    for (const [name, values] of earlier) {
      columns.rows = values.length;
      columns.grown.set(name, values.slice());
    }
    return columns;
  }

  get length(): number {
    return this.rows;
  }

  /** Adds a row: one value per name, in their order. */
  add(row: readonly number[]): void {
    this.names.forEach((name, i) => {
      let values = this.grown.get(name)!;
      if (this.rows >= values.length) {
        const larger = new Float64Array(Math.max(64, 2 * values.length));
        larger.set(values);
        this.grown.set(name, (values = larger));
      }
      values[this.rows] = row[i]!;
    });
    this.rows++;
  }

  /** Says a column anew, if it is one of these, from another: its values at the rows so far. */
  derive(name: string, from: string, value: (x: number) => number): void {
    const values = this.grown.get(name);
    const given = this.grown.get(from);
    for (let i = 0; values && given && i < this.rows; i++) values[i] = value(given[i]!);
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    this.rows = Math.min(this.rows, length);
  }

  /** The columns as they are now; later rows leave them as they are. */
  read(): ReadonlyMap<string, Float64Array> {
    return new Map(this.names.map((name) => [name, this.grown.get(name)!.slice(0, this.rows)]));
  }
}
