import { ArgumentError, ShapeError } from '@nonsmooth/core';

/** A number, or an array of arrays … of numbers, all of one shape at each depth. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** The shape that the first entry at each depth announces. */
export function nestedShape(values: NestedNumbers): number[] {
  const shape: number[] = [];
  let level: NestedNumbers | undefined = values;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = (level as readonly NestedNumbers[])[0];
  }
  return shape;
}

/** Writes the entries row-major into `out`; throws where an entry breaks the shape or is no number. */
export function flattenNested(
  values: NestedNumbers,
  shape: readonly number[],
  out: { [index: number]: number },
): void {
  let position = 0;
  const visit = (entry: NestedNumbers, depth: number, path: string): void => {
    if (depth === shape.length) {
      if (Array.isArray(entry)) throw new ShapeError(path, entry, 'a number, as the first entry');
      if (typeof entry !== 'number') throw new ArgumentError(path, entry, 'a number');
      out[position++] = entry;
      return;
    }
    if (!Array.isArray(entry) || entry.length !== shape[depth]) {
      throw new ShapeError(path, entry, `an array of ${shape[depth]} entries, as the first one`);
    }
    // Not forEach: it would skip the holes of a sparse array.
    for (let i = 0; i < entry.length; i++) {
      visit((entry as readonly NestedNumbers[])[i]!, depth + 1, `${path}[${i}]`);
    }
  };
  visit(values, 0, 'values');
}
