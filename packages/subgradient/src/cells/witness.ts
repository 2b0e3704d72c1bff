import { dotIntegers, integersFromNumbers, signOf, toNumbers } from '../exact/integer-vector.js';
import type { SwitchingRow } from './abs-linear.js';

/** A direction, as doubles that are meant exactly, or as integers with doubles near them. */
export interface Witness {
  readonly numbers: Float64Array;
  /** The direction itself where `numbers` is only near it; made on demand otherwise. */
  integers: readonly bigint[] | undefined;
  readonly isExact: boolean;
}

/** A witness whose doubles are its exact entries. */
export function witness(numbers: Float64Array): Witness {
  return { numbers, integers: undefined, isExact: true };
}

/** A direction of integers that need not fit doubles. */
export function integerWitness(integers: readonly bigint[]): Witness {
  const numbers = toNumbers(integers);
  const fits = integers.every(
    (entry, t) => Number.isSafeInteger(numbers[t]) && BigInt(numbers[t]!) === entry,
  );
  return { numbers, integers, isExact: fits };
}

const roundoff = 2 ** -53;

/** Sign of ⟨row, d⟩ without any doubt: doubles with an error bound first, integers where they do not decide. */
export function signAlong(row: SwitchingRow, d: Witness): number {
  if (d.isExact) {
    const { numbers } = row;
    const direction = d.numbers;
    let total = 0;
    let size = 0;
    for (let t = 0; t < numbers.length; t++) {
      const product = numbers[t]! * direction[t]!;
      total += product;
      size += Math.abs(product);
    }
    // n roundings of products and sums, and one of each entry of the row; 1e-290 covers underflow
    const bound = (numbers.length + 4) * roundoff * size + 1e-290;
    if (total > bound) return 1;
    if (total < -bound) return -1;
  }
  d.integers ??= integersFromNumbers(d.numbers);
  return signOf(dotIntegers(row.integers, d.integers));
}
