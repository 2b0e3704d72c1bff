/** What the final tables hold: named columns of one kind each. */
export interface Field {
  readonly name: string;
  readonly kind: 'integer' | 'number' | 'text';
  /** All values of a text, known in advance. */
  readonly values?: readonly string[];
}

/** The entries of one column: numbers, integers or texts. */
export type Values = Float64Array | Int32Array | readonly string[];

/** Rows of a table for some members, column by column. */
export interface Rows {
  readonly length: number;
  readonly columns: readonly Values[];
}

/** Takes a table part by part, so that none need hold all of it. */
export interface TableSink {
  write(rows: Rows): void;
  /** Ends the file. */
  finish(): void;
}

/** Takes bytes in order. */
export type WriteBytes = (bytes: Uint8Array) => void;
