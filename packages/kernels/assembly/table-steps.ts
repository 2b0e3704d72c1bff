// What the binary has of the rows of tables: one number each, in the order in which they are made.

import { TABLE_STEP_COUNT, TABLE_STEPS } from './generated/table-places';

let place: usize = 0;

export function rewindSteps(): void {
  place = 0;
}

/** How far the c of the next row is from where it was sought, in steps. */
export function nextStep(): f64 {
  const low = <i32>load<u8>(TABLE_STEPS + place);
  const code = low + (<i32>load<u8>(TABLE_STEPS + TABLE_STEP_COUNT + place) << 8);
  place++;
  return <f64>((code >> 1) ^ -(code & 1));
}
