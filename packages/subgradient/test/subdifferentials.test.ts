import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  certify,
  clarkeSubdifferential,
  frechetSubdifferential,
  limitingSubdifferential,
  minimalNorm,
  programOfExpression,
  type Expression,
} from '@nonsmooth/subgradient';
import { programAtPoint } from './support/random-program.js';

const of = (expression: Expression, dimension: number) =>
  programOfExpression(expression, dimension);
const sorted = (vectors: readonly ArrayLike<number>[]): string[] =>
  vectors.map((v) => Array.from(v, (x) => x + 0).join()).sort();

const difference: Expression = ['sub', ['abs', ['x', 0]], ['abs', ['x', 1]]];

test('|x| − |y| at 0: four generators, limiting pieces on x = 0 only, no Fréchet subgradient', () => {
  const program = of(difference, 2);
  const clarke = clarkeSubdifferential(program, [0, 0]);
  expect(clarke).toMatchObject({ cells: 4, isWhole: true });
  expect(sorted(clarke.generators)).toEqual(['-1,-1', '-1,1', '1,-1', '1,1']);
  const { pieces, isWhole } = limitingSubdifferential(program, [0, 0]);
  expect(isWhole).toBe(true);
  expect(sorted(pieces.map(({ pattern }) => pattern))).toEqual(
    sorted([
      [-1, -1],
      [-1, 1],
      [0, -1],
      [0, 1],
      [1, -1],
      [1, 1],
    ]),
  );
  expect(frechetSubdifferential(program, [0, 0])).toMatchObject({ isEmpty: true, isWhole: true });
  expect(minimalNorm(clarke.generators).norm).toBeLessThan(1e-15);
});

test('elements that are returned are certified members, and generators are Bouligand', () => {
  fc.assert(
    fc.property(programAtPoint({ depth: 4, curved: true }), ({ expression, point }) => {
      const program = of(expression, point.length);
      const frechet = frechetSubdifferential(program, point);
      if (frechet.element !== undefined) {
        expect(certify(program, point, { gradient: frechet.element }).memberships.frechet).toBe(
          'in',
        );
      }
      const clarke = clarkeSubdifferential(program, point);
      expect(clarke.generators.length).toBeGreaterThan(0);
      for (const gradient of clarke.generators.slice(0, 3)) {
        expect(certify(program, point, { gradient }).memberships.bouligand).toBe('in');
      }
      const limiting = limitingSubdifferential(program, point);
      expect(limiting.pieces.length).toBeGreaterThan(0);
      for (const { element } of limiting.pieces.slice(0, 3)) {
        expect(certify(program, point, { gradient: element }).memberships.limiting).toBe('in');
      }
      if (frechet.isEmpty === true) {
        const outside = certify(program, point, { gradient: clarke.generators[0]! });
        expect(outside.memberships.frechet).toBe('out');
      }
    }),
    { numRuns: 100 },
  );
});

test('the minimal-norm element is the direction of steepest descent of max functions', () => {
  const program = of(['max', ['x', 0], ['add', ['x', 0], ['x', 1]]], 2);
  const { generators } = clarkeSubdifferential(program, [0, 0]);
  expect(sorted(generators)).toEqual(['1,0', '1,1']);
  expect(Array.from(minimalNorm(generators).point)).toEqual([1, 0]);
});

test('tangent kinks: the set is marked as part of the whole', () => {
  const tangent: Expression = [
    'sub',
    ['relu', ['x', 1]],
    ['relu', ['sub', ['x', 1], ['square', ['x', 0]]]],
  ];
  const clarke = clarkeSubdifferential(of(tangent, 2), [0, 0]);
  expect(clarke.isWhole).toBe(false);
  expect(clarke.reason).toEqual({
    code: 'dependentKinks',
    text: 'dependent kinks 1: curvature is not excluded',
  });
  expect(sorted(clarke.generators)).toEqual(['0,0']);
});

test('irrational data with independent rows: all signatures, else an honest reason', () => {
  const wave: Expression = ['abs', ['mul', ['x', 0], ['exp', ['x', 1]]]];
  const { generators, isWhole } = clarkeSubdifferential(of(wave, 2), [0, 1]);
  expect(isWhole).toBe(true);
  expect(generators.map((g) => g[0]!).sort((a, b) => a - b)).toEqual([-Math.E, Math.E]);
  const dependent: Expression = ['add', wave, ['relu', ['mul', ['x', 0], ['exp', ['x', 1]]]]];
  expect(clarkeSubdifferential(of(dependent, 2), [0, 1])).toMatchObject({
    isWhole: false,
    generators: [],
  });
});

test('bad generators are refused', () => {
  expect(() => minimalNorm([])).toThrow(/generators = \[\]/);
  expect(() => minimalNorm([[1], [1, 2]])).toThrow(/generators\[1\]\.length = 2; allowed: 1/);
  expect(() => minimalNorm([[NaN]])).toThrow(/generators\[0\]\[0\] = NaN/);
});
