import { requireObject, requireObjective, type Objective } from '@nonsmooth/core';
import type {
  CertificateKind,
  ConvergenceCertificate,
} from '../certify-convergence/certificate.js';
import { certifiableRisk, type CertifiableRisk } from '../certify-convergence/certifiable-risk.js';
import type { LossName } from '@nonsmooth/kernels';
import { isPopulationRisk, type PopulationRisk } from '@nonsmooth/nets';
import { sealOf } from './seal.js';
import { failureOfCurvature } from './verify-curvature.js';
import { failureOfMinimum } from './verify-minimum.js';
import { failureOfNoCriticalPoint } from './verify-no-critical-point.js';
import { failureOfSurjective } from './verify-surjective.js';
import { failureOfTheorem } from './verify-theorem.js';

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
  curvature: () => 'the risk is a population risk',
};

/** What each kind shows, the loss that it is about, and what else a certificate of it says. */
const kinds: {
  readonly [Kind in CertificateKind]: {
    readonly claim: ConvergenceCertificate['claim'];
    readonly loss: LossName;
    readonly fields: { readonly [name: string]: Form };
  };
} = {
  theorem: { claim: 'converges', loss: 'squared', fields: { name: 'text', citation: 'text' } },
  noCriticalPoint: {
    claim: 'diverges',
    loss: 'crossEntropy',
    fields: { loss: 'number', below: 'number', citation: 'text' },
  },
  surjective: {
    claim: 'converges',
    loss: 'squared',
    fields: {
      radius: 'number',
      constants: ['a', 'b', 'K'],
      margin: 'number',
      rank: 'number',
      slack: 'number',
    },
  },
  minimum: {
    claim: 'converges',
    loss: 'squared',
    fields: {
      centre: 'list',
      metric: 'list',
      radius: 'number',
      constants: ['n', 'gamma', 'kappa'],
      margin: 'number',
      limitWithin: 'number',
      curvature: 'number',
    },
  },
  curvature: {
    claim: 'converges',
    loss: 'squared',
    fields: { radius: 'number', constants: ['a', 'b'], margin: 'number' },
  },
};

/** What a field is: a text, a finite number, a list of them, or an object of such numbers ≥ 0 with these names. */
type Form = 'text' | 'number' | 'list' | readonly string[];

function areFinite(value: unknown): value is readonly number[] {
  return Array.isArray(value) && Array.from(value as unknown[]).every(Number.isFinite);
}

function isOfForm(form: Form, value: unknown): boolean {
  if (form === 'text') return typeof value === 'string';
  if (form === 'number') return Number.isFinite(value);
  if (form === 'list') return areFinite(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    form.every((name) => {
      const entry = (value as Readonly<Record<string, unknown>>)[name];
      return typeof entry === 'number' && entry >= 0 && entry < Infinity;
    })
  );
}

function described(form: Form): string {
  if (form === 'text') return 'a text';
  if (form === 'number') return 'a finite number';
  return form === 'list' ? 'a list of finite numbers' : `finite numbers ≥ 0: ${form.join(', ')}`;
}

/**
 * Checks a certificate of `certifyConvergence` against the risk: values and derivatives are enclosed anew, in interval
 * arithmetic with outward rounding and elementary functions from their series, and everything the certificate states is
 * compared with these enclosures; its seal must be that of the rest and of the risk. Centre, metric, constants and radii are taken from it; nothing is searched for, and no
 * bound is computed as `certifyConvergence` does. Trusted are the arguments that `ConvergenceCertificate` states.
 * @throws ConvergenceCertificateError naming the first claim that is not confirmed.
 */
export function verifyConvergence(objective: Objective, certificate: ConvergenceCertificate): true {
  requireObjective('objective', objective);
  requireObject('certificate', certificate);
  const { kind, from, claim, level } = certificate;
  const fail = (reason: string): never => {
    throw new ConvergenceCertificateError(reason);
  };
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    const given = typeof kind === 'string' ? kind : `of type ${typeof kind}`;
    return fail(`kind ${given} is none of ${Object.keys(kinds).join(', ')}`);
  }
  const { claim: shown, loss, fields } = kinds[kind];
  if (claim !== shown) {
    const given = typeof claim === 'string' ? claim : typeof claim;
    return fail(`${kind} does not show '${given}'`);
  }
  const isPopulation = isPopulationRisk(objective);
  const risk = isPopulation ? undefined : certifiableRisk(objective);
  if (typeof risk === 'string') return fail(risk);
  if (!areFinite(from) || from.length !== objective.dimension) {
    return fail(`from has ${objective.dimension} finite numbers`);
  }
  if (!areFinite(level) || level.length !== 2 || !(level[0] <= level[1])) {
    return fail('level is a pair of finite numbers, the lesser one first');
  }
  for (const [name, form] of Object.entries(fields)) {
    const value: unknown = certificate[name as keyof ConvergenceCertificate];
    if (!isOfForm(form, value)) return fail(`${name} is ${described(form)}`);
  }
  if (certificate.seal !== sealOf(objective, certificate)) {
    return fail(`${kind}: the seal is broken: it was changed, or is about another risk`);
  }
  if (risk && risk.loss !== loss) return fail(`the loss is ${loss}, not ${risk.loss}`);
  const failure = isPopulation
    ? failureOfPopulation(objective, certificate)
    : (checkers[kind] as Checker<CertificateKind>)(risk!, certificate);
  return failure === undefined ? true : fail(`${kind}: ${failure}`);
}

function failureOfPopulation(
  risk: PopulationRisk,
  certificate: ConvergenceCertificate,
): string | undefined {
  if (certificate.kind === 'theorem') return failureOfTheorem(risk, certificate);
  if (certificate.kind === 'curvature') return failureOfCurvature(risk, certificate);
  return 'the risk is an empirical risk';
}
