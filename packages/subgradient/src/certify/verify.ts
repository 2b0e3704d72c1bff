import type { Program } from '@nonsmooth/autodiff';
import {
  exactSignatureGradient,
  localForm,
  withoutFlatKinks,
  type LocalForm,
} from '../abs-normal/local-form.js';
import { fromNumber, negate } from '../exact/rational.js';
import { implications } from '../membership/implications.js';
import { independence } from '../membership/independence.js';
import {
  subdifferentialNames,
  type Decision,
  type SubdifferentialName,
} from '../membership/proofs.js';
import { programOf, type Subject } from '../subject.js';
import { structuralFacts } from '../membership/structural.js';
import { biasShiftProves } from './bias-shift-proof.js';
import type { Certificate, DataModel } from './certificate.js';
import { proves } from './check-proof.js';
import type { Facts } from './facts.js';
import { marginsProve } from './check-margins.js';
import { smoothGradient } from './smooth-points.js';
import { boundedSignatureGradient, sweepRounding } from './signature-gradient.js';
import { addMultiple } from './sparse-vector.js';
import { layersProve } from '../verify-layers/verify-layers.js';

/** A certificate that does not prove what it claims. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  /** The membership, or the part of the claim, that does not hold. */
  readonly set: SubdifferentialName | 'point' | 'gradient';

  constructor(set: CertificateError['set'], message: string) {
    super(`${set}: ${message}`);
    this.set = set;
  }
}

/**
 * Re-derives every decided membership from the program. It trusts the evaluation of the program to scalars with
 * exact or bounded derivatives (`procedure/`), rational arithmetic, ranks modulo a prime, and the canonical forms
 * of switching functions: `independence` for "out" at dependent kinks, `structuralFacts` for irrational data.
 * Directions, weights, multipliers, trees and patterns are taken from the certificate and inserted; no search, linear
 * program or conclusion of `certify` is. The checks themselves are `check-proof.ts` and `check-independent.ts`. What layers of a network prove is checked by a pass of its own,
 * `verify-layers/`, which shares none of that. For numbers known to within rounding (`model` 'robust') there is
 * nothing to insert: `check-margins.ts` compares the multipliers of `certify` again.
 * @throws CertificateError naming what does not hold; ShapeError, NonFiniteError for points that do not fit.
 */
export function verify(certificate: Certificate, subject: Subject): true {
  if (!Array.isArray(certificate?.point)) throw new CertificateError('point', 'it is no list');
  const program = programOf(subject, certificate.point);
  let set: CertificateError['set'] = 'gradient';
  try {
    if (isProvedByLayers(certificate, program)) return true;
    if (isProvedBySmoothness(certificate, program)) return true;
    const local = localForm(program, certificate.point);
    const isProved = prover(certificate, program, local);
    for (set of subdifferentialNames) {
      const decision = certificate.decisions[set];
      const isFine = decision.answer === 'undecided' || isProved(set, decision);
      if (!isFine) {
        throw new CertificateError(
          set,
          `${decision.proof?.kind} does not show '${decision.answer}'`,
        );
      }
    }
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError(set, `malformed: ${String(error)}`);
  }
  return true;
}

/** Whether signs of units and cotangents in the layers of a network show all that is claimed. */
function isProvedByLayers(certificate: Certificate, program: Program): boolean {
  const { choice, gradient, model, decisions } = certificate;
  const isCandidate =
    model === 'layers' ||
    subdifferentialNames.every((set) => decisions?.[set]?.proof?.kind === 'differentiable');
  if (!isCandidate || !Array.isArray(choice) || !Array.isArray(gradient)) return false;
  return layersProve({ ...certificate, choice, relativeTolerance: sweepRounding }, program);
}

/** Whether error bounds alone show that no kink is active, and the gradient is ∇f. */
function isProvedBySmoothness(
  { point, gradient, choice, tolerance, decisions }: Certificate,
  program: Program,
): boolean {
  if (!Array.isArray(choice) || choice.length > 0 || !Array.isArray(gradient)) return false;
  const isCandidate = subdifferentialNames.every((set) => {
    const { answer, proof } = decisions[set];
    return answer === 'in' && proof?.kind === 'differentiable';
  });
  const expected = isCandidate ? smoothGradient(program, point) : undefined;
  return expected !== undefined && isNear(gradient, expected, tolerance);
}

function isTolerance(tolerance: unknown): boolean {
  return typeof tolerance === 'number' && tolerance >= 0;
}

/** Equal to the tolerance, or to what the rounding of a sweep can make. */
function isNear(gradient: readonly number[], expected: Float64Array, tolerance: number): boolean {
  if (gradient.length !== expected.length || !isTolerance(tolerance)) return false;
  const scale = expected.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
  if (!(scale < Infinity)) return false;
  const allowed = Math.max(tolerance, sweepRounding * scale);
  return gradient.every((g, t) => typeof g === 'number' && Math.abs(g - expected[t]!) <= allowed);
}

type Prover = (set: SubdifferentialName, decision: Decision) => boolean;

/** The test of single decisions, once everything that they share is checked. */
function prover(certificate: Certificate, program: Program, local: LocalForm): Prover {
  const { decisions, choice, model } = certificate;
  const { irregular, unresolved } = local.procedure;
  if (irregular.length + unresolved.length > 0 || !Number.isFinite(local.value)) return () => false;
  const gradient = Float64Array.from(certificate.gradient);
  checkGradient(certificate, gradient, local);
  const facts = model === 'robust' ? undefined : factsOf(local, model, gradient, choice);
  if (model !== 'robust' && facts === undefined) return () => false;
  return (set, { answer, proof }) => {
    if (proof === undefined || (answer !== 'in' && answer !== 'out')) return false;
    if (proof.kind === 'impliedBy') {
      return (
        implications.has(`${proof.set} ${answer} ${set}`) && decisions[proof.set].answer === answer
      );
    }
    if (proof.kind === 'biasShift') {
      return choice !== undefined && biasShiftProves(program, local, choice, `${set} ${answer}`);
    }
    return facts === undefined
      ? marginsProve(local, gradient, choice, set, answer, proof)
      : proves(facts, set, answer, proof);
  };
}

/** One finite number per coordinate; and g_σ to the tolerance, if the claim is about that. */
function checkGradient(
  { choice, tolerance }: Certificate,
  gradient: Float64Array,
  local: LocalForm,
): void {
  if (gradient.length !== local.dimension || !gradient.every(Number.isFinite)) {
    throw new CertificateError('gradient', `${local.dimension} finite numbers are needed`);
  }
  if (!isTolerance(tolerance)) {
    throw new CertificateError('gradient', 'the tolerance is no number ≥ 0');
  }
  if (choice === undefined) return;
  if (choice.length !== local.kinks.length || choice.some((sigma) => !(Math.abs(sigma) <= 1))) {
    throw new CertificateError('gradient', 'the choice does not fit the active kinks');
  }
  const expected = boundedSignatureGradient(local, choice);
  const scale = expected.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
  if (!(scale < Infinity)) throw new CertificateError('gradient', 'that of a sweep overflows');
  const allowed = Math.max(tolerance, sweepRounding * scale);
  if (!gradient.every((g, t) => Math.abs(g - expected[t]!) <= allowed)) {
    throw new CertificateError('gradient', 'it is not the answer of a sweep with this choice');
  }
}

/** Z, L, b and g − a without rounding, if there are such. */
function factsOf(
  local: LocalForm,
  model: DataModel,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
): Facts | undefined {
  if (model === 'structural') {
    const facts = choice && structuralFacts(local, choice);
    return facts && { ...facts, isLinearizationEnough: () => true };
  }
  const exact = local.exact();
  const a = choice === undefined ? local.exactOutputByInput() : undefined;
  if (exact === undefined || (choice === undefined && a === undefined)) return undefined;
  const own = new Map(Array.from(gradient, (x, t) => [t, fromNumber(x)]));
  return {
    rows: withoutFlatKinks(exact, undefined).rows,
    offset:
      choice === undefined
        ? addMultiple(own, negate({ n: 1n, d: 1n }), a!)
        : exactSignatureGradient(exact, new Map(), choice),
    isLinearizationEnough: () => independence(local).holds,
  };
}
