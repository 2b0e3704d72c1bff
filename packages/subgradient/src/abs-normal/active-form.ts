import { programOf, type Subject } from '../subject.js';
import { localForm } from './local-form.js';

/** [index, value] pairs, zeros left out. */
export type SparseNumbers = readonly (readonly [number, number])[];

/**
 * The abs-normal form reduced to the kinks that are active at a point and matter, the others eliminated: rows of a
 * network's kink reach back through its own sample and layers only, so they are sparse by blocks and programs with
 * many thousands of kinks are no obstacle.
 */
export interface ActiveAbsNormalForm {
  readonly value: number;
  /** Positions of the kinks among all switching variables, in evaluation order; rows and columns below. */
  readonly kinks: readonly number[];
  readonly switchingByInput: readonly SparseNumbers[];
  readonly switchingByAbs: readonly SparseNumbers[];
  readonly outputByAbs: Float64Array;
  readonly outputByInput: SparseNumbers;
  /** Whether the numbers of the kinks (all but `outputByInput`) are known without rounding. */
  readonly isExact: boolean;
}

/** @throws ShapeError, NonFiniteError for points that do not fit. */
export function activeAbsNormalForm(
  subject: Subject,
  point: ArrayLike<number>,
): ActiveAbsNormalForm {
  const local = localForm(programOf(subject, point), point);
  const sparse = (row: ReadonlyMap<number, { readonly value: number }>): SparseNumbers =>
    [...row].map(([at, { value }]) => [at, value] as const).sort(([s], [t]) => s - t);
  return {
    value: local.value,
    kinks: local.kinks.map(({ index }) => index),
    switchingByInput: local.bounded.switchingByInput.map(sparse),
    switchingByAbs: local.bounded.switchingByAbs.map(sparse),
    outputByAbs: Float64Array.from(local.bounded.outputByAbs, ({ value }) => value),
    outputByInput: sparse(local.outputByInput()),
    isExact: local.exact() !== undefined,
  };
}
