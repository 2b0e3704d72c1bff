import { checkedSaveAt } from '@nonsmooth/ode';
import { norm2, VectorBlock } from '@nonsmooth/core';
import type { FlowProgress } from './checkpoint.js';
import type { Flow } from './flow.js';

/** What is recorded of a step: its end, and the states on it. */
export interface RecordedStep {
  readonly end: number;
  readonly y: Float64Array;
  /** Θ_t at a time t on the step. */
  readonly stateAt: (t: number, out: Float64Array) => Float64Array;
  /** ∫₀ᵗ ‖Θ'‖² there. */
  readonly dissipatedAt: (t: number) => number;
}

/**
 * Saves states with their loss and speed, at every step or at chosen times; `past` of them, and the start, were saved
 * before if that is given. @throws ArgumentError for `saveAt`
 */
export function recorder(
  field: { velocity(t: number, theta: Float64Array, out: Float64Array): number },
  theta0: Float64Array,
  horizon: number,
  saveAt?: ArrayLike<number>,
  past?: number,
): {
  /** The loss at the start, if that is saved. */
  readonly initialLoss: number | undefined;
  /** Returns the loss at the end of the step, if that is saved. */
  step(step: RecordedStep): number | undefined;
  speedAt(t: number, theta: Float64Array): number;
  result(): Pick<Flow, 't' | 'y' | 'loss' | 'speed' | 'dissipated'>;
  /** The same while it grows. */
  readonly records: FlowProgress['saved'];
  /** How many of `saveAt` are past. */
  readonly past: number;
} {
  const times = saveAt === undefined ? undefined : checkedSaveAt(saveAt, 0, horizon);
  const block = new VectorBlock(2 * theta0.length);
  const velocity = block.next(theta0.length);
  const between = block.next(theta0.length);
  const t: number[] = [];
  const y: Float64Array[] = [];
  const loss: number[] = [];
  const speed: number[] = [];
  const dissipated: number[] = [];
  const save = (time: number, theta: Float64Array, lost: number): void => {
    dissipated.push(lost);
    t.push(time);
    y.push(theta.slice());
    loss.push(field.velocity(time, theta, velocity));
    speed.push(norm2(velocity));
  };
  let saved = past ?? 0;
  if (past === undefined) {
    if (!times) save(0, theta0, 0);
    else for (; times[saved] === 0; saved++) save(0, theta0, 0);
  }

  return {
    initialLoss: loss.at(-1),
    records: { t, y, loss, speed, dissipated },
    get past() {
      return saved;
    },
    step({ end, y: theta, stateAt, dissipatedAt }) {
      if (!times) {
        save(end, theta, dissipatedAt(end));
        return loss.at(-1);
      }
      for (; times[saved]! < end; saved++) {
        const time = times[saved]!;
        save(time, stateAt(time, between), dissipatedAt(time));
      }
      if (times[saved] !== end) return undefined;
      for (; times[saved] === end; saved++) save(end, theta, dissipatedAt(end));
      return loss.at(-1);
    },
    speedAt(time, theta) {
      field.velocity(time, theta, velocity);
      return norm2(velocity);
    },
    result: () => ({
      t: new Float64Array(t),
      y,
      loss: new Float64Array(loss),
      speed: new Float64Array(speed),
      dissipated: new Float64Array(dissipated),
    }),
  };
}
