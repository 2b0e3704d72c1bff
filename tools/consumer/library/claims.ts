import { certify, claimOf, readClaim, verify, type Verdict } from '@nonsmooth/subgradient';
import type { Model } from './task.js';

/** What is known of the gradient that training used at a point, and a file that shows it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly activeKinks: number;
  readonly radius: number;
  readonly claim: string;
}

/** Judges the answer of backward mode at these parameters. */
export function judge({ risk }: Model, theta: Float64Array): Judged {
  const { verdict, certificate, activeKinks, radiusOfConstancy } = certify(risk, theta);
  return {
    verdict,
    activeKinks: activeKinks.length,
    radius: radiusOfConstancy,
    claim: JSON.stringify(claimOf(certificate, risk)),
  };
}

/** Whether somebody else's claim holds: false for a wrong proof, an error for what is no claim. */
export function holds(claim: string): boolean {
  const { program, certificate } = readClaim(claim);
  try {
    return verify(certificate, program);
  } catch (error) {
    if (error instanceof Error && error.name === 'CertificateError') return false;
    throw error;
  }
}
