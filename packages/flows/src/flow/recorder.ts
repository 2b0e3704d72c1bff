import { checkedSaveAt } from '@nonsmooth/ode';
import { norm2 } from '@nonsmooth/core';
import type { Flow } from './flow.js';

/** What is recorded of a step: its end, and the states on it. */
export interface RecordedStep {
  readonly end: number;
  readonly y: Float64Array;
  /** Θ_t at a time t on the step. */
  readonly stateAt: (t: number, out: Float64Array) => Float64Array;
}

/** Saves states with their loss and speed, at every step or at chosen times. @throws ArgumentError for `saveAt` */
export function recorder(
  field: { velocity(t: number, theta: Float64Array, out: Float64Array): number },
  theta0: Float64Array,
  horizon: number,
  saveAt?: ArrayLike<number>,
): {
  /** The loss at the start, if that is saved. */
  readonly initialLoss: number | undefined;
  /** Returns the loss at the end of the step, if that is saved. */
  step(step: RecordedStep): number | undefined;
  speedAt(t: number, theta: Float64Array): number;
  result(): Pick<Flow, 't' | 'y' | 'loss' | 'speed'>;
} {
  const times = saveAt === undefined ? undefined : checkedSaveAt(saveAt, 0, horizon);
  const velocity = new Float64Array(theta0.length);
  const between = new Float64Array(theta0.length);
  const t: number[] = [];
  const y: Float64Array[] = [];
  const loss: number[] = [];
  const speed: number[] = [];
  const save = (time: number, theta: Float64Array): void => {
    t.push(time);
    y.push(theta.slice());
    loss.push(field.velocity(time, theta, velocity));
    speed.push(norm2(velocity));
  };
  let saved = 0;
  if (!times) save(0, theta0);
  else for (; times[saved] === 0; saved++) save(0, theta0);

  return {
    initialLoss: loss.at(-1),
    step({ end, y: theta, stateAt }) {
      if (!times) {
        save(end, theta);
        return loss.at(-1);
      }
      for (; times[saved]! < end; saved++) {
        save(times[saved]!, stateAt(times[saved]!, between));
      }
      if (times[saved] !== end) return undefined;
      for (; times[saved] === end; saved++) save(end, theta);
      return loss.at(-1);
    },
    speedAt(time, theta) {
      field.velocity(time, theta, velocity);
      return norm2(velocity);
    },
    result: () => ({
      t: Float64Array.from(t),
      y,
      loss: Float64Array.from(loss),
      speed: Float64Array.from(speed),
    }),
  };
}
