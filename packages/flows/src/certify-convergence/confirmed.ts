import type { Objective } from '@nonsmooth/core';
import { sealed } from '../verify-convergence/seal.js';
import {
  ConvergenceCertificateError,
  verifyConvergence,
} from '../verify-convergence/verify-convergence.js';
import type { ConvergenceCertificate, Unsealed } from './certificate.js';

/** A certificate that the checker confirms, or why there is none. */
export function confirmed(
  objective: Objective,
  proposed: Unsealed<ConvergenceCertificate> | string,
): ConvergenceCertificate | string {
  if (typeof proposed === 'string') return proposed;
  const certificate = sealed(objective, proposed);
  const failure = failureOf(objective, certificate);
  return failure === undefined ? certificate : `not confirmed: ${failure}`;
}

/** What the checker says against a certificate. */
function failureOf(objective: Objective, certificate: ConvergenceCertificate): string | undefined {
  try {
    verifyConvergence(objective, certificate);
    return undefined;
  } catch (error) {
    if (error instanceof ConvergenceCertificateError) return error.message;
    throw error;
  }
}
