import {
  ArgumentError,
  requireKnownOptions,
  requireObject,
  requirePositive,
  type Objective,
} from '@nonsmooth/core';
import { flowOptionNames, type FlowOptions } from '../flow/flow.js';
import { gradientFlow } from '../gradient-flow/gradient-flow.js';
import { certifyConvergence } from '../certify-convergence/certify-convergence.js';
import { classify, type Classification } from './classify.js';
import { logarithmicTimes, trajectoryOf } from './trajectory.js';

/** Options of `thresholdStudy`; the others are those of each flow. */
export interface ThresholdStudyOptions extends Omit<FlowOptions, 'until' | 'saveAt'> {
  /** The horizon of every flow. */
  readonly until: number;
  /** The optimal level of the objective. Default 0. */
  readonly optimum?: number;
  /** A flow counts as having reached the optimal level at most this above it. */
  readonly reached: number;
}

/** The flow from one start. */
export interface ThresholdRow {
  /** How far above the optimal level the flow started, and ended. */
  readonly level: number;
  readonly end: number;
  readonly reached: boolean;
  /** Whether it is proved that the flow from its end converges, to at most `reached` above the optimum. */
  readonly proved: boolean;
  /** Absent where the integration did not reach the horizon; then `reason` says why. */
  readonly classification?: Classification;
  readonly reason: string;
}

/** The flows from all starts, and up to which level they reach the optimum. */
export interface ThresholdStudy {
  /** One row for each start, by increasing level. */
  readonly rows: readonly ThresholdRow[];
  /** The largest level up to which every flow of the study reached the optimal level, 0 if none did: a sample, no bound. */
  readonly threshold: number;
  /** The same where the end of every flow up to there is proved to converge to that level: still of the starts sampled. */
  readonly provedThreshold: number;
  /** An ε that is proved, for all starts whatever their level: ∞ by a theorem on the objective, else absent. */
  readonly bound?: { readonly epsilon: number; readonly citation: string };
}

/**
 * Follows flows from starts at different levels above the optimum and reports which reach it. There is ε > 0 such
 * that every flow started at most ε above the optimal level converges to that level (Kranz, Gallon, Dereich, Jentzen,
 * arXiv 2505.09572); the thresholds of the study are those of the given starts, and no such ε: that is `bound`, which only
 * theorems give.
 * @throws ArgumentError for no starts, a horizon or `reached` that is not positive, an optimum that is not finite; what
 *   `gradientFlow` throws.
 */
export function thresholdStudy(
  objective: Objective,
  starts: readonly ArrayLike<number>[],
  options: ThresholdStudyOptions,
): ThresholdStudy {
  requireObject('options', options);
  requireKnownOptions('options', options, { ...flowOptionNames, optimum: true, reached: true });
  const { until, optimum = 0, reached, ...flowOptions } = options;
  if (!Array.isArray(starts) || starts.length === 0)
    throw new ArgumentError('starts', starts, 'one or more starts');
  requirePositive({ until, reached });
  if (!Number.isFinite(optimum)) throw new ArgumentError('optimum', optimum, 'a finite number');
  const rows = starts
    .map((start): ThresholdRow => {
      const flow = gradientFlow(objective, start, {
        ...flowOptions,
        until,
        saveAt: [0, ...logarithmicTimes(until / 1e8, until, 20)],
      });
      const level = flow.loss[0]! - optimum;
      const end = objective.value(flow.theta) - optimum;
      if (flow.status !== 'finished') {
        return { level, end, reached: false, proved: false, reason: flow.reason };
      }
      const classification = classify(trajectoryOf(flow), { objective });
      const { verdict, strength } = classification;
      const highest = classification.level.interval[1];
      return {
        level,
        end,
        reached: end <= reached,
        proved: verdict === 'converges' && strength === 'proved' && highest - optimum <= reached,
        classification,
        reason: classification.reason,
      };
    })
    .sort((p, q) => p.level - q.level || Number(p.reached) - Number(q.reached));
  const theorem = certifyConvergence(objective, starts[0], { kinds: ['theorem'] }).certificate;
  return {
    rows,
    threshold: levelUpTo(rows, 'reached'),
    provedThreshold: levelUpTo(rows, 'proved'),
    ...(theorem?.kind === 'theorem' && {
      bound: { epsilon: Infinity, citation: theorem.citation },
    }),
  };
}

/** The level of the last row before the first that misses. */
function levelUpTo(rows: readonly ThresholdRow[], what: 'reached' | 'proved'): number {
  const firstMiss = rows.findIndex((row) => !row[what]);
  const last = firstMiss < 0 ? rows.length - 1 : firstMiss - 1;
  return last < 0 ? 0 : rows[last]!.level;
}
