import { ArgumentError, ShapeError } from '@nonsmooth/core';
import {
  constantSignature,
  directionalSignature,
  type KinkPolicy,
  type Program,
} from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import type { LocalForm } from '../abs-normal/local-form.js';

/** σ of the active kinks that a backward sweep with this policy uses. */
export function choiceOfPolicy(
  program: Program,
  local: LocalForm,
  point: ArrayLike<number>,
  kinks: KinkPolicy,
): number[] {
  if ('signature' in kinks) {
    const { signature } = kinks;
    const { length } = local.procedure.switching;
    if (signature.length !== length) {
      throw new ShapeError('kinks.signature', signature.length, `${length} entries, one per kink`);
    }
    return local.kinks.map(({ index }) => within('kinks.signature', signature[index]!, -1));
  }
  if (local.kinks.length === 0 && !('direction' in kinks)) return [];
  const x = tensor(Float64Array.from(point));
  const signs =
    'direction' in kinks
      ? directionalSignature(program, x, tensor(kinks.direction))
      : constantSignature(program, x, kinks);
  return local.kinks.map(({ index }) => signs[index]!);
}

function within(name: string, value: number, low: number): number {
  if (!(value >= low && value <= 1)) throw new ArgumentError(name, value, `from ${low} to 1`);
  return value;
}
