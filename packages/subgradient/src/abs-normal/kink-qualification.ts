import { absolute, compare, negate, toNumber } from '../exact/rational.js';
import { kinkMultipliers } from '../membership/closed-forms.js';
import { frame } from '../membership/frame.js';
import { obstacleOf } from '../membership/obstacle.js';
import { roundedReason, type Reason } from '../membership/reasons.js';
import { programOf, type Subject } from '../subject.js';
import { localForm, withoutFlatKinks } from './local-form.js';

/** First-order minimality of an abs-smooth function under LIKQ (Griewank and Walther 2016). */
export interface NormalGrowth {
  /** Active kinks that matter, and the rank of their gradients. */
  readonly kinks: number;
  readonly rank: number;
  /** The linear independence kink qualification: rank = kinks, so that every signature is attained. */
  readonly likq: boolean;
  /** Tangential stationarity a = μᵀZ: f is stationary along the surface on which all active kinks stay 0. */
  readonly tangentStationary: boolean;
  /** Normal growth |μ_i| ≤ β_i with β = b − μᵀL; with tangential stationarity, f′(x; d) ≥ 0 for all d. */
  readonly normalGrowth: boolean;
  /** |μ_i| < β_i for all i. */
  readonly isStrict: boolean;
  /** μ and β, if LIKQ and tangential stationarity hold. */
  readonly multipliers: Float64Array;
  readonly weights: Float64Array;
  /** Why nothing is known, if so. */
  readonly reason: Reason | undefined;
}

/** Decides in exact arithmetic; data that were rounded give a reason and no claim. */
export function normalGrowth(subject: Subject, point: ArrayLike<number>): NormalGrowth {
  const local = localForm(programOf(subject, point), point);
  const nothing = {
    kinks: local.kinks.length,
    rank: 0,
    likq: false,
    tangentStationary: false,
    normalGrowth: false,
    isStrict: false,
    multipliers: new Float64Array(0),
    weights: new Float64Array(0),
    reason: undefined,
  };
  const obstacle = obstacleOf(local);
  if (obstacle !== undefined) return { ...nothing, reason: obstacle };
  const exact = local.exact();
  const outputByInput = exact && local.exactOutputByInput();
  if (exact === undefined || outputByInput === undefined) {
    return { ...nothing, reason: roundedReason };
  }
  const { rows } = withoutFlatKinks(exact, undefined);
  const kinks = rows.outputByAbs.length;
  const space = frame(rows, new Map());
  const rank = 'vector' in space ? 0 : space.rank;
  const likq = rank === kinks;
  const at = frame(rows, new Map([...outputByInput].map(([t, entry]) => [t, negate(entry)])));
  const tangentStationary = !('vector' in at);
  if (!likq || 'vector' in at) return { ...nothing, kinks, rank, likq, tangentStationary };
  const { mu, beta } = kinkMultipliers(at.form, at.offset);
  const order = mu.map((m, i) => compare(absolute(m), beta[i]!));
  return {
    kinks,
    rank,
    likq,
    tangentStationary,
    normalGrowth: order.every((sign) => sign <= 0),
    isStrict: order.every((sign) => sign < 0),
    multipliers: Float64Array.from(mu, toNumber),
    weights: Float64Array.from(beta, toNumber),
    reason: undefined,
  };
}
