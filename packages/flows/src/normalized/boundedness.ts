import { largest, ShapeError, smallest } from '@nonsmooth/core';
import { growthLaws, type GrowthLaw } from '../asymptotics/growth-laws.js';
import { requireSaved } from '../checks.js';
import type { Flow } from '../flow/flow.js';
import { norm2 } from '@nonsmooth/core';

/** The norms ‖Θ_t‖ along a trajectory, and whether they still grow. */
export interface Boundedness {
  /** sup ‖Θ_t‖ over the saved times, and the first time it is reached. */
  readonly supremum: number;
  readonly at: number;
  /** The supremum over the first half of the saved times in log time, to see whether it still grows. */
  readonly earlySupremum: number;
  readonly norms: Float64Array;
  /** What the second half of the saved times, in log time, says; absent for fewer than 8 of them. */
  readonly law?: NormLaw;
}

/** A law fitted to norms, with error bars: evidence, no bound. */
export interface NormLaw {
  /**
   * settles: the changes per third of the window die out, towards `limit`; grows, shrinks: the better of the two growth
   * laws holds with a rate three standard errors away from 0; else unclear.
   */
  readonly trend: 'settles' | 'grows' | 'shrinks' | 'unclear';
  /** From here on, to the end. */
  readonly from: number;
  readonly samples: number;
  /** ‖Θ_t‖ ≈ offset + rate·log t and offset·t^rate, the better one first; the standard errors allow for correlation. */
  readonly growth: readonly [GrowthLaw, GrowthLaw];
  /** Only if it settles: the limit by the geometric decay of the changes, and as error what is still to come with half that decay. */
  readonly limit?: { readonly value: number; readonly error: number };
}

/**
 * How large the parameters of a flow become: watched, not proved. Changes within ten tolerances are no trend. Save at `logarithmicTimes` for a law that weighs every
 * decade alike.
 * @throws ShapeError for a flow that saved nothing
 */
export function boundedness(
  flow: Pick<Flow, 't' | 'y'> & Partial<Pick<Flow, 'tolerance'>>,
): Boundedness {
  requireSaved(flow);
  if (flow.t.length === 0) throw new ShapeError('flow.t.length', 0, '1 or more');
  const norms = Float64Array.from(flow.y, norm2);
  const supremum = norms.reduce((most, value) => Math.max(most, value), 0);
  const horizon = flow.t[flow.t.length - 1]!;
  const first = flow.t.find((t) => t > 0) ?? horizon;
  const middle = Math.sqrt(first) * Math.sqrt(horizon);
  const earlySupremum = norms.reduce(
    (most, value, i) => (flow.t[i]! <= middle ? Math.max(most, value) : most),
    0,
  );
  const { rtol, atol } = flow.tolerance ?? { rtol: 0, atol: 0 };
  const floor = 10 * ((rtol + rounding) * supremum + atol);
  const law = normLaw(flow.t, norms, middle, floor);
  return {
    supremum,
    at: flow.t[norms.indexOf(supremum)]!,
    earlySupremum,
    norms,
    ...(law && { law }),
  };
}

/** What sums of squares may lose. */
const rounding = 1e-14;

/** Changes up to `floor` are tolerance and rounding, and no trend. */
function normLaw(
  t: Float64Array,
  norms: Float64Array,
  from: number,
  floor: number,
): NormLaw | undefined {
  const window = [...t.keys()].filter((i) => t[i]! >= from && t[i]! > 0);
  if (window.length < 8) return undefined;
  const logTime = window.map((i) => Math.log(t[i]!));
  const values = window.map((i) => norms[i]!);
  const growth = growthLaws(logTime, values);
  const limit = limitOf(logTime, values, floor);
  const [law] = growth;
  const steady = Math.abs(law.rate) > 3 * law.rateError && law.explained >= 0.9;
  const trend = limit ? 'settles' : !steady ? 'unclear' : law.rate > 0 ? 'grows' : 'shrinks';
  return { trend, from, samples: window.length, growth, ...(limit && { limit }) };
}

/**
 * N∞ from the changes c₁, c₂, c₃ of the norm over the thirds of the window in log time, if they at least halve from one
 * to the next: with ρ = max(|c₂/c₁|, |c₃/c₂|) at most c₃ρ/(1 − ρ) is to come for any law that decays that fast.
 */
function limitOf(
  logTime: readonly number[],
  values: readonly number[],
  floor: number,
): { value: number; error: number } | undefined {
  const end = values.at(-1)!;
  const [first, last] = [logTime[0]!, logTime.at(-1)!];
  const at = [0, 1, 2, 3].map((k) =>
    interpolate(logTime, values, first + (k * (last - first)) / 3),
  );
  const [c1, c2, c3] = [at[1]! - at[0]!, at[2]! - at[1]!, at[3]! - at[2]!];
  const spread = (from: number): number => {
    const tail = values.filter((_, i) => logTime[i]! >= from);
    return largest(tail) - smallest(tail);
  };
  const still = spread(first + (2 * (last - first)) / 3);
  if (still <= floor) return { value: end, error: still };
  const ratio = Math.max(Math.abs(c2 / c1), Math.abs(c3 / c2));
  if (!(ratio <= 0.5) || Math.abs(c3) < still / 2) return undefined;
  const slower = Math.sqrt(ratio);
  return {
    value: end + (c3 * ratio) / (1 - ratio),
    error: (Math.abs(c3) * slower) / (1 - slower),
  };
}

function interpolate(x: readonly number[], y: readonly number[], at: number): number {
  const right = Math.max(
    1,
    x.findIndex((value) => value >= at),
  );
  const share = (at - x[right - 1]!) / (x[right]! - x[right - 1]!);
  return y[right - 1]! + Math.min(1, share) * (y[right]! - y[right - 1]!);
}
