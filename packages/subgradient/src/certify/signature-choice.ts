import { directionalSignature, type KinkPolicy, type Program } from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import { ArgumentError, ShapeError } from '../errors.js';
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
  if ('signature' in kinks) {
    const { signature } = kinks;
    const { length } = local.procedure.switching;
    if (signature.length !== length) {
      throw new ShapeError('kinks.signature', signature.length, `${length} entries, one per kink`);
    }
    return local.kinks.map(({ index }) => within('kinks.signature', signature[index]!, -1));
  }
  if ('direction' in kinks) {
    const x = tensor(Float64Array.from(point));
    const direction = tensor(kinks.direction);
    const signs = directionalSignature(program, x, direction);
    return local.kinks.map(({ index }) => signs[index]!);
  }
  const relu = within('kinks.relu', kinks.relu, 0);
  const abs = within('kinks.abs', kinks.abs, -1);
  const tie = within('kinks.tie', kinks.tie, 0);
  if (local.kinks.length > 0 && program.nodes.some(({ op }) => op === 'max' || op === 'min')) {
    return undefined;
  }
  return local.kinks.map(({ op }) => {
    switch (op) {
      case 'relu':
      case 'leakyRelu':
        return 2 * relu - 1;
      case 'abs':
        return abs;
      case 'maximum':
        return 2 * tie - 1;
      default: // minimum: z = u − v > 0 chooses v
        return 1 - 2 * tie;
    }
  });
}

function within(name: string, value: number, low: number): number {
  if (!(value >= low && value <= 1)) throw new ArgumentError(name, value, `from ${low} to 1`);
  return value;
}
