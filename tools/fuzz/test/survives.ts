import { ArgumentError, NonFiniteError } from '@nonsmooth/core';
import { CertificateError } from '@nonsmooth/subgradient';
import { IntegrationError } from '@nonsmooth/ode';
import { foldIn, key } from '@nonsmooth/tensor';
import { FormatError } from '@nonsmooth/tensor/formats';
import { expect } from 'vitest';
import { Refusal } from '../../../apps/shared/src/queue/refusal.js';
import { dice, type Dice } from './mutations.js';

// Each reader gets its own files, damaged in many ways: FUZZ_CASES=100000 npm test -- --project fuzz for a long run.
const cases = Number(process.env['FUZZ_CASES'] ?? 150);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

const typed = [
  ArgumentError,
  CertificateError,
  FormatError,
  IntegrationError,
  NonFiniteError,
  Refusal,
];

/**
 * Runs a reader on damaged files: what it answers may be right, what it throws must be one of our errors. `share` makes
 * the number of cases another one.
 */
export function survives(read: (roll: Dice) => unknown, share = 1): void {
  const failures: string[] = [];
  for (let i = 0; i < cases * share; i++) {
    try {
      read(dice(foldIn(key(seed), i)));
    } catch (error) {
      if (typed.some((type) => error instanceof type)) continue;
      failures.push(`${i}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  expect(failures.slice(0, 3)).toEqual([]);
}
