import { requireObject, type Objective } from '@nonsmooth/core';
import type { CertificateKind, ConvergenceCertificate } from './certificate.js';
import { certifiableRisk, type CertifiableRisk } from './certifiable-risk.js';
import { failureOfMinimum } from './minimum.js';
import { failureOfNoCriticalPoint } from './no-critical-point.js';
import { failureOfSurjective } from './surjective.js';
import { failureOfTheorem } from './theorem.js';

/** A certificate that does not hold: which inequality fails. */
export class ConvergenceCertificateError extends Error {
  override readonly name = 'ConvergenceCertificateError';
}

type Checker<Kind extends CertificateKind> = (
  risk: CertifiableRisk,
  certificate: Extract<ConvergenceCertificate, { kind: Kind }>,
) => string | undefined;

const checkers: { readonly [Kind in CertificateKind]: Checker<Kind> } = {
  theorem: failureOfTheorem,
  noCriticalPoint: failureOfNoCriticalPoint,
  surjective: failureOfSurjective,
  minimum: failureOfMinimum,
};

const claims: { readonly [Kind in CertificateKind]: ConvergenceCertificate['claim'] } = {
  theorem: 'converges',
  noCriticalPoint: 'diverges',
  surjective: 'converges',
  minimum: 'converges',
};

/**
 * Checks a certificate of `certifyConvergence` against the risk: residuals and their derivatives are computed anew, and the
 * inequalities inserted. Centre, metric and radii are taken from the certificate; nothing is searched for. Trusted are the
 * derivatives with their rounding bounds, the Lipschitz bounds and the arguments that `ConvergenceCertificate` states.
 * @throws ConvergenceCertificateError naming the first inequality that fails.
 */
export function verifyConvergence(objective: Objective, certificate: ConvergenceCertificate): true {
  requireObject('certificate', certificate);
  const { kind, from, claim } = certificate;
  if (!Object.hasOwn(checkers, kind)) {
    throw new ConvergenceCertificateError(
      `kind ${kind as string} is none of ${Object.keys(checkers).join(', ')}`,
    );
  }
  if (claim !== claims[kind])
    throw new ConvergenceCertificateError(`${kind} does not show '${claim}'`);
  const risk = certifiableRisk(objective);
  if (typeof risk === 'string') throw new ConvergenceCertificateError(risk);
  if (from?.length !== objective.dimension || !from.every(Number.isFinite)) {
    throw new ConvergenceCertificateError(`from has ${objective.dimension} finite numbers`);
  }
  const wanted = kind === 'noCriticalPoint' ? 'crossEntropy' : 'squared';
  if (risk.loss !== wanted) {
    throw new ConvergenceCertificateError(`the loss is ${wanted}, not ${risk.loss}`);
  }
  const failure = (checkers[kind] as Checker<CertificateKind>)(risk, certificate);
  if (failure !== undefined) throw new ConvergenceCertificateError(`${kind}: ${failure}`);
  return true;
}
