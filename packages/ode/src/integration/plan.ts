import type { Progress } from './progress.js';

/** A step to be tried. Records are handed on rather than numbers, which would be boxed at every call. */
export interface Plan {
  start: number;
  end: number;
  /** Before planning the size proposed; then |end − start|, which is what the method moves by. */
  h: number;
  /** Whether it ends at a time given beforehand, and so perhaps earlier than proposed. */
  short: boolean;
  /** With fixed steps: whether it reaches the next point of their grid. */
  onGrid: boolean;
}

/** A step being tried. */
export interface Trial extends Plan {
  /** Size of its error, 1 at the tolerance. */
  error: number;
  accepted: boolean;
}

/**
 * Plans a step of the size proposed towards `target`. Its end is a representable time, and its size the difference of the
 * times: else t and y would drift apart. What would remain before `target` by rounding only is stretched over. After a
 * rejection nothing is lengthened: the same step would be tried for ever.
 */
export function planStep(
  plan: Plan,
  { t, rejectedBefore }: Progress,
  target: number,
  direction: 1 | -1,
): void {
  const { h } = plan;
  const remaining = Math.abs(target - t);
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(target));
  plan.start = t;
  plan.short =
    h * (1 + 1e-10) >= remaining || (!rejectedBefore && remaining - h <= Math.min(rounding, h / 2));
  plan.end = plan.short ? target : t + direction * h;
  plan.h = Math.abs(plan.end - t);
  plan.onGrid = false;
  if (rejectedBefore && plan.h > (1 + 1 / 256) * h) {
    plan.end = t + (direction * h) / 2;
    plan.h = Math.abs(plan.end - t);
  }
}

/** Plans the step to the next point of the grid of fixed steps, or to `target` if that comes earlier. */
export function planFixedStep(
  plan: Plan,
  { t, grid }: Progress,
  target: number,
  h: number,
  direction: 1 | -1,
): void {
  const point = grid.start + direction * (grid.steps + 1) * h;
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(target));
  const beyond = direction * (point - target);
  const slack = Math.max(1e-10 * h, Math.min(rounding, h / 2));
  plan.start = t;
  plan.short = beyond >= -slack;
  plan.end = plan.short ? target : point;
  plan.h = Math.abs(plan.end - t);
  plan.onGrid = beyond <= slack;
}
