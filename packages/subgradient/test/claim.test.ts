import { describe, expect, test } from 'vitest';
import {
  certify,
  claimOf,
  conformancePrograms,
  programOfExpression,
  readClaim,
  verify,
} from '@nonsmooth/subgradient';

describe('a claim', () => {
  test('comes back from its text as the same program and certificate, which verify', () => {
    for (const { expression, point, checks } of conformancePrograms) {
      const program = programOfExpression(expression, point.length);
      for (const gradient of [undefined, ...checks.map(({ vector }) => vector)]) {
        const { certificate } = certify(program, point, gradient && { gradient });
        const text = JSON.stringify(claimOf(certificate, program));
        const read = readClaim(text);
        expect(read.program).toEqual(program);
        expect(verify(read.certificate, read.program)).toBe(true);
        expect(claimOf(read.certificate, read.program)).toEqual(JSON.parse(text));
      }
    }
  });

  test('of another program does not hold', () => {
    const program = programOfExpression(['abs', ['x', 0]], 1);
    const other = programOfExpression(['relu', ['x', 0]], 1);
    const { certificate } = certify(program, [0], { gradient: [-1] });
    expect(verify(certificate, program)).toBe(true);
    const { program: read, certificate: same } = readClaim(claimOf(certificate, other));
    expect(() => verify(same, read)).toThrow(/does not show/);
  });

  test('that is none is refused by what is wrong', () => {
    const program = programOfExpression(['abs', ['x', 0]], 1);
    const claim = claimOf(certify(program, [0]).certificate, program);
    const refused: [unknown, RegExp][] = [
      ['{', /claim = .*JSON/],
      [null, /claim = null/],
      [{ ...claim, format: 'claim' }, /claim.format/],
      [{ ...claim, version: 2 }, /claim.version = 2; allowed: 1/],
      [{ ...claim, certificate: 1 }, /claim.certificate = 1/],
      [{ ...claim, program: [] }, /program/],
    ];
    for (const [other, message] of refused) expect(() => readClaim(other)).toThrow(message);
  });
});
