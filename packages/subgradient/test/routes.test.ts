import { objective, type KinkPolicy, type Program } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  absNormalForm,
  certify,
  linearization,
  signatureAt,
  signatureGradient,
  verify,
} from '@nonsmooth/subgradient';
import { programOfExpression } from '@nonsmooth/subgradient';
import { programAtPoint } from './support/random-program.js';
import { randomNumbers } from './support/random-rows.js';

const plain = (values: ArrayLike<number>): number[] => Array.from(values, (v) => v + 0);

function sweep(program: Program, x: readonly number[], kinks?: KinkPolicy): number[] {
  const gradient = new Float64Array(x.length);
  objective(program, x.length, kinks && { kinks }).gradient(Float64Array.from(x), gradient);
  return plain(gradient);
}

const order = ['clarke', 'limiting', 'bouligand', 'frechet'] as const;

test('a backward sweep with a signature is the dense abs-normal algebra', () => {
  fc.assert(
    fc.property(
      programAtPoint({ depth: 4, curved: true }),
      fc.array(fc.constantFrom(-1, 1, 0, 0.5), { minLength: 64, maxLength: 64 }),
      ({ expression, point }, choices) => {
        const program = programOfExpression(expression, point.length);
        const form = absNormalForm(program, point);
        const signature = signatureAt(
          form,
          form.switching.map((_, i) => choices[i % 64]!),
        );
        const dense = signatureGradient(form, signature);
        expect(plain(dense)).toEqual(sweep(program, point, { signature }));
      },
    ),
    { numRuns: 600 },
  );
});

test('piecewise linear programs: gradients sampled around the point are Bouligand, and f is its linearization', () => {
  fc.assert(
    fc.property(programAtPoint({ depth: 4, curved: false }), fc.nat(1000), (given, seed) => {
      const { expression, point } = given;
      const program = programOfExpression(expression, point.length);
      const form = absNormalForm(program, point);
      const value = (x: readonly number[]) =>
        objective(program, x.length).value(Float64Array.from(x));
      for (const direction of randomNumbers(4, point.length, seed)) {
        const step = direction.map((d) => Math.round(d * 1024) / 2 ** 20);
        const near = point.map((x, t) => x + step[t]!);
        if (absNormalForm(program, near).switching.some((z) => z === 0)) continue;
        expect(value(near) + 0).toBe(form.value + linearization(form, step).value + 0);
        const gradient = sweep(program, near);
        const { memberships } = certify(program, point, { gradient });
        expect(memberships).toMatchObject({ bouligand: 'in', limiting: 'in', clarke: 'in' });
      }
    }),
    { numRuns: 250 },
  );
});

test('curved programs: no limit of gradients along a parabola is called out', () => {
  let decided = 0;
  const entries = fc.array(fc.constantFrom(-1, -0.5, 0, 0, 0.5, 1), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(programAtPoint({ depth: 4, curved: true }, 2), entries, entries, (given, d, e) => {
      const { expression, point } = given;
      const program = programOfExpression(expression, point.length);
      // gradients of piecewise polynomials at x + t·d + t²·e tend to their limit like t
      const at = [20, 21].map((k) => {
        const t = 2 ** -k;
        const near = point.map((x, i) => x + t * d[i]! + t * t * e[i]!);
        return absNormalForm(program, near).switching.some((z) => z === 0)
          ? []
          : sweep(program, near);
      });
      const limit = at[1]!.map((g) => Math.round(g * 1024) / 1024);
      const tends = limit.every(
        (g, t) => Math.abs(g - at[1]![t]!) < 1e-3 && Math.abs(g - at[0]![t]!) < 2e-3,
      );
      if (limit.length === 0 || !tends) return;
      const { memberships } = certify(program, point, { gradient: limit });
      for (const set of ['clarke', 'limiting', 'bouligand'] as const) {
        expect(memberships[set]).not.toBe('out');
        if (memberships[set] === 'in') decided++;
      }
    }),
    { numRuns: 800 },
  );
  expect(decided).toBeGreaterThan(800);
});

test('memberships obey the inclusions, and every certificate verifies', () => {
  fc.assert(
    fc.property(
      programAtPoint({ depth: 4, curved: true }),
      fc.array(fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2), { minLength: 3, maxLength: 3 }),
      ({ expression, point }, entries) => {
        const program = programOfExpression(expression, point.length);
        for (const gradient of [undefined, entries.slice(0, point.length)]) {
          const { memberships: m, certificate } = certify(program, point, gradient && { gradient });
          for (const [smaller, larger] of [
            ['frechet', 'limiting'],
            ['bouligand', 'limiting'],
            ['limiting', 'clarke'],
          ] as const) {
            if (m[smaller] === 'in') expect(m[larger]).toBe('in');
            if (m[larger] === 'out') expect(m[smaller]).toBe('out');
          }
          const copy = JSON.parse(JSON.stringify(certificate)) as typeof certificate;
          expect(verify(copy, program)).toBe(true);
          for (const set of order) {
            const answer = m[set] === 'in' ? 'out' : 'in';
            const decisions = {
              ...copy.decisions,
              [set]: { ...copy.decisions[set], answer, proof: copy.decisions[set].proof },
            };
            expect(() => verify({ ...copy, decisions }, program)).toThrow();
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
