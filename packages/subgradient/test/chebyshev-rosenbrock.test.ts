import { expect, test } from 'vitest';
import {
  frechetSubdifferential,
  programOfExpression,
  stationarity,
  verify,
} from '@nonsmooth/subgradient';
import { clarkeCandidates, firstFunction, secondFunction } from './support/chebyshev-rosenbrock.js';

for (const n of [2, 3, 4, 5, 6, 7, 8]) {
  test(`second function, n = ${n}: (3^${n - 1} + 1)/2 Clarke-stationary points, one limiting-stationary`, () => {
    const program = programOfExpression(secondFunction(n), n);
    const stationary = clarkeCandidates(n)
      .map((point) => ({ point, ...stationarity(program, point) }))
      .filter(({ memberships }) => memberships.clarke === 'in');
    expect(stationary.length).toBe((3 ** (n - 1) + 1) / 2);
    for (const { memberships, certificate } of stationary) {
      expect(Object.values(memberships)).not.toContain('undecided');
      expect(verify(certificate, program)).toBe(true);
    }
    const limiting = stationary.filter(({ memberships }) => memberships.limiting === 'in');
    expect(limiting.map(({ point }) => point)).toEqual([new Array(n).fill(1)]);
    expect(limiting[0]!.memberships.frechet).toBe('in');
  });
}

test('first function: its minimum is stationary in every sense but Bouligand', () => {
  for (const n of [2, 4, 8]) {
    const program = programOfExpression(firstFunction(n), n);
    const { memberships } = stationarity(program, new Array(n).fill(1));
    expect(memberships).toEqual({ frechet: 'in', limiting: 'in', bouligand: 'out', clarke: 'in' });
    const off = [-1, ...new Array<number>(n - 1).fill(1)];
    expect(stationarity(program, off).memberships.clarke).toBe('out');
    expect(frechetSubdifferential(program, off).isEmpty).toBe(false);
  }
});
