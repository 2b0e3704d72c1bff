import {
  ArgumentError,
  requireKnownOptions,
  requireObject,
  requireOneOf,
  type Objective,
} from '@nonsmooth/core';
import { requireStart } from '../checks.js';
import { isPopulationRisk, type PopulationRisk } from '@nonsmooth/nets';
import { proposeCurvature } from './curvature.js';
import type {
  CertificateKind,
  ConvergenceCertificate,
  MinimumCertificate,
  Refusal,
  Unsealed,
} from './certificate.js';
import { certifiableRisk, type CertifiableRisk } from './certifiable-risk.js';
import { confirmed } from './confirmed.js';
import { certifyMinimum } from './minimum.js';
import { newtonPolish } from './newton-polish.js';
import { certifyNoCriticalPoint } from './no-critical-point.js';
import { certifySurjective } from './surjective.js';
import { certifyByTheorem, populationTheorem } from './theorem.js';

/** Options of `certifyConvergence`. */
export interface CertifyConvergenceOptions {
  /** Which proofs to try, in the order given here. Default: all. */
  readonly kinds?: readonly CertificateKind[];
}

/** The verdict on the flow from θ, with its certificate and the proofs that failed. */
export interface ConvergenceProof {
  /** Of the flow from θ, proved; undecided without a certificate. */
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  readonly certificate?: ConvergenceCertificate;
  /** What was tried before, and why it does not prove anything. */
  readonly refused: readonly Refusal[];
}

type Attempt = (
  risk: CertifiableRisk,
  theta: ArrayLike<number>,
  objective: Objective,
) => Unsealed<ConvergenceCertificate> | string;

const attempts: { readonly [Kind in CertificateKind]: Attempt } = {
  theorem: certifyByTheorem,
  curvature: () => 'the argument is about population risks',
  noCriticalPoint: (risk, theta) =>
    risk.loss === 'crossEntropy'
      ? certifyNoCriticalPoint(risk, theta)
      : `the argument is about cross-entropy, not ${risk.loss}`,
  surjective: (risk, theta) =>
    risk.loss === 'squared'
      ? certifySurjective(risk, theta)
      : `the argument is about the squared loss, not ${risk.loss}`,
  minimum(risk, theta, objective) {
    if (risk.loss !== 'squared') return `the argument is about the squared loss, not ${risk.loss}`;
    if (!objective.hessian) return 'the objective has no Hessian';
    const near = nearbyMinimum(risk, theta, objective);
    return typeof near === 'string' ? near : certifyMinimum(risk, theta, near.centre);
  },
};

/** Shares of the least eigenvalue that are tried for a whole ball. */
const shares = [0.9, 0.5, 0.1];

function certifyPopulation(
  kind: CertificateKind,
  risk: PopulationRisk,
  theta: ArrayLike<number>,
): ConvergenceCertificate | string {
  if (kind === 'theorem') return confirmed(risk, populationTheorem(risk, theta));
  if (kind !== 'curvature') return 'the argument is about empirical risks';
  let result: ConvergenceCertificate | string = '';
  for (const share of shares) {
    result = confirmed(risk, proposeCurvature(risk, theta, share));
    if (typeof result !== 'string') break;
  }
  return result;
}

const allKinds = Object.keys(attempts) as readonly CertificateKind[];

/** The proposed certificate of an isolated minimum, about itself, that Newton steps from θ lead to. */
export function nearbyMinimum(
  risk: CertifiableRisk,
  theta: ArrayLike<number>,
  objective: Objective,
): Unsealed<MinimumCertificate> | string {
  const { theta: centre } = newtonPolish(objective, theta);
  return certifyMinimum(risk, centre, centre);
}

/**
 * Proves, where it can, that the exact gradient flow from the floating-point state θ converges, or that it diverges. Of
 * empirical risks of dense networks without normalization, and of population risks where it says so:
 * - `theorem`: constant targets and positively homogeneous activations (population risks, too); linear regression.
 * - `noCriticalPoint`: cross-entropy so small that all samples are separated: ‖Θ‖ → ∞.
 * - `surjective`: squared loss, with residuals that can be steered anywhere along a ball; ReLU with a frozen pattern.
 * - `minimum`: squared loss near an isolated minimum, by Newton–Kantorovich in the metric of its Hessian.
 * - `curvature`: population risks near a minimum that is isolated but for rescaled neurons, by enclosures of the Hessian.
 * What is found in floating point is a proposal only: it counts when `verifyConvergence` confirms it, in interval arithmetic
 * with outward rounding. The result is plain data with a seal. It does not speak of the integration that led to θ.
 * @throws ShapeError, NonFiniteError for θ.
 */
export function certifyConvergence(
  objective: Objective,
  theta: ArrayLike<number>,
  options: CertifyConvergenceOptions = {},
): ConvergenceProof {
  requireStart(objective, theta);
  requireObject('options', options);
  requireKnownOptions('options', options, ['kinds']);
  const { kinds = allKinds } = options;
  if (!Array.isArray(kinds))
    throw new ArgumentError('kinds', kinds, `a list of ${allKinds.join(', ')}`);
  for (const kind of kinds as readonly unknown[]) requireOneOf('kinds', kind, allKinds);
  const risk = isPopulationRisk(objective) ? undefined : certifiableRisk(objective);
  const refused: Refusal[] = [];
  for (const kind of kinds as readonly CertificateKind[]) {
    const result =
      risk === undefined
        ? certifyPopulation(kind, objective as PopulationRisk, theta)
        : typeof risk === 'string'
          ? risk
          : confirmed(objective, attempts[kind](risk, theta, objective));
    if (typeof result !== 'string') {
      return { verdict: result.claim, certificate: result, refused };
    }
    refused.push({ kind, reason: result });
  }
  return { verdict: 'undecided', refused };
}
