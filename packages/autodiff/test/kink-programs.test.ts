import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import data from './data/kink-programs.json' with { type: 'json' };

type Expression = readonly [string, ...(number | Expression)[]];

interface KinkProgram {
  readonly name: string;
  readonly expr: Expression;
  readonly point: readonly number[];
  readonly checks: readonly {
    readonly vector: readonly number[];
    readonly bouligand: boolean;
    readonly limiting: boolean;
  }[];
  readonly attainedGradients: number;
  readonly undecidedAllowed?: unknown;
}

const ops: Readonly<Record<string, (...args: Value[]) => Value>> = {
  add: ad.add,
  sub: ad.sub,
  mul: ad.mul,
  max: ad.maximum,
  min: ad.minimum,
  neg: ad.neg,
  abs: ad.abs,
  relu: ad.relu,
  square: ad.square,
  exp: ad.exp,
};

function build(expression: Expression, x: Value): Value {
  const [op, ...args] = expression;
  if (op === 'x') return ad.sum(ad.slice(x, [args[0] as number], [(args[0] as number) + 1]));
  if (op === 'c') return ad.add(args[0] as number, 0);
  if (op === 'one') return ad.add(1, 0);
  return ops[op]!(...args.map((part) => build(part as Expression, x)));
}

// Exact memberships: see the note in the file.
describe.each(data.programs as unknown as KinkProgram[])('$name', (program) => {
  const f = (x: Value): Value => build(program.expr, x);
  const n = program.point.length;
  const along = (direction: ArrayLike<number>): number[] =>
    Array.from(
      ad.grad(f, { kinks: { direction: Float64Array.from(direction) } })(program.point).data,
      (g) => g + 0,
    );
  const attained = program.checks.filter(({ bouligand }) => bouligand).map(({ vector }) => vector);
  const refused = program.checks.filter(({ limiting }) => !limiting).map(({ vector }) => vector);

  test('directions attain as many gradients as there are, and all that are listed', () => {
    const found = new Map<string, number[]>();
    for (let seed = 0; seed < 100; seed++) {
      const gradient = along(normal(key(seed), [n]).data);
      found.set(String(gradient), gradient);
    }
    if (program.undecidedAllowed === undefined) {
      expect(found.size).toBe(program.attainedGradients);
      for (const vector of attained) expect([...found.keys()]).toContain(String(vector));
    } else {
      expect(found.size).toBeLessThanOrEqual(program.attainedGradients);
    }
    for (const vector of refused) expect([...found.keys()]).not.toContain(String(vector));
  });

  test('directions along axes, diagonals and nowhere give limiting gradients', () => {
    const directions = [new Array<number>(n).fill(0), new Array<number>(n).fill(1)];
    for (let i = 0; i < n; i++) {
      for (const sign of [1, -1])
        directions.push(directions[0]!.map((_, j) => (i === j ? sign : 0)));
    }
    for (const direction of directions) {
      const gradient = along(direction);
      for (const vector of refused) expect(gradient).not.toEqual(vector);
    }
  });
});
