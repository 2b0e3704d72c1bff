import type { LocalForm } from '../abs-normal/local-form.js';

/** Relative difference that the rounding of a sweep can make; its own answer is g_σ by construction. */
export const sweepRounding = 1e-6;

/** g_σ in doubles. */
export function boundedSignatureGradient(
  local: LocalForm,
  choice: readonly number[],
): Float64Array {
  const { bounded, dimension } = local;
  const gradient = new Float64Array(dimension);
  for (const [t, { value }] of local.outputByInput()) gradient[t] = value;
  const byAbsolute = bounded.outputByAbs.map(({ value }) => value);
  for (let i = choice.length - 1; i >= 0; i--) {
    const cotangent = choice[i]! * byAbsolute[i]!;
    for (const [j, { value }] of bounded.switchingByAbs[i]!) byAbsolute[j]! += cotangent * value;
    for (const [t, { value }] of bounded.switchingByInput[i]!) gradient[t]! += cotangent * value;
  }
  return gradient;
}
