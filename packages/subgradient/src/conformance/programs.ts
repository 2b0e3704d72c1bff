import type { Expression } from './expression.js';

/** A vector and the subdifferentials that contain it. */
export interface ConformanceCheck {
  readonly vector: readonly number[];
  readonly frechet: boolean;
  readonly limiting: boolean;
  readonly bouligand: boolean;
  readonly clarke: boolean;
  /** Sets for which first-order information leaves the answer open: 'undecided' is right there, too. */
  readonly undecidedAllowed?: readonly ('limiting' | 'bouligand' | 'clarke')[];
}

/** A program with known subdifferentials at a point. The function, not the program text, decides. */
export interface ConformanceProgram {
  readonly name: string;
  readonly expression: Expression;
  readonly point: readonly number[];
  readonly checks: readonly ConformanceCheck[];
}

type Argument = Expression | number;

const operation =
  (op: string) =>
  (...args: readonly Argument[]): Expression => [
    op,
    ...args.map((a): Expression => (typeof a === 'number' ? ['c', a] : a)),
  ];

const add = operation('add');
const sub = operation('sub');
const mul = operation('mul');
const div = operation('div');
const max = operation('max');
const min = operation('min');
const neg = operation('neg');
const abs = operation('abs');
const relu = operation('relu');
const square = operation('square');
const exp = operation('exp');
const sin = operation('sin');
const cos = operation('cos');
const tanh = operation('tanh');
const sqrt = operation('sqrt');

const x: Expression = ['x', 0];
const y: Expression = ['x', 1];
const z: Expression = ['x', 2];
const w: Expression = ['x', 3];

const names = { L: 'limiting', B: 'bouligand', C: 'clarke' } as const;

/** Checks as [vector, letters of the sets that contain it, letters of those that may stay undecided]. */
function program(
  name: string,
  expression: Expression,
  point: readonly number[],
  checks: readonly (readonly [number | readonly number[], string, string?])[],
): ConformanceProgram {
  return {
    name,
    expression,
    point,
    checks: checks.map(([vector, sets, open = '']) => ({
      vector: typeof vector === 'number' ? [vector] : vector,
      frechet: sets.includes('F'),
      limiting: sets.includes('L'),
      bouligand: sets.includes('B'),
      clarke: sets.includes('C'),
      ...(open && { undecidedAllowed: open.split('').map((letter) => names[letter as 'L']) }),
    })),
  };
}

/** The sets of a convex kink with one-sided slopes p < q, of a concave one, and of a smooth function. */
const convex = (p: number, q: number): [number, string][] => [
  [p, 'FLBC'],
  [q, 'FLBC'],
  [(p + q) / 2, 'FLC'],
  [q + 1, ''],
  [p - 0.5, ''],
];
const concave = (p: number, q: number): [number, string][] => [
  [p, 'LBC'],
  [q, 'LBC'],
  [(p + q) / 2, 'C'],
  [q + 1, ''],
  [p - 0.5, ''],
];
const smooth = (p: number): [number, string][] => [
  [p, 'FLBC'],
  [p + 1, ''],
  [p - 1, ''],
  [p + 0.5, ''],
];

/** Derived by hand: each function is split into its pieces around the point. */
export const conformancePrograms: readonly ConformanceProgram[] = [
  // one variable
  program('absolute value from two relus', add(relu(x), relu(neg(x))), [0], convex(-1, 1)),
  program('|x| − 2relu(x) = −x', sub(abs(x), mul(2, relu(x))), [0], smooth(-1)),
  program('max(x, −x) − |x| = 0', sub(max(x, neg(x)), abs(x)), [0], smooth(0)),
  program('relu(x)·relu(−x) = 0', mul(relu(x), relu(neg(x))), [0], smooth(0)),
  program('x|x| is C¹', mul(x, abs(x)), [0], smooth(0)),
  program('squared relu is C¹', square(relu(x)), [0], smooth(0)),
  program('maximum of equal arguments', max(x, x), [0], smooth(1)),
  program('min(x, 2x)', min(x, mul(2, x)), [0], concave(1, 2)),
  program('max(x, 2x)', max(x, mul(2, x)), [0], convex(1, 2)),
  program('absolute value away from its kink', abs(x), [1], smooth(1)),
  program('||x| − 1| at 0', abs(sub(abs(x), 1)), [0], concave(-1, 1)),
  program('||x| − 1| at 1', abs(sub(abs(x), 1)), [1], convex(-1, 1)),
  program('relu(|x| − 1) at 1', relu(sub(abs(x), 1)), [1], convex(0, 1)),
  program('|relu(x) − relu(−x)| = |x|', abs(sub(relu(x), relu(neg(x)))), [0], convex(-1, 1)),
  program('threefold relu', relu(relu(relu(x))), [0], convex(0, 1)),
  program('relu(−relu(x)) = 0', relu(neg(relu(x))), [0], smooth(0)),
  program('relu of the identity in disguise', relu(sub(relu(x), relu(neg(x)))), [0], convex(0, 1)),
  program('|x²|', abs(square(x)), [0], smooth(0)),
  program('|x³|', abs(mul(x, square(x))), [0], smooth(0)),
  program('|x² − x|', abs(sub(square(x), x)), [0], convex(-1, 1)),
  program('|sin x|', abs(sin(x)), [0], convex(-1, 1)),
  program('|exp(x) − 1|', abs(sub(exp(x), 1)), [0], convex(-1, 1)),
  program('max(0, tanh x)', max(0, tanh(x)), [0], convex(0, 1)),
  program('ramp at its foot', sub(relu(x), relu(sub(x, 1))), [0], convex(0, 1)),
  program('ramp at its top', sub(relu(x), relu(sub(x, 1))), [1], concave(0, 1)),
  program('x|x| + |x|', add(mul(x, abs(x)), abs(x)), [0], convex(-1, 1)),
  program('leaky relu as a maximum', max(x, mul(0.25, x)), [0], convex(0.25, 1)),
  program('clip at its upper end', min(max(x, -1), 1), [1], concave(0, 1)),
  program('clip at its lower end', min(max(x, -1), 1), [-1], convex(0, 1)),
  program('max(x², x) at 0', max(square(x), x), [0], convex(0, 1)),
  program('max(x², x) at 1', max(square(x), x), [1], convex(1, 2)),
  program('min(x², x) at 0', min(square(x), x), [0], concave(0, 1)),
  program('squared distance of a relu to −1', square(add(relu(x), 1)), [0], convex(0, 2)),
  program(
    'the same input twice, scaled',
    add(square(sub(relu(x), 1)), square(sub(relu(mul(2, x)), 1))),
    [0],
    concave(-6, 0),
  ),
  program('3x from two relus', sub(relu(mul(3, x)), relu(mul(-3, x))), [0], smooth(3)),
  program('2relu(x) − |x| = x', sub(mul(2, relu(x)), abs(x)), [0], smooth(1)),
  program(
    'max(x, 2x) + min(x, 2x) = 3x',
    add(max(x, mul(2, x)), min(x, mul(2, x))),
    [0],
    smooth(3),
  ),
  program(
    'network without bias, (x + 1)² + 1',
    add(square(add(relu(x), 1)), square(sub(relu(neg(x)), 1))),
    [0],
    smooth(2),
  ),
  program(
    'difference of nested relus is relu',
    sub(relu(relu(x)), relu(neg(relu(x)))),
    [0],
    convex(0, 1),
  ),
  program(
    'min(relu(x), relu(2x)) − relu(x) = 0',
    sub(min(relu(x), relu(mul(2, x))), relu(x)),
    [0],
    smooth(0),
  ),
  // two variables
  program(
    'x + y from four relus',
    sub(add(relu(x), relu(y)), add(relu(neg(x)), relu(neg(y)))),
    [0, 0],
    [
      [[1, 1], 'FLBC'],
      [[0, 0], ''],
      [[2, 2], ''],
    ],
  ),
  program(
    'maximum at a tie',
    max(x, y),
    [1, 1],
    [
      [[1, 0], 'FLBC'],
      [[0, 1], 'FLBC'],
      [[0.5, 0.5], 'FLC'],
      [[1, 1], ''],
    ],
  ),
  program(
    'minimum at a tie',
    min(x, y),
    [1, 1],
    [
      [[1, 0], 'LBC'],
      [[0.5, 0.5], 'C'],
      [[0, 0], ''],
    ],
  ),
  program(
    'maximum plus minimum is the sum',
    add(max(x, y), min(x, y)),
    [0, 0],
    [
      [[1, 1], 'FLBC'],
      [[0.5, 1.5], ''],
      [[2, 0], ''],
    ],
  ),
  program(
    'maximum minus minimum',
    sub(max(x, y), min(x, y)),
    [2, 2],
    [
      [[1, -1], 'FLBC'],
      [[0, 0], 'FLC'],
      [[0.5, -0.5], 'FLC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'max(min(x, −y), y − x)',
    max(min(x, neg(y)), sub(y, x)),
    [0, 0],
    [
      [[-1, 1], 'FLBC'],
      [[1, 0], 'LBC'],
      [[0, -1], 'LBC'],
      [[0, 0.5], 'LC'],
      [[-0.5, 0], 'LC'],
      [[0.5, -0.5], 'C'],
      [[0, 0], 'C'],
      [[1, 1], ''],
    ],
  ),
  program(
    'x + y − |x| − |y|',
    sub(sub(add(x, y), abs(x)), abs(y)),
    [0, 0],
    [
      [[0, 0], 'LBC'],
      [[2, 2], 'LBC'],
      [[2, 0], 'LBC'],
      [[1, 1], 'C'],
      [[0, 1], 'C'],
      [[-1, 0], ''],
    ],
  ),
  program(
    'CB3 at its minimum',
    max(
      add(square(square(x)), square(y)),
      add(square(sub(2, x)), square(sub(2, y))),
      mul(2, exp(sub(y, x))),
    ),
    [1, 1],
    [
      [[4, 2], 'FLBC'],
      [[-2, -2], 'FLBC'],
      [[-2, 2], 'FLBC'],
      [[0, 0], 'FLC'],
      [[5, 2], ''],
    ],
  ),
  program(
    '|x² − y²| at 0',
    abs(sub(square(x), square(y))),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], ''],
    ],
  ),
  program(
    '|x² − y²| at a tie',
    abs(sub(square(x), square(y))),
    [1, 1],
    [
      [[2, -2], 'FLBC'],
      [[-2, 2], 'FLBC'],
      [[0, 0], 'FLC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'relu of a product at 0',
    relu(mul(x, y)),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[0.5, 0], ''],
    ],
  ),
  program(
    'relu of a product, one factor 0',
    relu(mul(x, y)),
    [0, 1],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], 'FLBC'],
      [[0.5, 0], 'FLC'],
      [[0, 1], ''],
    ],
  ),
  program(
    'relu with positive outgoing weight',
    mul(y, relu(x)),
    [0, 2],
    [
      [[0, 0], 'FLBC'],
      [[2, 0], 'FLBC'],
      [[1, 0], 'FLC'],
    ],
  ),
  program(
    'relu with negative outgoing weight',
    mul(y, relu(x)),
    [0, -2],
    [
      [[0, 0], 'LBC'],
      [[-2, 0], 'LBC'],
      [[-1, 0], 'C'],
    ],
  ),
  program(
    'relu with outgoing weight 0',
    mul(y, relu(x)),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], ''],
      [[0, 1], ''],
    ],
  ),
  program(
    'maximum norm',
    max(abs(x), abs(y)),
    [0, 0],
    [
      [[1, 0], 'FLBC'],
      [[0.5, 0.5], 'FLC'],
      [[0, 0], 'FLC'],
      [[1, 1], ''],
    ],
  ),
  program(
    'negative maximum norm',
    neg(max(abs(x), abs(y))),
    [0, 0],
    [
      [[1, 0], 'LBC'],
      [[0, -1], 'LBC'],
      [[0.5, 0.5], 'C'],
      [[0, 0], 'C'],
    ],
  ),
  program(
    'min(|x|, |y|)',
    min(abs(x), abs(y)),
    [0, 0],
    [
      [[0, 0], 'FLC'],
      [[1, 0], 'LBC'],
      [[0.5, 0], 'LC'],
      [[0, -0.25], 'LC'],
      [[0.5, 0.5], 'C'],
      [[1, 1], ''],
    ],
  ),
  program(
    'relu(x) + relu(y) − relu(x + y)',
    sub(add(relu(x), relu(y)), relu(add(x, y))),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], 'LBC'],
      [[0.5, 0], 'LC'],
      [[0, -0.5], 'LC'],
      [[0.5, 0.5], 'C'],
      [[0.5, -0.5], 'C'],
      [[1, 1], ''],
    ],
  ),
  program(
    'duplicated sample',
    add(square(sub(relu(add(x, y)), 1)), square(sub(relu(add(x, y)), 1))),
    [0, 0],
    [
      [[0, 0], 'LBC'],
      [[-4, -4], 'LBC'],
      [[-2, -2], 'C'],
      [[-4, 0], ''],
    ],
  ),
  program(
    'dead neuron',
    square(sub(add(mul(3, relu(sub(x, 1))), y), 1)),
    [0, 0],
    [
      [[0, -2], 'FLBC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'neuron at its kink, outgoing weight 0',
    square(sub(mul(y, relu(x)), 1)),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'neuron at its kink, residual −1',
    square(sub(mul(y, relu(x)), 1)),
    [0, 1],
    [
      [[0, 0], 'LBC'],
      [[-2, 0], 'LBC'],
      [[-1, 0], 'C'],
      [[0, -2], ''],
    ],
  ),
  program(
    'neuron at its kink, residual 0',
    square(mul(y, relu(x))),
    [0, 1],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'absolute value of one coordinate',
    abs(x),
    [0, 3],
    [
      [[1, 0], 'FLBC'],
      [[0, 0], 'FLC'],
      [[0, 1], ''],
    ],
  ),
  program(
    '|x/y|',
    abs(div(x, y)),
    [0, 2],
    [
      [[0.5, 0], 'FLBC'],
      [[-0.5, 0], 'FLBC'],
      [[0, 0], 'FLC'],
      [[1, 0], ''],
    ],
  ),
  program(
    '|x + √y − 2|',
    abs(add(x, sub(sqrt(y), 2))),
    [0, 4],
    [
      [[1, 0.25], 'FLBC'],
      [[0, 0], 'FLC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'relu(sin x · cos y)',
    relu(mul(sin(x), cos(y))),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[1, 0], 'FLBC'],
      [[0.5, 0], 'FLC'],
      [[0, 1], ''],
    ],
  ),
  program(
    'first Chebyshev–Rosenbrock function at its minimum',
    add(mul(0.25, square(sub(x, 1))), abs(add(sub(y, mul(2, square(x))), 1))),
    [1, 1],
    [
      [[-4, 1], 'FLBC'],
      [[4, -1], 'FLBC'],
      [[0, 0], 'FLC'],
      [[1, 0], ''],
    ],
  ),
  program(
    'second Chebyshev–Rosenbrock function at a Clarke-stationary point',
    add(mul(0.25, abs(sub(x, 1))), abs(add(sub(y, mul(2, abs(x))), 1))),
    [0, -1],
    [
      [[0, 0], 'C'],
      [[1.75, 1], 'LBC'],
      [[-2.25, 1], 'LBC'],
      [[1.75, -1], 'FLBC'],
      [[-2.25, -1], 'FLBC'],
      [[0.75, -0.5], 'FLC'],
      [[2, 0], ''],
    ],
  ),
  // tangent switching functions: the linearization does not tell everything
  program(
    '−|y| − |y − x²|',
    sub(neg(abs(y)), abs(sub(y, square(x)))),
    [0, 0],
    [
      [[0, 2], 'LBC'],
      [[0, -2], 'LBC'],
      [[0, 0], 'LBC', 'LB'],
      [[0, 1], 'C'],
      [[0, 3], ''],
    ],
  ),
  program(
    '|y| − |y − x²|',
    sub(abs(y), abs(sub(y, square(x)))),
    [0, 0],
    [
      [[0, 0], 'FLBC'],
      [[0, 2], 'LBC', 'LBC'],
      [[0, 1], 'LC', 'LC'],
      [[0, -2], '', 'LBC'],
      [[0, -1], '', 'LC'],
      [[0, 3], ''],
    ],
  ),
  program(
    'max(y, y − x²) = y',
    max(y, sub(y, square(x))),
    [0, 0],
    [
      [[0, 1], 'FLBC'],
      [[0, 0], ''],
    ],
  ),
  // three and more variables
  program(
    'maximum of three at a tie of all',
    max(x, y, z),
    [0, 0, 0],
    [
      [[1, 0, 0], 'FLBC'],
      [[0.5, 0.25, 0.25], 'FLC'],
      [[0, 0, 0], ''],
    ],
  ),
  program(
    'minimum of three at a tie of all',
    min(x, y, z),
    [0, 0, 0],
    [
      [[1, 0, 0], 'LBC'],
      [[0.5, 0.25, 0.25], 'C'],
      [[0, 0, 0], ''],
    ],
  ),
  program(
    'maximum of four at a tie of all',
    max(x, y, z, w),
    [1, 1, 1, 1],
    [
      [[0, 0, 0, 1], 'FLBC'],
      [[0.25, 0.25, 0.25, 0.25], 'FLC'],
      [[0.5, 0.5, 0.5, -0.5], ''],
    ],
  ),
  program(
    'median of three',
    max(min(x, y), min(max(x, y), z)),
    [0, 0, 0],
    [
      [[1, 0, 0], 'LBC'],
      [[0.5, 0.5, 0], 'LC'],
      [[0.5, 0.25, 0.25], 'C'],
      [[0, 0, 0], ''],
    ],
  ),
  program(
    'relu of a sum of three',
    relu(add(x, y, z)),
    [0, 0, 0],
    [
      [[0, 0, 0], 'FLBC'],
      [[1, 1, 1], 'FLBC'],
      [[0.5, 0.5, 0.5], 'FLC'],
      [[1, 0, 0], ''],
    ],
  ),
];
