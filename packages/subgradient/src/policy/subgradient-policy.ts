import {
  ArgumentError,
  requireCount,
  requireFinite,
  requireFunction,
  requireIndex,
  requireKey,
  requireKnownOptions,
  requireLength,
  requireObject,
  requireOneOf,
  type Key,
} from '@nonsmooth/core';
import {
  evaluate,
  requireProgram,
  signatureGradientProgram,
  switchedProgram,
  type Program,
} from '@nonsmooth/autodiff';
import { foldIn, uniform } from '@nonsmooth/tensor';
import { programOf, type Subject } from '../subject.js';

/** How a backward sweep chooses |z|' = σ ∈ [−1, 1] at kinks with z = 0; relu'(0) = (1 + σ)/2. */
export type SubgradientPolicy =
  /** The same σ at every kink, in every call: deterministic and agnostic of the sample. */
  | { readonly kind: 'deterministic'; readonly sigma: number }
  /** One σ per column of the kinks' arrays (one per neuron of a layer, shared by all samples). */
  | { readonly kind: 'perNeuron'; readonly sigma: (block: number, neuron: number) => number }
  /** A new σ for every kink in every call, uniform on {−1, 1} or on [−1, 1]. */
  | { readonly kind: 'randomPerKink'; readonly key: Key; readonly values: 'vertices' | 'interval' }
  /** A new σ for every call, the same at all its kinks. */
  | { readonly kind: 'randomPerCall'; readonly key: Key; readonly values: 'vertices' | 'interval' };

const kinds = ['deterministic', 'perNeuron', 'randomPerKink', 'randomPerCall'] as const;

/** Throws ArgumentError unless `policy` is one of the four kinds, with what it needs. */
export function requirePolicy(policy: SubgradientPolicy): void {
  requireObject('policy', policy);
  requireOneOf('policy.kind', policy.kind, kinds);
  if (policy.kind === 'deterministic') {
    requireKnownOptions('policy', policy, ['kind', 'sigma']);
    checked(policy.sigma);
  } else if (policy.kind === 'perNeuron') {
    requireKnownOptions('policy', policy, ['kind', 'sigma']);
    requireFunction('policy.sigma', policy.sigma);
  } else {
    requireKnownOptions('policy', policy, ['kind', 'key', 'values']);
    requireKey('policy.key', policy.key);
    requireOneOf('policy.values', policy.values, ['vertices', 'interval']);
  }
}

/** σ for all switching variables of a program, in evaluation order, in call number `call`. */
export function policySignature(
  program: Program,
  policy: SubgradientPolicy,
  call: number,
): Float64Array {
  requireProgram('program', program);
  requirePolicy(policy);
  requireIndex('call', call, Infinity);
  const { blocks, size } = switchedProgram(program);
  switch (policy.kind) {
    case 'deterministic':
      return new Float64Array(size).fill(checked(policy.sigma));
    case 'perNeuron': {
      const signature = new Float64Array(size);
      blocks.forEach(({ offset, size: entries, shape }, block) => {
        const neurons = shape.at(-1) ?? 1;
        for (let i = 0; i < entries; i++) {
          signature[offset + i] = checked(policy.sigma(block, i % neurons));
        }
      });
      return signature;
    }
    case 'randomPerKink':
      return drawn(policy, call, size);
    default:
      return new Float64Array(size).fill(drawn(policy, call, 1)[0]!);
  }
}

function checked(sigma: number): number {
  if (!(typeof sigma === 'number' && sigma >= -1 && sigma <= 1))
    throw new ArgumentError('sigma', sigma, 'from −1 to 1');
  return sigma;
}

function drawn(
  { key, values }: Extract<SubgradientPolicy, { readonly key: Key }>,
  call: number,
  count: number,
): Float64Array {
  const draws = Float64Array.from(uniform(foldIn(key, call), [count], { low: -1, high: 1 }).data);
  return values === 'interval' ? draws : draws.map((x) => (x < 0 ? -1 : 1));
}

/** The value of the objective at a point, and what the policy gives for its gradient. */
export interface PolicyAnswer {
  readonly value: number;
  /** g_σ. */
  readonly gradient: Float64Array;
  /** σ, used where z = 0. */
  readonly signature: Float64Array;
}

/** What a backward sweep returns under the policy, as a function of the point and the number of the call. */
export function policyGradient(
  subject: Subject,
  dimension: number,
  policy: SubgradientPolicy,
): (point: ArrayLike<number>, call: number) => PolicyAnswer {
  requireCount('dimension', dimension);
  requirePolicy(policy);
  const program = programOf(subject, new Float64Array(dimension));
  const sweep = signatureGradientProgram(program);
  return (point, call) => {
    requireFinite('point', point);
    requireLength('point', point, dimension);
    const signature = policySignature(program, policy, call);
    const [value, gradient] = evaluate(sweep, [Float64Array.from(point), signature]);
    return {
      value: value!.data[0]!,
      gradient: Float64Array.from(gradient!.data),
      signature,
    };
  };
}
