import {
  ArgumentError,
  norm2,
  requireIndex,
  requireLength,
  requireObject,
  requireObjective,
  requirePositive,
  type Objective,
} from '@nonsmooth/core';
import { requireSaved } from '../checks.js';
import type { Descent, DescentRecord } from '../descent/descend.js';
import type { Flow } from '../flow/flow.js';
import type { InclusionFlow } from '../inclusion/inclusion-flow.js';

/** What is watched along a flow, at increasing times t > 0 that should be spread evenly in log t. */
export interface Trajectory {
  readonly times: ArrayLike<number>;
  /** ‖Θ_t‖. */
  readonly norms: ArrayLike<number>;
  /** ‖Θ'_t‖ = ‖∇L(Θ_t)‖. */
  readonly speeds: ArrayLike<number>;
  /** L(Θ_t). */
  readonly losses: ArrayLike<number>;
  /** Θ_t: displacements of states tell motion from noise, which speeds at rest are. */
  readonly states?: readonly ArrayLike<number>[];
  /** The tolerances of the integration: displacements within them are no motion. */
  readonly tolerance?: { readonly rtol: number; readonly atol: number };
  /** Since when the flow rests, if it does: nothing was left of its forces, or less of its way than the tolerance. */
  readonly atRestSince?: number;
}

/** What `classify` looks at, from the saved times t > 0 of a flow. */
export function trajectoryOf(
  flow: Pick<Flow, 't' | 'y' | 'loss' | 'speed'> &
    Partial<Pick<Flow, 'tolerance'> & Pick<InclusionFlow, 'atRestSince'>>,
): Trajectory {
  requireSaved(flow, ['loss', 'speed']);
  const kept = [...flow.t.keys()].filter((i) => flow.t[i]! > 0);
  return {
    times: kept.map((i) => flow.t[i]!),
    norms: kept.map((i) => norm2(flow.y[i]!)),
    speeds: kept.map((i) => flow.speed[i]!),
    losses: kept.map((i) => flow.loss[i]!),
    states: kept.map((i) => flow.y[i]!),
    ...(flow.tolerance && { tolerance: flow.tolerance }),
    ...(flow.atRestSince !== undefined && { atRestSince: flow.atRestSince }),
  };
}

/**
 * The same of a gradient descent with constant learning rate γ, which follows the flow on the clock t = γ·n. Its tolerance is
 * rounding; what its batches add is motion.
 * @throws ArgumentError for a learning rate that is not positive.
 */
export function trajectoryOfDescent(
  objective: Objective,
  descent: Pick<Descent, 'records'>,
  learningRate: number,
): Trajectory {
  requireObjective('objective', objective);
  requirePositive({ learningRate });
  requireObject('descent', descent);
  if (!Array.isArray(descent.records)) {
    throw new ArgumentError('descent.records', descent.records, 'a list of records');
  }
  const { dimension } = objective;
  Array.from(descent.records, (record: Partial<DescentRecord>, i) => {
    requireObject(`descent.records[${i}]`, record);
    requireIndex(`descent.records[${i}].step`, record.step, Infinity);
    requireLength(`descent.records[${i}].theta`, record.theta!, dimension);
  });
  const gradient = new Float64Array(dimension);
  const records = descent.records.filter(({ step }) => step > 0);
  const rows = records.map(({ theta }) => {
    const loss = objective.gradient(theta, gradient);
    return { loss, speed: norm2(gradient) };
  });
  return {
    times: records.map(({ step }) => learningRate * step),
    norms: records.map(({ theta }) => norm2(theta)),
    speeds: rows.map(({ speed }) => speed),
    losses: rows.map(({ loss }) => loss),
    states: records.map(({ theta }) => theta),
    tolerance: { rtol: 1e-14, atol: 0 },
  };
}

/** Times from `first` to `last`, both included, evenly spread in log t: so many per decade, fewer than 1e8 in all. */
export function logarithmicTimes(first: number, last: number, perDecade: number): Float64Array {
  const areNumbers = typeof first === 'number' && typeof last === 'number';
  if (!(areNumbers && first > 0 && first < last && last / first < Infinity)) {
    throw new ArgumentError(
      'first, last',
      [first, last],
      'finite numbers with 0 < first < last and a finite quotient',
    );
  }
  requirePositive({ perDecade });
  const count = Math.max(1, Math.round(Math.log10(last / first) * perDecade));
  if (count >= 1e8) {
    throw new ArgumentError('perDecade', perDecade, `fewer than 1e8 times in all, not ${count}`);
  }
  return Float64Array.from({ length: count + 1 }, (_, i) =>
    i === count ? last : first * (last / first) ** (i / count),
  );
}
