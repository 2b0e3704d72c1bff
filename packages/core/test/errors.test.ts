import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArgumentError, describe, once } from '../src/index.js';

test('a description is one short line for every value, and never throws', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }),
      (value) => {
        const text = describe(value);
        expect(text.length).toBeLessThanOrEqual(160);
        expect(new ArgumentError('x', value, 'none').message).toBe(`x = ${text}; allowed: none`);
      },
    ),
  );
});

test('hostile values are described', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const nested: unknown[] = [];
  nested.push(nested);
  expect(describe(circular)).toBe('an object');
  expect(typeof describe(nested)).toBe('string');
  expect(describe([Object.create(null), Symbol('s')])).toBe('[{…}, Symbol(s)]');
  expect(describe({ toJSON: () => undefined })).toBe('an object');
  expect(describe(Math.sin)).toBe('function sin');
  expect(describe(5n)).toBe('5n');
  expect(describe('text')).toBe('"text"');
  expect(describe(new Float64Array(1000))).toBe('[0, 0, 0, 0, 0, 0, … 1000 entries]');
  expect(describe('x'.repeat(1e6))).toHaveLength(121);
});

test('once computes once, also a value that is undefined', () => {
  let calls = 0;
  const value = once(() => void calls++);
  value();
  value();
  expect(calls).toBe(1);
});
