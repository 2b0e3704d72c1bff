import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { Decimal } from 'decimal.js';
import { describe, expect, test } from 'vitest';
import { exactDerivatives, exactly, preciseCases } from './extended-precision.js';

/** The spacing of doubles at |x|. */
function ulp(x: number): number {
  const size = Math.abs(x);
  if (!(size > 2 ** -1022)) return 2 ** -1074;
  return 2 ** (Math.floor(Math.log2(size)) - 52);
}

/** |value − exact| in units of `unit`, 0 where the exact value rounds to the same infinity. */
function distance(value: number, exact: Decimal, unit: number): number {
  if (!Number.isFinite(exact.toNumber())) return value === exact.toNumber() ? 0 : Infinity;
  if (!Number.isFinite(value)) return Infinity;
  return exactly(value).minus(exact).abs().div(unit).toNumber();
}

const first = (f: (x: Value) => Value, x: number): number => ad.grad(f)(x).data[0]!;
const second = (f: (x: Value) => Value, x: number): number => ad.hvp(f)(x, 1).data[0]!;
const third = (f: (x: Value) => Value, x: number): number =>
  ad.hvp((y) => ad.grad(f)(y))(x, 1).data[0]!;

describe.each(preciseCases)('$name', (one) => {
  test('first derivatives within 4 ulps, second within 1e-13, third within 1e-10', () => {
    const misses: string[] = [];
    for (const x of one.points) {
      const exact = exactDerivatives(one, x);
      const got = [first(one.f, x), second(one.f, x), third(one.f, x)];
      const forward = ad.jvp(one.f)(x, 1).tangent.data[0]!;
      const sizes = exact.map((value) => Math.abs(value.toNumber()));
      const units = [
        4 * ulp(sizes[0]!),
        ...[1e-13, 1e-10].map((r, i) => r * sizes[i + 1]! + 2 ** -1070),
      ];
      [...got, forward].forEach((value, i) => {
        const order = i % 3;
        const off = distance(value, exact[order]!, units[order]!);
        if (!(off <= 1)) {
          misses.push(`order ${order + 1} at ${x}: ${value} for ${exact[order]!.toPrecision(17)}`);
        }
      });
    }
    expect(misses).toEqual([]);
  });
});
