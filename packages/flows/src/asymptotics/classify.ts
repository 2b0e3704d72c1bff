import {
  ArgumentError,
  largest,
  requireKnownOptions,
  requireObject,
  requirePositive,
  ShapeError,
  smallest,
  type OptionNames,
} from '@nonsmooth/core';
import { growthLaws, type GrowthLaw } from './growth-laws.js';
import { fitLine } from './least-squares.js';

/** What is watched along a flow, at increasing times t > 0 that should be spread evenly in log t. */
export interface Trajectory {
  readonly times: ArrayLike<number>;
  /** ‖Θ_t‖. */
  readonly norms: ArrayLike<number>;
  /** ‖Θ'_t‖ = ‖∇L(Θ_t)‖. */
  readonly speeds: ArrayLike<number>;
  /** L(Θ_t). */
  readonly losses: ArrayLike<number>;
}

export interface Classification {
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  /** Why, in words with numbers. */
  readonly reason: string;
  readonly evidence: {
    /** Time window of the fits, and the number of its samples. */
    readonly from: number;
    readonly to: number;
    readonly samples: number;
    /** ‖Θ'_t‖ ≈ C·t^(−q) on the window: the length ∫‖Θ'‖dt is finite exactly if q > 1. */
    readonly decay: { readonly q: number; readonly error: number };
    /** Trapezoidal length over the whole trajectory; the length still to come with q one standard error less, or ∞. */
    readonly length: number;
    readonly remainingLength: number;
    /** The better of the two laws comes first. */
    readonly growth: readonly [GrowthLaw, GrowthLaw];
    /** Extrapolated level of the loss and the half width of its error bar. */
    readonly asymptoticLoss: { readonly level: number; readonly error: number };
  };
}

export interface ClassifyOptions {
  /** The share of the trajectory, in log t, that the fits use: t ≥ horizon^(1 − window)·first^window. Default ½. */
  readonly window?: number;
  /** How many standard errors q must be away from 1. Default 3. */
  readonly confidence?: number;
}

const classifyOptionNames: OptionNames<ClassifyOptions> = { window: true, confidence: true };

/**
 * Does the flow converge to a critical point or diverge to infinity? By the dichotomy of Kranz, Gallon,
 * Dereich, Jentzen (arXiv 2505.09572) one of the two holds for definable activations; a finite trajectory only
 * gives evidence. `converges`: the speed decays like t^(−q) with q > 1 by more than its standard error, and the length
 * still to come is below 1 % of the largest norm on the window. `diverges`: q < 1, or q = 1 within error bars of at most
 * ±0.3, with a norm that grows over the window by 5 % or more, and steadily: one law, a·log t or a·t^p, explains 95 % of
 * the growth, and no third of the window (in log t) has less than a third of the mean growth. Anything else is `undecided`, with its
 * reason: flows towards targets that a network can realize grow for decades too, but mostly in bursts between plateaus.
 * A slow transient can still look like divergence: where it matters, look at longer horizons too.
 * @throws ShapeError, ArgumentError for trajectories that are too short, not increasing in time or not finite.
 */
export function classify(trajectory: Trajectory, options: ClassifyOptions = {}): Classification {
  requireKnownOptions('options', options, classifyOptionNames);
  const { window = 0.5, confidence = 3 } = options;
  if (!(window > 0 && window <= 1)) throw new ArgumentError('window', window, 'a number in (0, 1]');
  requirePositive({ confidence });
  requireTrajectory(trajectory);
  const { times, norms, speeds, losses } = trajectory;
  const last = times.length - 1;
  const start = Math.exp(
    Math.log(times[last]!) - window * (Math.log(times[last]!) - Math.log(times[0]!)),
  );
  const chosen = Array.from(times, (_, i) => i).filter((i) => times[i]! >= start);
  if (chosen.length < 8) {
    throw new ShapeError('times', chosen.length, '8 or more times in the window of the fit');
  }
  const logTime = chosen.map((i) => Math.log(times[i]!));
  const pick = (values: ArrayLike<number>): number[] => chosen.map((i) => values[i]!);
  const decayFit = fitLine(logTime, pick(speeds).map(logOrFloor));
  const q = -decayFit.slope;
  const length = trapezoid(times, speeds);
  const slowest = q - decayFit.slopeError;
  const remainingLength = slowest > 1 ? (times[last]! * speeds[last]!) / (slowest - 1) : Infinity;
  const growth = growthLaws(logTime, pick(norms));
  const evidence: Classification['evidence'] = {
    from: times[chosen[0]!]!,
    to: times[last]!,
    samples: chosen.length,
    decay: { q, error: decayFit.slopeError },
    length,
    remainingLength,
    growth,
    asymptoticLoss: asymptoticLoss(pick(losses)),
  };
  return { ...judge(evidence, speeds[last]!, pick(norms), confidence), evidence };
}

function judge(
  evidence: Classification['evidence'],
  speed: number,
  norms: readonly number[],
  confidence: number,
): Pick<Classification, 'verdict' | 'reason'> {
  const { q, error } = evidence.decay;
  const margin = confidence * error;
  const rate = `‖Θ'‖ ~ t^(−${q.toPrecision(3)} ± ${error.toPrecision(1)})`;
  const toCome = evidence.remainingLength.toPrecision(2);
  if (speed === 0) return { verdict: 'converges', reason: 'the gradient is exactly 0' };
  if (evidence.remainingLength < 0.01 * largest(norms)) {
    return { verdict: 'converges', reason: `${rate} is integrable; ${toCome} is still to come` };
  }
  const [law] = evidence.growth;
  const [first, last] = [norms[0]!, norms.at(-1)!];
  const persists =
    last - first >= 0.05 * last &&
    law.rate > confidence * law.rateError &&
    law.explained >= 0.95 &&
    slowestThird(law.form === 'power' ? norms.map(Math.log) : norms) >= 1 / 3;
  if (!persists) {
    return {
      verdict: 'undecided',
      reason:
        `${rate}, but ‖Θ‖, from ${first.toPrecision(4)} to ${last.toPrecision(4)}, shows no steady growth ` +
        `(${Math.round(100 * law.explained)} % of it is explained by a ${law.form} law)`,
    };
  }
  if (q + margin < 1) {
    return { verdict: 'diverges', reason: `${rate} is not integrable, and ‖Θ‖ keeps growing` };
  }
  if (q - margin <= 1 && margin <= 0.3) {
    return { verdict: 'diverges', reason: `${rate}, and ‖Θ‖ keeps growing like log t` };
  }
  return { verdict: 'undecided', reason: `${rate} with ‖Θ‖ still growing and ${toCome} to come` };
}

/** The least growth in a third of the window, as a share of the mean growth; negative where it shrinks. */
function slowestThird(values: readonly number[]): number {
  const at = [0, 1, 2, 3].map((k) => values[Math.round((k * (values.length - 1)) / 3)]!);
  const mean = (at[3]! - at[0]!) / 3;
  return smallest([0, 1, 2].map((k) => at[k + 1]! - at[k]!)) / mean;
}

/**
 * Aitken's Δ² on the first, middle and last loss of the window (equal steps of log t: exact for A + B·t^(−p)),
 * with the distance to the last loss as its error bar.
 */
function asymptoticLoss(losses: readonly number[]): { level: number; error: number } {
  const half = Math.floor((losses.length - 1) / 2);
  const [a, b, c] = [
    losses[losses.length - 1 - 2 * half]!,
    losses[losses.length - 1 - half]!,
    losses.at(-1)!,
  ];
  const curvature = a - 2 * b + c;
  // Losses fall towards their level: without convexity the last one is an upper bound and all that is known.
  const extrapolated = curvature > 0 ? c - (b - c) ** 2 / curvature : c - (b - c);
  // a risk that was never negative has no negative level
  const level = c >= 0 ? Math.max(0, extrapolated) : extrapolated;
  return { level, error: Math.abs(c - level) };
}

function trapezoid(times: ArrayLike<number>, speeds: ArrayLike<number>): number {
  let length = 0;
  for (let i = 1; i < times.length; i++) {
    length += ((times[i]! - times[i - 1]!) * (speeds[i]! + speeds[i - 1]!)) / 2;
  }
  return length;
}

/** log of a speed; an exact 0 counts as the smallest positive number. */
function logOrFloor(speed: number): number {
  return Math.log(Math.max(speed, Number.MIN_VALUE));
}

function requireTrajectory(trajectory: Trajectory): void {
  requireObject('trajectory', trajectory);
  const { times, norms, speeds, losses } = trajectory;
  if (!(times?.length >= 0)) throw new ArgumentError('times', times, 'a list of times');
  for (const [name, values] of Object.entries({ norms, speeds, losses })) {
    if (values?.length !== times.length) {
      throw new ShapeError(`${name}.length`, values?.length, `${times.length}, as many as times`);
    }
    const smallest = name === 'losses' ? -Infinity : 0;
    for (let i = 0; i < values.length; i++) {
      if (!(values[i]! >= smallest && Math.abs(values[i]!) < Infinity)) {
        const allowed = name === 'losses' ? 'finite numbers' : 'finite numbers ≥ 0';
        throw new ArgumentError(`${name}[${i}]`, values[i], allowed);
      }
    }
  }
  for (let i = 0; i < times.length; i++) {
    if (!(times[i]! > (i === 0 ? 0 : times[i - 1]!))) {
      throw new ArgumentError(`times[${i}]`, times[i], 'increasing numbers > 0');
    }
  }
}
