import { ArgumentError, requireFunction, requirePositive } from '@nonsmooth/core';

/** The learning rate of step n = 0, 1, 2, … */
export type Schedule = (step: number) => number;

/** γ·factorᵏ with k = ⌊n/every⌋. */
export function stepDecay(learningRate: number, factor: number, every: number): Schedule {
  requirePositive({ learningRate, factor, every });
  let power = 0;
  let rate = learningRate;
  return (step) => {
    const k = Math.floor(step / every);
    // repeated products instead of a power: the same bits on every engine
    if (k < power) [power, rate] = [0, learningRate];
    for (; power < k; power++) rate *= factor;
    return rate;
  };
}

/** γ·(1 + n/halfLife)⁻¹, whose sum diverges and whose squares are summable: Robbins, Monro (1951). */
export function inverseDecay(learningRate: number, halfLife: number): Schedule {
  requirePositive({ learningRate, halfLife });
  return (step) => learningRate / (1 + step / halfLife);
}

/** From γ to `last` on a line over `steps` steps, then constant. */
export function linearDecay(learningRate: number, last: number, steps: number): Schedule {
  requirePositive({ learningRate, steps });
  if (!(typeof last === 'number' && last >= 0 && last < Infinity)) {
    throw new ArgumentError('last', last, 'a finite number ≥ 0');
  }
  return (step) => learningRate + (last - learningRate) * Math.min(1, step / steps);
}

/** γ·(1 + cos(πn/steps))/2, then 0: Loshchilov, Hutter (arXiv 1608.03983) without restarts. */
export function cosineDecay(learningRate: number, steps: number): Schedule {
  requirePositive({ learningRate, steps });
  return (step) =>
    step >= steps ? 0 : (learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/** The first `steps` steps grow on a line to the schedule, which they do not delay. */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  requirePositive({ steps });
  requireFunction('schedule', schedule);
  return (step) => schedule(step) * Math.min(1, (step + 1) / steps);
}
