import { requireObject, requireObjective, type Objective } from '@nonsmooth/core';
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

/** What each checker reads of a certificate. */
const fields: {
  readonly [Kind in CertificateKind]: readonly (keyof Extract<
    ConvergenceCertificate,
    { kind: Kind }
  >)[];
} = {
  theorem: ['name', 'level'],
  noCriticalPoint: ['level'],
  surjective: ['radius', 'level', 'slack'],
  minimum: ['centre', 'metric', 'radius', 'level', 'limitWithin', 'curvature'],
};

function areFinite(value: unknown): value is readonly number[] {
  return Array.isArray(value) && Array.from(value as unknown[]).every(Number.isFinite);
}

function isWellFormed(name: string, value: unknown): boolean {
  switch (name) {
    case 'name':
      return typeof value === 'string';
    case 'level':
      return areFinite(value) && value.length === 2;
    case 'centre':
    case 'metric':
      return areFinite(value);
    default:
      return Number.isFinite(value);
  }
}

function malformedness(name: string): string {
  if (name === 'name') return 'name is that of a theorem';
  if (name === 'level') return 'level is a pair of finite numbers';
  return name === 'centre' || name === 'metric'
    ? `${name} is a list of finite numbers`
    : `${name} is a finite number`;
}

/**
 * Checks a certificate of `certifyConvergence` against the risk: residuals and their derivatives are computed anew, and the
 * inequalities inserted. Centre, metric and radii are taken from the certificate; nothing is searched for. Trusted are the
 * derivatives with their rounding bounds, the Lipschitz bounds and the arguments that `ConvergenceCertificate` states.
 * @throws ConvergenceCertificateError naming the first inequality that fails.
 */
export function verifyConvergence(objective: Objective, certificate: ConvergenceCertificate): true {
  requireObjective('objective', objective);
  requireObject('certificate', certificate);
  const { kind, from, claim } = certificate;
  if (typeof kind !== 'string' || !Object.hasOwn(checkers, kind)) {
    const given = typeof kind === 'string' ? kind : `of type ${typeof kind}`;
    throw new ConvergenceCertificateError(
      `kind ${given} is none of ${Object.keys(checkers).join(', ')}`,
    );
  }
  if (claim !== claims[kind]) {
    const given = typeof claim === 'string' ? claim : typeof claim;
    throw new ConvergenceCertificateError(`${kind} does not show '${given}'`);
  }
  const risk = certifiableRisk(objective);
  if (typeof risk === 'string') throw new ConvergenceCertificateError(risk);
  if (!areFinite(from) || from.length !== objective.dimension) {
    throw new ConvergenceCertificateError(`from has ${objective.dimension} finite numbers`);
  }
  const malformed = (fields[kind] as readonly string[]).find(
    (name) => !isWellFormed(name, certificate[name as keyof ConvergenceCertificate]),
  );
  if (malformed !== undefined) throw new ConvergenceCertificateError(malformedness(malformed));
  const wanted = kind === 'noCriticalPoint' ? 'crossEntropy' : 'squared';
  if (risk.loss !== wanted) {
    throw new ConvergenceCertificateError(`the loss is ${wanted}, not ${risk.loss}`);
  }
  const failure = (checkers[kind] as Checker<CertificateKind>)(risk, certificate);
  if (failure !== undefined) throw new ConvergenceCertificateError(`${kind}: ${failure}`);
  return true;
}
