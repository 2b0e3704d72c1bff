import { norm2 } from '@nonsmooth/core';
import type { ActiveRow } from './active-row.js';
import type { KinkedFunction } from './kinked-function.js';
import type { HeldRow, Pattern } from './pattern.js';

/** A row that is computed anew wherever the field is evaluated, unless its function is affine. */
export interface FieldRow extends ActiveRow {
  length: number;
  /** Where the gradient is not 0, and how many places these are: rows of networks have few of them. */
  readonly support: Int32Array;
  size: number;
  /** Whether it is the same everywhere and under every pattern. */
  readonly isKept: boolean;
}

/** The gradients of functions that are held at 0, of which those that are the same everywhere are found once. */
export class FieldRows {
  private readonly kinked: KinkedFunction;
  private readonly pattern: Pattern;
  /** Those of the last projection. */
  private readonly spare: FieldRow[] = [];
  /** Rows that are the same everywhere, by argument and base. */
  private readonly constantRows = new Map<string, FieldRow>();

  constructor(kinked: KinkedFunction, pattern: Pattern) {
    this.kinked = kinked;
    this.pattern = pattern;
  }

  /** The gradient of u_entry − u_base. */
  at(x: Float64Array, row: HeldRow): FieldRow {
    const { constantRows } = this;
    const isKept = this.isKept(row);
    const key = isKept ? `${row.entry},${row.base}` : '';
    const known = isKept ? constantRows.get(key) : undefined;
    if (known) return known;
    const found = this.empty(row, isKept);
    this.compute(x, found);
    if (isKept) constantRows.set(key, found);
    return found;
  }

  /** The same if it is the same everywhere, else without a gradient yet. */
  held(x: Float64Array, row: HeldRow): FieldRow {
    return this.isKept(row) ? this.at(x, row) : this.empty(row, false);
  }

  /** The gradient of u_entry − u_base, until the i-th one is asked for again. */
  passing(x: Float64Array, row: HeldRow, i: number): FieldRow {
    if (this.isKept(row)) return this.at(x, row);
    const { gradient, support } = (this.spare[i] ??= this.empty(row, false));
    const found = fieldRow(row, gradient, support, false);
    this.compute(x, found);
    return found;
  }

  /** Writes the gradient of a row at x. */
  compute(x: Float64Array, row: FieldRow): void {
    const { gradient, support } = row;
    this.kinked.row(x, this.pattern.sides, row, gradient);
    row.length = norm2(gradient);
    let size = 0;
    for (let l = 0; l < gradient.length; l++) if (gradient[l] !== 0) support[size++] = l;
    row.size = size;
  }

  private isKept({ kink }: HeldRow): boolean {
    const { affine, nested } = this.kinked.kink(kink);
    return affine && !nested;
  }

  private empty(row: HeldRow, isKept: boolean): FieldRow {
    const { dimension } = this.kinked;
    // in one piece of memory: many rows live for one decision
    const memory = new ArrayBuffer(12 * dimension);
    const gradient = new Float64Array(memory, 0, dimension);
    const support = new Int32Array(memory, 8 * dimension, dimension);
    return fieldRow(row, gradient, support, isKept);
  }
}

function fieldRow(
  { kink, entry, base }: HeldRow,
  gradient: Float64Array,
  support: Int32Array,
  isKept: boolean,
): FieldRow {
  return { kink, entry, base, gradient, length: 0, support, size: 0, slopes: undefined, isKept };
}

/** ⟨row, v⟩. */
export function along({ gradient, support, size }: FieldRow, v: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < size; p++) {
    const l = support[p]!;
    sum += gradient[l]! * v[l]!;
  }
  return sum;
}

/** Writes the cosines between rows. */
export function gramMatrix(rows: readonly FieldRow[], out: Float64Array): void {
  const k = rows.length;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [rows[i]!, rows[j]!];
      const entry = along(a, b.gradient) / (a.length * b.length || 1);
      out[i * k + j] = entry;
      out[j * k + i] = entry;
    }
  }
}
