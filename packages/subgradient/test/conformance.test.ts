import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  backwardMode,
  certify,
  conformancePrograms,
  programOfExpression,
  runConformance,
  verify,
  type ConformanceCheck,
  type ConformanceProgram,
  type Expression,
} from '@nonsmooth/subgradient';

interface ReferenceProgram {
  readonly name: string;
  readonly expr: Expression;
  readonly point: number[];
  readonly checks: readonly ConformanceCheck[];
}

const file = new URL('data/kink-programs.json', import.meta.url);
const reference = (
  JSON.parse(readFileSync(file, 'utf8')) as { programs: ReferenceProgram[] }
).programs.map(({ expr, ...rest }): ConformanceProgram => ({ ...rest, expression: expr }));
const sets = ['clarke', 'limiting', 'bouligand', 'frechet'] as const;
const programs = [...reference, ...conformancePrograms];

test('the suite has at least 60 programs, all of different names', () => {
  expect(programs.length).toBeGreaterThanOrEqual(60);
  expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
});

describe.each(programs)('$name', ({ expression, point, checks }) => {
  const program = programOfExpression(expression, point.length);
  test.each(checks)('memberships of $vector are as known', (check) => {
    const { memberships, reasons, certificate } = certify(program, point, {
      gradient: check.vector,
    });
    for (const set of sets) {
      const truth = check[set] ? 'in' : 'out';
      const isOpen = set !== 'frechet' && check.undecidedAllowed?.includes(set);
      expect(
        isOpen ? [truth, 'undecided'] : [truth],
        `${set} ${reasons.map(({ text }) => text).join()}`,
      ).toContain(memberships[set]);
    }
    expect(verify(JSON.parse(JSON.stringify(certificate)) as typeof certificate, program)).toBe(
      true,
    );
  });
});

test('every constant kink policy answers some programs outside Clarke’s set; a direction never does', () => {
  const rows = [
    backwardMode('relu′(0) = 0', { relu: 0, abs: 0, tie: 0.5 }),
    backwardMode('relu′(0) = ½', { relu: 0.5, abs: 0, tie: 0.5 }),
    backwardMode('relu′(0) = 1', { relu: 1, abs: 1, tie: 1 }),
  ].map((library) => runConformance(library, programs));
  for (const row of rows) {
    expect(row.programs).toBe(programs.length);
    expect(row.wrong).toBeGreaterThan(0);
    expect(row.wrongPrograms.length).toBe(row.wrong);
    expect(row.right + row.wrong + row.undecided + row.failed).toBe(row.programs);
  }
  expect(rows[0]!.wrongPrograms).toContain('relu difference is the identity');
  const directional = runConformance(
    {
      name: 'direction',
      gradient: (expression, point) =>
        backwardMode('', { direction: point.map((_, i) => (-2) ** i) }).gradient(expression, point),
    },
    programs,
  );
  expect(directional.wrong).toBe(0);
  expect(directional.failed).toBe(0);
});

test('answers that are no vectors of finite numbers count as failed', () => {
  const broken = { name: 'broken', gradient: () => [NaN] };
  expect(runConformance(broken).failed).toBe(conformancePrograms.length);
  expect(runConformance(broken).failures[0]!.reason).toBe('[NaN] are not 1 finite numbers');
  const refusing = {
    name: 'refusing',
    gradient: () => {
      throw new Error('no');
    },
  };
  expect(runConformance(refusing).failed).toBe(conformancePrograms.length);
});

test('expressions that say nothing are refused by what is allowed', () => {
  const refused: [Expression, RegExp][] = [
    [['cosh', ['x', 0]], /expression = \[cosh, x,0\]; allowed: the operations x, c, add, .*sqrt/],
    [['x'], /allowed: \["x", 0\] to/],
    [['c', Infinity], /a finite number/],
    [['add', ['x', 0]], /two or more expressions after add/],
    [['abs', ['x', 0], ['x', 1]], /one expression after abs/],
    [['abs', 3], /one expression after abs/],
  ];
  for (const [expression, message] of refused) {
    expect(() => programOfExpression(expression, 2)).toThrow(message);
  }
  expect(() => programOfExpression(['x', 0], 0)).toThrow(/dimension = 0; allowed: integers ≥ 1/);
});
