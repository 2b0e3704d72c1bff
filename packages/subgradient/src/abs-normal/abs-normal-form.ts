import {
  ArgumentError,
  requireFinite,
  requireLength,
  requireNumbers,
  requireObject,
} from '@nonsmooth/core';
import { absNormalProgram, evaluate, inline, jacobian, slice } from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import { programOf, type Subject } from '../subject.js';
import { requireForm, type AbsNormalForm } from './form.js';
import {
  layeredLinearization,
  layeredSignatureGradient,
  requireLayeredForm,
  type LayeredAbsNormalForm,
} from './layered-form.js';

/** @throws NotLipschitzError where an operation has no derivative; ShapeError, NonFiniteError for bad input. */
export function absNormalForm(subject: Subject, point: ArrayLike<number>): AbsNormalForm {
  const program = programOf(subject, point);
  const { smooth, blocks, size } = absNormalProgram(program);
  const n = point.length;
  const x = Float64Array.from(point);
  const absolute = new Float64Array(size);
  // |z| is needed where z is computed, block after block: each pass settles at least one more block.
  let outputs = evaluate(smooth, [x, absolute]);
  for (let pass = 0; pass < blocks.length; pass++) {
    outputs[0]!.data.forEach((z, i) => (absolute[i] = Math.abs(z)));
    outputs = evaluate(smooth, [x, absolute]);
  }
  const joined = tensor(Float64Array.of(...x, ...absolute));
  const rows = (output: number): Float64Array[] => {
    const matrix = jacobian((v) => {
      const { builder } = v;
      const inputs = [slice(v, [0], [n]), slice(v, [n], [n + size])];
      const placed = inline(smooth, builder, inputs as never);
      return placed[smooth.outputs[output]!]!;
    })(joined);
    const width = n + size;
    const count = matrix.data.length / width;
    return Array.from({ length: count }, (_, i) =>
      Float64Array.from(matrix.data.subarray(i * width, (i + 1) * width)),
    );
  };
  const ofSwitching = size === 0 ? [] : rows(0);
  const [ofOutput] = rows(1);
  return {
    value: outputs[1]!.data[0]!,
    switching: Float64Array.from(outputs[0]!.data),
    switchingByInput: ofSwitching.map((row) => row.slice(0, n)),
    switchingByAbs: ofSwitching.map((row) => row.slice(n)),
    outputByInput: ofOutput!.slice(0, n),
    outputByAbs: ofOutput!.slice(n),
    blocks,
  };
}

/**
 * sign z, with the given choices in [−1, 1] (one per switching variable, or one for all) where z = 0.
 * @throws ShapeError, ArgumentError for choices that do not fit.
 */
export function signatureAt(
  form: Pick<AbsNormalForm, 'switching'>,
  choice: number | ArrayLike<number> = 0,
): Float64Array {
  requireObject('form', form);
  requireNumbers('form.switching', form.switching);
  const { length } = form.switching;
  if (typeof choice !== 'number') requireLength('choice', choice, length);
  return Float64Array.from(form.switching, (z, i) =>
    z !== 0 ? Math.sign(z) : sigmaOf('choice', typeof choice === 'number' ? choice : choice[i]!, i),
  );
}

function sigmaOf(name: string, sigma: number, i: number): number {
  if (!(typeof sigma === 'number' && sigma >= -1 && sigma <= 1))
    throw new ArgumentError(`${name}[${i}]`, sigma, '−1 to 1');
  return sigma;
}

function requireEitherForm(form: AbsNormalForm | LayeredAbsNormalForm): void {
  requireObject('form', form);
  if ('layers' in form) requireLayeredForm(form);
  else requireForm(form);
}

/**
 * g_σ = a + bΣ(I − LΣ)⁻¹Z: what a backward sweep returns that takes |z_i|' = σ_i (arXiv 2407.09639).
 * @throws ShapeError, ArgumentError for signatures that do not fit.
 */
export function signatureGradient(
  form: AbsNormalForm | LayeredAbsNormalForm,
  signature: ArrayLike<number>,
): Float64Array {
  requireEitherForm(form);
  const size = form.switching.length;
  requireLength('signature', signature, size);
  for (let i = 0; i < size; i++) sigmaOf('signature', signature[i]!, i);
  return 'layers' in form
    ? layeredSignatureGradient(form, signature)
    : denseSignatureGradient(form, signature);
}

function denseSignatureGradient(form: AbsNormalForm, signature: ArrayLike<number>): Float64Array {
  // cotangents c of z from the last to the first: c_i = σ_i·(b_i + Σ_{j>i} c_j L_ji)
  const gradient = form.outputByInput.slice();
  const byAbsolute = form.outputByAbs.slice();
  for (let i = signature.length - 1; i >= 0; i--) {
    const cotangent = signature[i]! * byAbsolute[i]!;
    if (cotangent === 0) continue;
    form.switchingByAbs[i]!.forEach((entry, j) => (byAbsolute[j]! += cotangent * entry));
    form.switchingByInput[i]!.forEach((entry, t) => (gradient[t]! += cotangent * entry));
  }
  return gradient;
}

/** The piecewise linearization of f at x, evaluated at a displacement d. */
export interface LinearizationValue {
  /** Δf(d), so that f(x + d) = f(x) + Δf(d) + O(‖d‖²). */
  readonly value: number;
  /** z + Δz(d). */
  readonly switching: Float64Array;
}

/**
 * The local piecewise linearization f(x) + Δf(d) of f at the point, as increment, for any d.
 * @throws ShapeError, NonFiniteError for directions that do not fit.
 */
export function linearization(
  form: AbsNormalForm | LayeredAbsNormalForm,
  d: ArrayLike<number>,
): LinearizationValue {
  requireEitherForm(form);
  requireLength('d', d, form.outputByInput.length);
  requireFinite('d', d);
  return 'layers' in form ? layeredLinearization(form, d) : denseLinearization(form, d);
}

function denseLinearization(form: AbsNormalForm, d: ArrayLike<number>): LinearizationValue {
  const { switching: z0, outputByInput: a } = form;
  const moved = new Float64Array(z0.length);
  let value = a.reduce((sum, entry, t) => sum + entry * d[t]!, 0);
  for (let i = 0; i < moved.length; i++) {
    let z = z0[i]!;
    form.switchingByInput[i]!.forEach((entry, t) => (z += entry * d[t]!));
    const coupling = form.switchingByAbs[i]!;
    for (let j = 0; j < i; j++) {
      if (coupling[j] !== 0) z += coupling[j]! * (Math.abs(moved[j]!) - Math.abs(z0[j]!));
    }
    moved[i] = z;
    value += form.outputByAbs[i]! * (Math.abs(z) - Math.abs(z0[i]!));
  }
  return { value, switching: moved };
}
