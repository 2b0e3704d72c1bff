import { ArgumentError, DisposedError } from '@nonsmooth/core';
import {
  ForeignTracerError,
  MissingDerivativeError,
  NonFiniteStepError,
  NotLipschitzError,
  TracedValueError,
  UnusedComparisonError,
} from '@nonsmooth/autodiff';
import { MemoryLimitError } from '@nonsmooth/kernels';
import { ConvergenceCertificateError, HypothesisError } from '@nonsmooth/flows';
import { IntegrationError } from '@nonsmooth/ode';
import { CertificateError, HiddenSignError } from '@nonsmooth/subgradient';
import { describe, expect, test } from 'vitest';
import type { Entry, Table } from './entry.js';
import { randomNumbers, wrongCall } from './mutations.js';
import { packages } from './packages.js';

const typed = [
  ArgumentError,
  DisposedError,
  MemoryLimitError,
  TracedValueError,
  UnusedComparisonError,
  ForeignTracerError,
  NotLipschitzError,
  MissingDerivativeError,
  NonFiniteStepError,
  IntegrationError,
  CertificateError,
  HiddenSignError,
  HypothesisError,
  ConvergenceCertificateError,
];

const calls = Number(process.env['ARGUMENT_CALLS'] ?? 10_000);
const total = packages.reduce((sum, { table }) => sum + Object.keys(table).length, 0);

describe.each(packages)('$name', ({ exports, table, leftOut }) => {
  test('every exported function is in the table', () => {
    const names = new Set(Object.keys(table).map((label) => label.split(/[.(]/)[0]!));
    const isError = (value: unknown): boolean =>
      (value as { readonly prototype?: unknown }).prototype instanceof Error;
    const missing = Object.entries(exports).filter(
      ([name, value]) =>
        typeof value === 'function' && !isError(value) && !names.has(name) && !(name in leftOut),
    );
    expect(missing.map(([name]) => name)).toEqual([]);
    expect([...names].filter((name) => !(name in exports))).toEqual([]);
  });

  test.each(Object.entries(table))('%s takes its right arguments', (_, entry) => {
    entry.of()(...(entry.right() as never[]));
  });

  const share = Math.ceil((calls * Object.keys(table).length) / total);

  test(`${share} wrong calls end in a typed error or a right answer`, () => {
    expect(failures(table, share)).toEqual([]);
  });
});

/** What went wrong in wrong calls of the functions in turn: one line for each function and kind of failure. */
function failures(table: Table, count: number): readonly string[] {
  const entries = Object.entries(table);
  const found = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    const [label, entry] = entries[n % entries.length]!;
    const failure = failureOf(entry, n);
    if (failure !== undefined)
      found.set(`${label}: ${failure.kind}`, `${label}(${failure.change}): ${failure.kind}`);
  }
  return [...found.values()];
}

function failureOf(entry: Entry, seed: number): { kind: string; change: string } | undefined {
  const { args, change, mustThrow } = wrongCall(entry, randomNumbers(seed));
  const f = entry.of();
  try {
    f(...(args as never[]));
  } catch (error) {
    if (typed.some((type) => error instanceof type)) return undefined;
    return {
      kind:
        error instanceof Error
          ? `${error.name}: ${error.message} ${(error.stack ?? '')
              .split('\n')
              .slice(1, 3)
              .map((line) => line.trim().replace(/.*\/packages\//, ''))
              .join(' < ')}`
          : 'threw no error',
      change,
    };
  }
  return mustThrow ? { kind: 'accepted', change } : undefined;
}
