import { strictDirection } from '../exact/nonnegative-solution.js';
import { rationalRow, type AbsLinearForm } from './abs-linear.js';
import { primitive } from '../exact/integer-vector.js';
import type { Rational } from '../exact/rational.js';

/**
 * The slow twin of `searchCells`: two exact linear programs per node, no doubles, no tolerance, no directions
 * kept. Returns the number of cells; `visit` sees each.
 */
export function searchCellsExactly(
  form: AbsLinearForm,
  visit: (signs: readonly number[]) => void = () => undefined,
): number {
  const kinks = form.switchingByInput.length;
  const signs: number[] = [];
  const rows: (readonly Rational[])[] = [];
  let cells = 0;

  function descend(i: number, cone: readonly (readonly bigint[])[]): void {
    if (i === kinks) {
      cells++;
      visit(signs);
      return;
    }
    rows[i] = rationalRow(form, i, signs, rows);
    const { vector } = primitive(rows[i]);
    if (vector.every((entry) => entry === 0n)) {
      signs[i] = 0;
      descend(i + 1, cone);
      return;
    }
    for (const side of [1, -1]) {
      const inner = [...cone, side > 0 ? vector : vector.map((entry) => -entry)];
      if (!('direction' in strictDirection(inner, form.dimension))) continue;
      signs[i] = side;
      rows[i] = rationalRow(form, i, signs, rows);
      descend(i + 1, inner);
    }
  }

  descend(0, []);
  return cells;
}
