import type { Run } from '../compute/run.js';
import { axis, type Axis } from './frame.js';

/** How time is laid out, the same for every view: to horizon `to`, from the first step on if it is logarithmic. */
export interface TimeLayout {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
}

/** The layout for a run. */
export function timeLayout({ t, horizon }: Pick<Run, 't' | 'horizon'>, log: boolean): TimeLayout {
  const first = t.find((value) => value > 0) ?? horizon;
  const from = log ? Math.max(Math.min(first, horizon / 10), horizon * 1e-6) : 0;
  return { from, to: horizon, log };
}

/** The axis between two pixels. */
export function timeAxis({ from, to, log }: TimeLayout, pixels: readonly [number, number]): Axis {
  return axis([from, to], pixels, {
    log,
    count: Math.max(3, Math.floor((pixels[1] - pixels[0]) / 90)),
  });
}

/** A share of the axis as a time, and back: what scrubber and player move. Time 0 is the share 0. */
export function timeOfShare({ from, to, log }: TimeLayout, share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return to;
  return log ? from * (to / from) ** share : share * to;
}

/** The share of the axis at a time. */
export function shareOfTime({ from, to, log }: TimeLayout, time: number): number {
  if (time <= 0) return 0;
  if (time >= to) return 1;
  return log ? Math.max(0, Math.log(time / from) / Math.log(to / from)) : time / to;
}
