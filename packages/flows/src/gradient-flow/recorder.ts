import type { Objective } from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/kernels';
import { stateAt, type Step } from '@nonsmooth/ode';

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
  step(step: Step): void;
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
  let norm = 0;

  const measure = (theta: Float64Array): number => {
    const value = objective.gradient(theta, gradient);
    let sum = 0;
    for (const g of gradient) sum += g * g;
    norm = Math.sqrt(sum);
    return value;
  };
  const save = (time: number, theta: Float64Array): void => {
    t.push(time);
    y.push(theta.slice());
    loss.push(measure(theta));
    speed.push(norm);
  };
  let saved = 0;
  if (!times) save(0, theta0);
  else for (; times[saved] === 0; saved++) save(0, theta0);

  return {
    step({ end, y: theta, segment }) {
      if (!times) {
        save(end, theta);
        return;
      }
      for (; times[saved]! < end; saved++) {
        save(times[saved]!, stateAt(segment!, times[saved]!, new Float64Array(theta.length)));
      }
      for (; times[saved] === end; saved++) save(end, theta);
    },
    speedOf(theta) {
      measure(theta);
      return norm;
    },
    result: () => ({
      t: Float64Array.from(t),
      y,
      loss: Float64Array.from(loss),
      speed: Float64Array.from(speed),
    }),
  };
}
