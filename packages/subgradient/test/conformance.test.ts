import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { certify } from '@nonsmooth/subgradient';
import { programOfExpression, type Expression } from './support/expression.js';

interface Check {
  readonly vector: number[];
  readonly clarke: boolean;
  readonly limiting: boolean;
  readonly bouligand: boolean;
  readonly frechet: boolean;
  readonly undecidedAllowed?: string[];
}

interface KinkProgram {
  readonly name: string;
  readonly expr: Expression;
  readonly point: number[];
  readonly checks: Check[];
}

const file = new URL('data/kink-programs.json', import.meta.url);
const { programs } = JSON.parse(readFileSync(file, 'utf8')) as { programs: KinkProgram[] };
const sets = ['clarke', 'limiting', 'bouligand', 'frechet'] as const;

describe.each(programs)('$name', ({ expr, point, checks }) => {
  const program = programOfExpression(expr, point.length);
  test.each(checks)('memberships of $vector are as known', (check) => {
    const { memberships, reasons } = certify(program, point, { gradient: check.vector });
    for (const set of sets) {
      const truth = check[set] ? 'in' : 'out';
      const allowed = check.undecidedAllowed?.includes(set) ? [truth, 'undecided'] : [truth];
      expect(allowed, `${set} ${reasons.join()}`).toContain(memberships[set]);
    }
  });
});
