import type { Objective } from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/kernels';
import { stateAt, type Step } from '@nonsmooth/ode';
import { norm } from '../norm.js';

/** What is saved along a flow. */
export interface Records {
  readonly t: Float64Array;
  readonly y: readonly Float64Array[];
  readonly loss: Float64Array;
  readonly speed: Float64Array;
}

/** Saves states with their loss and speed, at every step or at chosen times. @throws ArgumentError for `saveAt` */
export function recorder(
  objective: Objective,
  theta0: Float64Array,
  horizon: number,
  saveAt?: ArrayLike<number>,
): {
  /** The loss at the start, if that is saved. */
  readonly initialLoss: number | undefined;
  /** Returns the loss at the end of the step, if that is saved. */
  step(step: Step): number | undefined;
  speedOf(theta: Float64Array): number;
  result(): Records;
} {
  const times = saveAt && Float64Array.from(saveAt);
  times?.forEach((time, i) => {
    if (!(time >= (i === 0 ? 0 : times[i - 1]!) && time <= horizon)) {
      throw new ArgumentError(`saveAt[${i}]`, time, `times from 0 to ${horizon}, in order`);
    }
  });
  const gradient = new Float64Array(objective.dimension);
  const t: number[] = [];
  const y: Float64Array[] = [];
  const loss: number[] = [];
  const speed: number[] = [];
  const save = (time: number, theta: Float64Array): void => {
    t.push(time);
    y.push(theta.slice());
    loss.push(objective.gradient(theta, gradient));
    speed.push(norm(gradient));
  };
  let saved = 0;
  if (!times) save(0, theta0);
  else for (; times[saved] === 0; saved++) save(0, theta0);

  return {
    initialLoss: loss.at(-1),
    step({ end, y: theta, segment }) {
      if (!times) {
        save(end, theta);
        return loss.at(-1);
      }
      for (; times[saved]! < end; saved++) {
        save(times[saved]!, stateAt(segment!, times[saved]!, new Float64Array(theta.length)));
      }
      if (times[saved] !== end) return undefined;
      for (; times[saved] === end; saved++) save(end, theta);
      return loss.at(-1);
    },
    speedOf(theta) {
      objective.gradient(theta, gradient);
      return norm(gradient);
    },
    result: () => ({
      t: Float64Array.from(t),
      y,
      loss: Float64Array.from(loss),
      speed: Float64Array.from(speed),
    }),
  };
}
