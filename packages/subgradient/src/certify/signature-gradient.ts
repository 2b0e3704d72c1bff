import { doubles, exactSignatureGradient, type LocalForm } from '../abs-normal/local-form.js';

/** g_σ in doubles. */
export function boundedSignatureGradient(
  { bounded, outputByInput, dimension, exact, exactOutputByInput }: LocalForm,
  choice: readonly number[],
): Float64Array {
  if (exact !== undefined && exactOutputByInput !== undefined) {
    return doubles(exactSignatureGradient(exact, exactOutputByInput, choice), dimension);
  }
  const gradient = new Float64Array(dimension);
  for (const [t, { value }] of outputByInput) gradient[t] = value;
  const byAbsolute = bounded.outputByAbs.map(({ value }) => value);
  for (let i = choice.length - 1; i >= 0; i--) {
    const cotangent = choice[i]! * byAbsolute[i]!;
    for (const [j, { value }] of bounded.switchingByAbs[i]!) byAbsolute[j]! += cotangent * value;
    for (const [t, { value }] of bounded.switchingByInput[i]!) gradient[t]! += cotangent * value;
  }
  return gradient;
}
