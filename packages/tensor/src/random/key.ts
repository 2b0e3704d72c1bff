import { ArgumentError, requireKey, type Key } from '@nonsmooth/core';
import { counterDomain, philox } from '@nonsmooth/kernels';

/**
 * The key with this seed: an integer in [0, 2⁶⁴), as a number up to 2⁵³ − 1 or as a bigint. Low word first.
 * @throws ArgumentError for any other seed.
 */
export function key(seed: number | bigint): Key {
  const allowed =
    typeof seed === 'bigint'
      ? seed >= 0n && seed < 2n ** 64n
      : Number.isSafeInteger(seed) && seed >= 0;
  if (!allowed) throw new ArgumentError('seed', seed, 'integers 0 … 2⁵³ − 1, or bigints below 2⁶⁴');
  const bits = BigInt(seed);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

/**
 * n new keys, for runs or uses that must not share random numbers; `split(k, n)` begins with `split(k, m)` for
 * m ≤ n. Use the parent for nothing else than deriving keys. Derived keys are 64 random bits: among m of them
 * two agree with probability about m²·2⁻⁶⁵.
 */
export function split(parent: Key, n: number): Key[] {
  requireKey('parent', parent);
  if (!Number.isSafeInteger(n) || n < 0) throw new ArgumentError('n', n, 'integers ≥ 0');
  return Array.from({ length: n }, (_, i) => derive(parent, i, derivation.split));
}

/**
 * The key named `data` below `parent`: an integer of at most 53 bits, e.g. a step or the index of a run. Differs
 * from every key that `split` gives, whose collision bound it shares.
 * @throws ArgumentError if `data` is no safe integer ≥ 0.
 */
export function foldIn(parent: Key, data: number): Key {
  requireKey('parent', parent);
  if (!Number.isSafeInteger(data) || data < 0) {
    throw new ArgumentError('data', data, 'integers 0 … 2⁵³ − 1');
  }
  return derive(parent, data, derivation.foldIn);
}

/** Third counter word by way of derivation. */
const derivation = { split: 0, foldIn: 1 } as const;

const words = new Uint32Array(4);

/** The first two words of block `index` of the derivation's own counter range. */
function derive(parent: Key, index: number, way: number): Key {
  philox(parent, index >>> 0, Math.floor(index / 2 ** 32), way, counterDomain.split, words);
  return [words[0]!, words[1]!];
}
