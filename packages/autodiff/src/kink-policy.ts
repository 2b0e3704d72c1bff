import {
  ArgumentError,
  requireKnownOptions,
  requireNumbers,
  ShapeError,
  type FloatArray,
} from '@nonsmooth/core';
import { defaultKinks, type Kinks } from '@nonsmooth/kernels';
import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import type { Argument } from './evaluate.js';
import type { KinkOp } from './program.js';
import type { KinkChoice } from './rules/context.js';

/** σᵢ ∈ [−1, 1] for each switching variable in evaluation order, used where zᵢ = 0: |z|′ = σ. */
export interface SignaturePolicy {
  readonly signature: readonly number[] | FloatArray;
}

/**
 * The program's own directional signs: at a kink with z = 0 the sign of z′(x; d), and where that is 0 too,
 * signs along further directions, until every kink that matters is decided. For functions made of smooth ops,
 * abs, relu, maximum and minimum the derivative is then the limit of gradients near x, hence a limiting
 * gradient (lexicographic differentiation; Nesterov 2005, Khan and Barton 2015).
 */
export interface DirectionPolicy {
  readonly direction: Argument;
}

/**
 * What derivatives take at kinks: constants for relu′(0), abs′(0) and ties, or a signature, or a direction.
 * Constants may lie outside every generalized derivative (relu(x) − relu(−x) at 0 has derivative 0 by relu′(0) = 0,
 * and 1 in truth); a direction never does.
 */
export type KinkPolicy = Kinks | SignaturePolicy | DirectionPolicy;

/**
 * Whether the policy is one of constants, which are then checked.
 * @throws ArgumentError for what is no policy.
 */
export function isConstantPolicy(kinks: KinkPolicy): kinks is Kinks {
  if (typeof kinks !== 'object' || kinks === null) {
    throw new ArgumentError('kinks', kinks, '{ relu, abs, tie }, { signature } or { direction }');
  }
  if ('signature' in kinks || 'direction' in kinks) {
    requireKnownOptions('kinks', kinks, [
      'signature' in kinks ? 'signature' : 'direction',
      'units',
    ]);
    return false;
  }
  constantChoice(kinks);
  return true;
}

/** The same weights at every kink of an op. */
export function constantChoice(kinks: Kinks): KinkChoice {
  requireKnownOptions('kinks', kinks, defaultKinks);
  const weights: { readonly [O in KinkOp]: number } = {
    relu: within('kinks.relu', kinks.relu, 0),
    leakyRelu: kinks.relu,
    // |z|′ = t·1 + (1 − t)·(−1)
    abs: (1 + within('kinks.abs', kinks.abs, -1)) / 2,
    // z = u − v > 0 chooses u in a maximum, v in a minimum
    maximum: within('kinks.tie', kinks.tie, 0),
    minimum: 1 - kinks.tie,
  };
  return { upperWeight: (_, { op }) => weights[op] };
}

/** A signature as a tensor of `size` entries. */
export function checkedSignature({ signature }: SignaturePolicy, size: number): Tensor {
  requireNumbers('signature', signature);
  if (signature.length !== size) {
    throw new ShapeError(
      'signature',
      signature.length,
      `${size} entries, one per switching variable`,
    );
  }
  for (const sigma of signature) within('signature', sigma, -1);
  return tensor(Float64Array.from(signature));
}

function within(name: string, value: number, low: number): number {
  if (!(typeof value === 'number' && value >= low && value <= 1))
    throw new ArgumentError(name, value, `from ${low} to 1`);
  return value;
}
