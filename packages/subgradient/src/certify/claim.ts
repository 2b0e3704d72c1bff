import { ArgumentError, requireObject } from '@nonsmooth/core';
import {
  programFromData,
  programToData,
  type Program,
  type ProgramData,
} from '@nonsmooth/autodiff';
import { programOf, type Subject } from '../subject.js';
import type { Certificate } from './certificate.js';

/** A certificate together with the program it is about, as plain data: what a claim.json holds. */
export interface Claim {
  readonly format: 'nonsmooth claim';
  readonly version: 1;
  readonly program: ProgramData;
  readonly certificate: Certificate;
}

/**
 * The claim that this certificate makes about a subject: `JSON.stringify` of it is a file that whoever reads it can
 * check without the code that made it; the README of this package describes the fields.
 * @throws ArgumentError for programs with functions that users brought; ShapeError for points that do not fit.
 */
export function claimOf(certificate: Certificate, subject: Subject): Claim {
  requireObject('certificate', certificate);
  const program = programOf(subject, certificate.point);
  return {
    format: 'nonsmooth claim',
    version: 1,
    program: programToData(program),
    certificate,
  };
}

/**
 * Program and certificate of a claim, from its text or from parsed JSON. Whether the claim is true is said by
 * `verify(certificate, program)`.
 * @throws ArgumentError naming what is no claim.
 */
export function readClaim(claim: unknown): {
  readonly program: Program;
  readonly certificate: Certificate;
} {
  const data = typeof claim === 'string' ? parse(claim) : claim;
  if (typeof data !== 'object' || data === null) {
    throw new ArgumentError('claim', data, 'objects with format, version, program, certificate');
  }
  const { format, version, program, certificate } = data as Partial<Record<keyof Claim, unknown>>;
  if (format !== 'nonsmooth claim') {
    throw new ArgumentError('claim.format', format, "'nonsmooth claim'");
  }
  if (version !== 1) throw new ArgumentError('claim.version', version, '1');
  if (typeof certificate !== 'object' || certificate === null) {
    throw new ArgumentError('claim.certificate', certificate, 'certificates');
  }
  return { program: programFromData(program), certificate: certificate as Certificate };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ArgumentError('claim', text.slice(0, 40), `JSON: ${(error as Error).message}`);
  }
}
