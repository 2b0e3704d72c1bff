import type { Witness } from '../cells/witness.js';
import { integersFromNumbers } from '../exact/integer-vector.js';
import { print, type Rational } from '../exact/rational.js';
import type { Frame, SparseVector } from './frame.js';
import type { SparseEntries } from './proofs.js';

/** An exact vector as proofs have it. */
export function entriesOf(vector: SparseVector): SparseEntries {
  return [...vector].sort(([s], [t]) => s - t).map(([t, entry]) => [t, print(entry)]);
}

/** A vector given on the columns of the frame. */
export function onColumns({ columns }: Frame, direction: readonly Rational[]): SparseEntries {
  return entriesOf(
    new Map(columns.flatMap((t, at) => (direction[at]!.n === 0n ? [] : [[t, direction[at]!]]))),
  );
}

/** Integers on these columns. */
export function integersOn(
  columns: readonly number[],
  direction: readonly bigint[],
): SparseEntries {
  return columns.flatMap((t, at) =>
    direction[at] === 0n ? [] : [[t, direction[at]!.toString()] as const],
  );
}

/** The direction strictly inside a cell. */
export function directionOf(
  { columns }: Frame,
  { numbers, integers, isExact }: Witness,
): SparseEntries {
  return integersOn(columns, isExact ? integersFromNumbers(numbers) : integers!);
}
