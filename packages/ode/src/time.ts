/** The spacing of numbers near t, or up to twice that; at 0 the smallest number there is. */
export const spacing = (t: number): number =>
  Math.max(Number.EPSILON * Math.abs(t), Number.MIN_VALUE);

/** Whether two step sizes at t differ by no more than the rounding of times there. */
export const isSameStep = (h: number, before: number, t: number): boolean =>
  Math.abs(h - before) <= 4 * Number.EPSILON * (Math.abs(t) + Math.abs(h));

/** The part of an interval of time in which a right-hand side may be evaluated. */
export interface TimeWindow {
  least: number;
  most: number;
}

/** t, or the end of the window that rounding has passed. */
export const within = ({ least, most }: TimeWindow, t: number): number =>
  t < least ? least : t > most ? most : t;
