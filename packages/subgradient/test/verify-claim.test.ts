import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  abs,
  exp,
  maximum,
  mul,
  relu,
  sub,
  sum,
  tanh,
  at,
  trace,
  type Program,
} from '@nonsmooth/autodiff';
import { afterAll, describe, expect, test } from 'vitest';
import {
  certify,
  claimOf,
  conformancePrograms,
  programOfExpression,
  readClaim,
  type Certificate,
  type Claim,
} from '@nonsmooth/subgradient';
import { forgeries } from './forgeries.js';

const checker = join(import.meta.dirname, '../../../tools/verify_claim.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const sets = ['frechet', 'limiting', 'bouligand', 'clarke'] as const;

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-claims-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the checker in Python says of each claim: undefined, or why it is rejected. */
function verdicts(claims: readonly Claim[]): readonly (string | undefined)[] {
  const file = join(folder, 'claims.json');
  writeFileSync(file, JSON.stringify(claims));
  const { stdout, stderr, status } = spawnSync('python3', [checker, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect(status, stderr).toBeLessThanOrEqual(1);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBe(claims.length);
  return lines.map((line) => /: rejected: (.*)$/.exec(line)?.[1]);
}

const suite = conformancePrograms.flatMap(({ expression, point, checks }) => {
  const program = programOfExpression(expression, point.length);
  return [undefined, ...checks.map(({ vector }) => vector)].map((gradient) =>
    claimOf(certify(program, point, gradient && { gradient }).certificate, program),
  );
});

/** Answers of sweeps at irrational data. */
const irrational: readonly (readonly [Program, readonly number[]])[] = [
  [trace((x) => abs(sub(exp(at(x, 0)), 1)), [[1]]), [0]],
  [trace((x) => sub(abs(mul(at(x, 0), exp(at(x, 1)))), relu(sub(at(x, 2), 1))), [[3]]), [0, 1, 1]],
  [trace((x) => relu(sub(tanh(at(x, 0)), tanh(at(x, 1)))), [[2]]), [0.3, 0.3]],
  [trace((x) => maximum(exp(at(x, 0)), mul(2, exp(at(x, 1)))), [[2]]), [0.7, 0.1]],
  [trace((x) => sum(relu(mul(tanh(x), [1, -2, 3]))), [[3]]), [0.2, 0, -1]],
];

describe.runIf(hasPython)('the checker in Python', () => {
  test('accepts every certificate of the conformance suite', () => {
    expect(suite.length).toBeGreaterThan(400);
    expect(verdicts(suite).filter((reason) => reason !== undefined)).toEqual([]);
  });

  test('accepts answers of sweeps at irrational data, by intervals', () => {
    const claims = irrational.map(([program, point]) =>
      claimOf(certify(program, point).certificate, program),
    );
    expect(verdicts(claims)).toEqual(claims.map(() => undefined));
  });

  test('rejects thousands of tampered ones; what it accepts is still true', () => {
    const seen = new Map<string, number>();
    const chosen = suite.filter(({ certificate: { model, decisions } }) => {
      const kinds = [model, ...sets.map((set) => decisions[set].proof?.kind)].join();
      seen.set(kinds, (seen.get(kinds) ?? 0) + 1);
      return seen.get(kinds)! <= 1;
    });
    const tampered = chosen.flatMap((claim) =>
      [...forgeries(JSON.parse(JSON.stringify(claim.certificate)))].map((certificate) => ({
        ...claim,
        certificate: certificate as unknown as Certificate,
      })),
    );
    const reasons = verdicts(tampered);
    expect(reasons.filter((reason) => reason !== undefined).length).toBeGreaterThan(1000);
    tampered.forEach((claim, i) => {
      if (reasons[i] !== undefined) return;
      const { program, certificate } = readClaim(JSON.parse(JSON.stringify(claim)));
      const { point, gradient, choice, decisions } = certificate;
      const original = chosen.find((one) => one.program === claim.program)!.certificate;
      const truth = certify(program, point, {
        gradient: choice === undefined ? gradient : original.gradient,
      }).memberships;
      for (const set of sets) {
        const { answer } = decisions[set];
        if (answer !== 'undecided' && truth[set] !== 'undecided') expect(answer).toBe(truth[set]);
      }
    });
  });

  test('rejects answers turned around', () => {
    const turned = suite.flatMap((claim) =>
      sets.flatMap((set) => {
        const { answer, proof } = claim.certificate.decisions[set];
        if (answer === 'undecided') return [];
        const decision = { answer: answer === 'in' ? 'out' : 'in', proof } as const;
        const decisions = { ...claim.certificate.decisions, [set]: decision };
        return [{ ...claim, certificate: { ...claim.certificate, decisions } }];
      }),
    );
    expect(turned.length).toBeGreaterThan(1000);
    expect(verdicts(turned)).not.toContain(undefined);
  });

  test('is at most 500 lines, and imports nothing but the standard library and its own other file', () => {
    const source = execFileSync(
      'python3',
      [
        '-c',
        `
import ast, sys
for name in sys.argv[1:]:
    text = open(name, encoding='utf-8').read()
    names = [a.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]
    foreign = [n for n in names if n not in sys.stdlib_module_names and n != 'abs_normal_form']
    print(text.count(chr(10)) <= 500, foreign)
`,
        checker,
        join(checker, '../abs_normal_form.py'),
      ],
      { encoding: 'utf8' },
    );
    expect(source).toBe('True []\nTrue []\n');
  });
});

test.skipIf(hasPython)('the checker in Python is not tested: there is no python3', () => {});
