import { requireBoolean, requireObject, requireOneOf } from '@nonsmooth/core';
import type { Budget } from '../cells/budget.js';
import { subdifferentialNames, type Decisions, type Memberships } from '../membership/proofs.js';
import type { Reason } from '../membership/reasons.js';

/** The strongest membership that was proved, in this order; 'none' if g is outside Clarke's set. */
export type Verdict =
  'gradient' | 'frechet' | 'bouligand' | 'limiting' | 'clarke' | 'none' | 'undecided';

/**
 * What the verdict rests on: numbers without any rounding; such numbers in the coordinates of irrational functions
 * whose gradients are independent beyond rounding; margins beyond all rounding; or signs of units and their weights in
 * the layers of a network, beyond rounding or exact.
 */
export type DataModel = 'exact' | 'structural' | 'robust' | 'layers';

/** A claim with its proofs. Plain data: it can be stored as JSON and checked by `verify`. */
export interface Certificate {
  readonly kind: 'subdifferential';
  readonly point: readonly number[];
  readonly gradient: readonly number[];
  /** σ of the active kinks that matter, if the gradient is the rounded g_σ of a backward sweep. */
  readonly choice: readonly number[] | undefined;
  /** Largest difference between `gradient` and the vector the claim is about, allowed by the caller. */
  readonly tolerance: number;
  readonly model: DataModel;
  readonly decisions: Decisions;
}

/** A kink whose switching variable is 0 at the point. */
export interface ActiveKink {
  /** Position among all switching variables of the program, in evaluation order. */
  readonly index: number;
  readonly op: string;
  /** Node of the program with max and min as nests of maxima and minima of two. */
  readonly node: number;
  readonly entry: number;
  /** False if f does not depend on its sign to first order. */
  readonly matters: boolean;
}

/** The answer of `certify`: a gradient, the subdifferentials that contain it, and the proofs. */
export interface CertifiedGradient {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly memberships: Memberships;
  readonly verdict: Verdict;
  readonly certificate: Certificate;
  readonly activeKinks: readonly ActiveKink[];
  /**
   * No switching variable that is not 0 changes its sign, and no comparison its answer, while no coordinate moves by more
   * than this.
   */
  readonly radiusOfConstancy: number;
  /** For every undecided membership, why. */
  readonly reasons: readonly Reason[];
  readonly budget: Budget;
}

/**
 * The word for four memberships: 'gradient' where all hold because no active kink matters; else the first of
 * Fréchet, Bouligand, limiting, Clarke that is proved; 'none' if Clarke's set is left; else 'undecided'.
 */
export function verdictOf(memberships: Memberships, isDifferentiable: boolean): Verdict {
  requireObject('memberships', memberships);
  requireBoolean('isDifferentiable', isDifferentiable);
  for (const set of subdifferentialNames) {
    requireOneOf(`memberships.${set}`, memberships[set], ['in', 'out', 'undecided']);
  }
  if (isDifferentiable && memberships.frechet === 'in') return 'gradient';
  for (const set of ['frechet', 'bouligand', 'limiting', 'clarke'] as const) {
    if (memberships[set] === 'in') return set;
  }
  return memberships.clarke === 'out' ? 'none' : 'undecided';
}
