import fc from 'fast-check';
import type { Expression } from '@nonsmooth/subgradient';

const leaf = (dimension: number): fc.Arbitrary<Expression> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(dimension - 1).map((i): Expression => ['x', i]) },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }).map((c): Expression => ['c', c]) },
  );

/** Random programs with small integer data: kinks are hit exactly at integer points. */
export function randomExpression(
  dimension: number,
  options: { readonly depth: number; readonly curved: boolean },
): fc.Arbitrary<Expression> {
  let level = leaf(dimension);
  for (let i = 0; i < options.depth; i++) {
    const below = level;
    const pair = (op: string): fc.Arbitrary<Expression> =>
      fc.tuple(below, below).map(([u, v]): Expression => [op, u, v]);
    const single = (op: string): fc.Arbitrary<Expression> => below.map((u): Expression => [op, u]);
    const scaled = fc
      .tuple(fc.constantFrom(-2, 2, 3, 0.5), below)
      .map(([c, u]): Expression => ['mul', ['c', c], u]);
    level = fc.oneof(
      { weight: 1, arbitrary: below },
      { weight: 3, arbitrary: pair('add') },
      { weight: 3, arbitrary: pair('sub') },
      { weight: 1, arbitrary: scaled },
      { weight: 2, arbitrary: single('relu') },
      { weight: 2, arbitrary: single('abs') },
      { weight: 2, arbitrary: pair('max') },
      { weight: 2, arbitrary: pair('min') },
      ...(options.curved
        ? [
            { weight: 1, arbitrary: single('square') },
            { weight: 1, arbitrary: pair('mul') },
          ]
        : []),
    );
  }
  return level;
}

export interface ProgramAtPoint {
  readonly expression: Expression;
  readonly point: number[];
}

export function programAtPoint(
  options: { readonly depth: number; readonly curved: boolean },
  maxDimension = 3,
): fc.Arbitrary<ProgramAtPoint> {
  return fc.integer({ min: 1, max: maxDimension }).chain((dimension) =>
    fc.record({
      expression: randomExpression(dimension, options),
      point: fc.array(fc.constantFrom(0, 0, 0, 1, -1), {
        minLength: dimension,
        maxLength: dimension,
      }),
    }),
  );
}
