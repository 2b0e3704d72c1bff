import { directionalSignature, type KinkPolicy, type Program } from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import type { LocalForm } from '../abs-normal/local-form.js';

/**
 * σ of the active kinks that a backward sweep with this policy uses, or undefined where its answer is no g_σ of the
 * lowered program: n-ary max and min split ties equally.
 */
export function signatureChoice(
  program: Program,
  local: LocalForm,
  point: ArrayLike<number>,
  kinks: KinkPolicy,
): number[] | undefined {
  if ('signature' in kinks) return local.kinks.map(({ index }) => kinks.signature[index]!);
  if ('direction' in kinks) {
    const x = tensor(Float64Array.from(point));
    const direction = tensor(kinks.direction, { shape: [point.length] });
    const signs = directionalSignature(program, x, direction);
    return local.kinks.map(({ index }) => signs[index]!);
  }
  if (local.kinks.length > 0 && program.nodes.some(({ op }) => op === 'max' || op === 'min')) {
    return undefined;
  }
  return local.kinks.map(({ op }) => {
    switch (op) {
      case 'relu':
      case 'leakyRelu':
        return 2 * kinks.relu - 1;
      case 'abs':
        return kinks.abs;
      case 'maximum':
        return 2 * kinks.tie - 1;
      default: // minimum: z = u − v > 0 chooses v
        return 1 - 2 * kinks.tie;
    }
  });
}
