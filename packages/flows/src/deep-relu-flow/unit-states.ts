/** What every unit does: the mode of the integration, as plain data. */
export type UnitStates = Uint8Array;

/** z < 0: passes 0 on. */
export const off = 0;
/** z > 0: passes z on. */
export const on = 1;
/** z stays 0: the flow slides along its kink. */
export const held = 2;

/** The held units, in order. */
export function heldUnits(states: UnitStates): number[] {
  const found: number[] = [];
  for (let u = states.indexOf(held); u >= 0; u = states.indexOf(held, u + 1)) found.push(u);
  return found;
}
