// Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011). A value depends on key and counter only, never on what was drawn before.

import { ArgumentError, requireCount, requireKey, type Key } from '@nonsmooth/core';

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the unsigned product a·b. */
function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b0;
  const cross = a1 * b0 + (low >>> 16);
  const middle = a0 * b1 + (cross & 0xffff);
  // cross < 2^32 and middle < 2^32 are exact doubles; the quotients by 2^16 are taken unsigned.
  return (a1 * b1 + Math.floor(cross / 65536) + Math.floor(middle / 65536)) >>> 0;
}

/** The four output words of Philox4x32-10 for counter (c0, c1, c2, c3), written to `out[at..at+3]`. */
export function philox(
  key: Key,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
  at = 0,
): void {
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(M0, c0 >>> 0);
    const low0 = Math.imul(M0, c0);
    const high1 = highProduct(M1, c2 >>> 0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** Last counter word by use, so that no two uses of one key share a counter. */
export const counterDomain = { split: 1, sequence: 2, batch: 3 } as const;

/** Uniform double in [0, 1) with 53 random bits from two words. */
export function unitInterval(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
}

const words = new Uint32Array(4);

/**
 * Indices of the batch of step `step`: `out.length` draws from 0..samples−1 with replacement.
 * Draw j uses words 2(j mod 2), 2(j mod 2)+1 of block ⌊j/2⌋; the bias of one index is below samples·2⁻⁵³.
 */
export function drawBatch(key: Key, step: number, samples: number, out: Uint32Array): void {
  requireKey('key', key);
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new ArgumentError('step', step, 'an integer ≥ 0');
  }
  requireCount('samples', samples);
  if (!(out instanceof Uint32Array)) throw new ArgumentError('out', out, 'a Uint32Array');
  const stepLow = step >>> 0;
  const stepHigh = Math.floor(step / 4294967296);
  for (let j = 0; j < out.length; j++) {
    if (j % 2 === 0) philox(key, j / 2, stepLow, stepHigh, counterDomain.batch, words);
    const pair = 2 * (j % 2);
    out[j] = Math.floor(unitInterval(words[pair]!, words[pair + 1]!) * samples);
  }
}
