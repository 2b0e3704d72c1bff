import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  abs,
  add,
  exp,
  log,
  logSumExp,
  max,
  maximum,
  min,
  minimum,
  mul,
  relu,
  reshape,
  sub,
  sum,
  tanh,
  at,
  trace,
  type Program,
  type Value,
} from '@nonsmooth/autodiff';
import { afterAll, describe, expect, test } from 'vitest';
import {
  certify,
  claimOf,
  conformancePrograms,
  programOfExpression,
  readClaim,
  verify,
  type Certificate,
  type Claim,
} from '@nonsmooth/subgradient';
import { forgeries } from './forgeries.js';
import { crossEntropyRiskOf, riskOf } from './support/relu-network.js';

const tools = join(import.meta.dirname, '../../../tools');
/** The checker in fractions, and the one that builds on it for irrational numbers. */
const checkers = ['verify_claim.py', 'verify_irrational.py'] as const;
type Checker = (typeof checkers)[number];
const hasPython = spawnSync('python3', ['--version']).status === 0;
const arange = (count: number) => Array.from({ length: count }, (_, i) => i);
const sets = ['frechet', 'limiting', 'bouligand', 'clarke'] as const;

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-claims-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a checker in Python says of the claims in a text: undefined, or why one is rejected. */
function verdictsOn(text: string | Buffer, checker: Checker): readonly (string | undefined)[] {
  const file = join(folder, 'claims.json');
  writeFileSync(file, text);
  const { stdout, stderr, status } = spawnSync('python3', [join(tools, checker), file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect(stderr).toBe('');
  const reasons = stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, reason] = /: accepted$|: rejected: (.*)$/.exec(line)!;
      return reason;
    });
  expect(status).toBe(reasons.some((reason) => reason !== undefined) ? 1 : 0);
  return reasons;
}

function verdicts(claims: readonly Claim[], checker: Checker): readonly (string | undefined)[] {
  const reasons = verdictsOn(JSON.stringify(claims), checker);
  expect(reasons.length).toBe(claims.length);
  return reasons;
}

const suite = conformancePrograms.flatMap(({ expression, point, checks }) => {
  const program = programOfExpression(expression, point.length);
  return [undefined, ...checks.map(({ vector }) => vector)].map((gradient) =>
    claimOf(certify(program, point, gradient && { gradient }).certificate, program),
  );
});

const claimAt = (program: Program, point: readonly number[], relu?: number) =>
  claimOf(
    certify(program, point, relu === undefined ? {} : { kinks: { relu, abs: 0, tie: 0.5 } })
      .certificate,
    program,
  );

/** Answers of sweeps at irrational data. */
const irrational: readonly (readonly [Program, readonly number[]])[] = [
  [trace((x) => abs(sub(exp(at(x, 0)), 1)), [[1]]), [0]],
  [trace((x) => sub(abs(mul(at(x, 0), exp(at(x, 1)))), relu(sub(at(x, 2), 1))), [[3]]), [0, 1, 1]],
  [trace((x) => relu(sub(tanh(at(x, 0)), tanh(at(x, 1)))), [[2]]), [0.3, 0.3]],
  [trace((x) => maximum(exp(at(x, 0)), mul(2, exp(at(x, 1)))), [[2]]), [0.7, 0.1]],
  [trace((x) => sum(relu(mul(tanh(x), [1, -2, 3]))), [[3]]), [0.2, 0, -1]],
  [trace((x) => abs(minimum(exp(at(x, 0)), sub(at(x, 1), at(x, 1)))), [[2]]), [1, 0.25]],
];

/** Three dependent kinks, of x and y. */
const dependent = (x: Value, y: Value): Value => sub(add(abs(x), abs(y)), abs(add(x, y)));

/** Irrational data whose structure is rational: one factor at all kinks, in them, or one function of them. */
const structural: readonly Program[] = [
  trace((x) => mul(exp(at(x, 2)), dependent(at(x, 0), at(x, 1))), [[3]]),
  trace((x) => dependent(mul(at(x, 0), exp(at(x, 2))), mul(at(x, 1), exp(at(x, 2)))), [[3]]),
  trace((x) => log(add(3, dependent(at(x, 0), sub(at(x, 1), at(x, 0))))), [[3]]),
];

/** Networks whose first hidden neurons are 0 at all samples: more kinks than parameters. */
const few = {
  widths: [1, 2, 2, 1],
  inputs: [[1], [-1], [2], [0.5]],
  targets: [[1], [0], [1], [2]],
};
const many = {
  ...few,
  inputs: arange(27).map((i) => [i / 8 - 1]),
  targets: arange(27).map((i) => [i % 3]),
};
const pairs = { widths: [2, 2, 2, 2], inputs: arange(9).map((i) => [i % 3, i / 4]) };
const dead = (dimension: number) =>
  Array.from({ length: dimension }, (_, i) => (i < 4 ? 0 : (i % 3) - 0.5));
const networks = [
  riskOf(few),
  riskOf(many),
  crossEntropyRiskOf(
    pairs,
    arange(9).map((i) => i % 2),
  ),
].map(({ program, dimension }) => [program, dead(dimension)] as const);

/** Fewer of what takes long: every third, or what is asked for. */
const someOf = <Item>(items: readonly Item[], stride = 3) =>
  items.filter((_, i) => i % stride === 0);

/** A loss of logits that are equal, and maxima over axes, at the first point also beside each other. */
const reductions: readonly (readonly [Program, readonly number[]])[] = [
  [trace((x) => sub(logSumExp(relu(x), [0]), at(x, 0)), [[3]]), [0, 0, -1]],
  [trace((x) => logSumExp(maximum(x, 1), [0]), [[2]]), [1, 1]],
  [trace((x) => max(mul(x, [1, 2, 1, 1, -1])), [[5]]), [1, 0.5, 1, 0, -2]],
  [trace((x) => sum(min(abs(reshape(x, [2, 3])), [1])), [[6]]), [0, 0, 1, 2, -2, 3]],
];

const others = [
  ...reductions.map(([program, point]) => claimAt(program, point)),
  ...irrational.map(([program, point]) => claimAt(program, point)),
  ...structural.flatMap((program) =>
    [undefined, 1, 0.5].map((relu) => claimAt(program, [0, 0, 1], relu)),
  ),
  ...networks.flatMap(([program, point]) =>
    [0, 1, 0.5].map((relu) => claimAt(program, point, relu)),
  ),
];

/** What the packages' own checker, another program, says. */
function isVerified(certificate: Certificate, program: Program): boolean {
  try {
    return verify(certificate, program);
  } catch {
    return false;
  }
}

/** The claim with one node of its program damaged. */
function* damagedPrograms(claim: Claim): Generator<Claim> {
  const opposite: Record<string, string> = {
    relu: 'abs',
    abs: 'relu',
    maximum: 'minimum',
    minimum: 'maximum',
    add: 'sub',
    sub: 'add',
    neg: 'square',
  };
  const { nodes } = claim.program;
  const withNode = (i: number, change: object): Claim => ({
    ...claim,
    program: { ...claim.program, nodes: nodes.with(i, { ...nodes[i]!, ...change }) },
  });
  for (const [i, node] of nodes.entries()) {
    const { op } = node;
    const inputs: readonly number[] = node.inputs;
    const { value } = node as { value?: readonly number[] };
    if (op in opposite) yield withNode(i, { op: opposite[op] });
    if (inputs.length > 0) {
      yield withNode(i, { inputs: inputs.with(0, Math.max(0, inputs[0]! - 1)) });
    }
    if (inputs.length === 2) yield withNode(i, { inputs: inputs.toReversed() });
    if (value !== undefined) {
      yield withNode(i, { value: value.map((entry) => -entry) });
      yield withNode(i, { value: value.with(0, value[0]! + 1) });
    }
    yield { ...claim, program: { ...claim.program, nodes: nodes.toSpliced(i, 1) } };
  }
}

describe.runIf(hasPython)('the checker in Python', () => {
  test.each(checkers)('%s accepts every certificate of the conformance suite', (checker) => {
    expect(suite.length).toBeGreaterThan(400);
    expect(verdicts(suite, checker).filter((reason) => reason !== undefined)).toEqual([]);
  });

  test.each(checkers)('%s can be read: at most 500 lines of at most 100 columns', (checker) => {
    const lines = readFileSync(join(tools, checker), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(500);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('accepts irrational data, by intervals and by their structure, and shifts of biases', () => {
    const models = new Set(others.map(({ certificate }) => certificate.model));
    expect([...models].sort()).toEqual(['exact', 'layers', 'robust', 'structural']);
    expect(JSON.stringify(others)).toContain('"biasShift"');
    expect(
      verdicts(others, 'verify_irrational.py').filter((reason) => reason !== undefined),
    ).toEqual([]);
  });

  test('leaves irrational numbers to the other one', () => {
    const reasons = verdicts(others, 'verify_claim.py').filter((reason) => reason !== undefined);
    const left = reasons.filter((reason) => /irrational|is not known/.test(reason));
    expect(left.length).toBeGreaterThan(10);
    expect(left).toEqual(reasons);
  });

  test.each(checkers)(
    '%s rejects over 1000 tampered ones; what it accepts is still true',
    (checker) => {
      const seen = new Map<string, number>();
      const chosen = [...suite, ...(checker === 'verify_claim.py' ? [] : others)].filter(
        ({ program, certificate: { model, decisions } }) => {
          const kinds = [model, ...sets.map((set) => decisions[set].proof?.kind)].join();
          seen.set(kinds, (seen.get(kinds) ?? 0) + 1);
          const isClaim = sets.some((set) => decisions[set].answer !== 'undecided');
          return (
            isClaim && seen.get(kinds)! <= 1 && JSON.stringify([decisions, program]).length < 2500
          );
        },
      );
      const strideOf = ({ certificate: { choice } }: Claim) =>
        (choice?.length ?? 0) > 20 ? 60 : checker === 'verify_claim.py' ? 1 : 3;
      const tampered = chosen.flatMap((claim) => [
        ...someOf(
          [...forgeries(JSON.parse(JSON.stringify(claim.certificate)))],
          strideOf(claim),
        ).map((certificate) => ({
          ...claim,
          certificate: certificate as unknown as Certificate,
        })),
        ...someOf([...damagedPrograms(claim)], strideOf(claim) === 60 ? 8 : 1),
      ]);
      const reasons = verdicts(tampered, checker);
      const count = reasons.filter((reason) => reason !== undefined).length;
      expect(count).toBeGreaterThan(1000);
      tampered.forEach((damaged, i) => {
        if (reasons[i] !== undefined) return;
        const { program, certificate } = readClaim(JSON.parse(JSON.stringify(damaged)));
        const { point, gradient, choice, decisions } = certificate;
        if (isVerified(certificate, program)) return;
        // proofs that only the checker in Python follows: of an exact vector, or of a sweep with one sign everywhere
        const sign = choice?.[0] ?? -1;
        if (choice?.some((other) => other !== sign)) throw new Error('a choice of several signs');
        const kinks = { relu: (1 + sign) / 2, abs: sign, tie: (1 + sign) / 2 };
        const budget = { cells: 500, tests: 5000, exactSolves: 100 };
        const question = choice ? { kinks, budget } : { gradient, budget };
        const truth = certify(program, point, question).memberships;
        for (const set of sets) {
          const { answer } = decisions[set];
          if (answer !== 'undecided' && truth[set] !== 'undecided') expect(answer).toBe(truth[set]);
        }
      });
    },
    300_000,
  );

  test('rejects answers turned around', () => {
    const turned = [...someOf(suite), ...others].flatMap((claim) =>
      sets.flatMap((set) => {
        const { answer, proof } = claim.certificate.decisions[set];
        if (answer === 'undecided') return [];
        const decision = { answer: answer === 'in' ? 'out' : 'in', proof } as const;
        const decisions = { ...claim.certificate.decisions, [set]: decision };
        return [{ ...claim, certificate: { ...claim.certificate, decisions } }];
      }),
    );
    expect(turned.length).toBeGreaterThan(500);
    for (const checker of checkers) expect(verdicts(turned, checker)).not.toContain(undefined);
  });

  test.each(checkers)('%s says of whatever is in a file that it is no claim', (checker) => {
    const text = JSON.stringify(suite[0]);
    const certificate = '"certificate":{';
    const damaged: readonly (string | Buffer)[] = [
      '',
      '{',
      '[null]',
      '"claim"',
      Buffer.from([0xff, 0xfe, 0x00]),
      '['.repeat(200_000),
      `{"a":${'9'.repeat(10_000)}}`,
      text.replace('"point":[', '"point":[NaN,'),
      text.replace('"gradient":[', '"gradient":[1e999,'),
      text.replace(certificate, `${certificate}"point":[7],`),
      text.replace('"version":1', '"version":true'),
    ];
    for (const content of damaged) expect(verdictsOn(content, checker)).not.toContain(undefined);
  });

  test.each(checkers)('%s ends soon on claims that would take forever', (checker) => {
    const input = { op: 'input', inputs: [], shape: [1], index: 0 };
    const claim = (nodes: readonly object[]) => ({
      format: 'nonsmooth claim',
      version: 1,
      program: { nodes: [input, ...nodes], inputs: [0], outputs: [nodes.length] },
      certificate: {
        kind: 'subdifferential',
        point: [1.5],
        gradient: [0],
        tolerance: 0,
        model: 'exact',
        decisions: Object.fromEntries(
          sets.map((set) => [set, { answer: 'in', proof: { kind: 'differentiable' } }]),
        ),
      },
    });
    const squares = arange(80).map((i) => ({ op: 'square', inputs: [i], shape: [1] }));
    const wide = [{ op: 'broadcast', inputs: [0], shape: [1_000_000_000] }];
    const hollow = [{ op: 'broadcast', inputs: [0], shape: [0, 1_000_000_000] }];
    const kinks = [
      { op: 'constant', inputs: [], shape: [1], value: [1.5] },
      { op: 'sub', inputs: [0, 1], shape: [1] },
      { op: 'broadcast', inputs: [2], shape: [60] },
      { op: 'abs', inputs: [3], shape: [60] },
      { op: 'sum', inputs: [4], shape: [], axes: [0] },
    ];
    const search = structuredClone(claim(kinks));
    Object.assign(search.certificate.decisions, {
      clarke: { answer: 'out', proof: { kind: 'separation', direction: [[0, '0']] } },
      bouligand: { answer: 'out', proof: { kind: 'noCell' } },
    });
    const long = structuredClone(claim(kinks));
    Object.assign(long.certificate.decisions, {
      frechet: { answer: 'out', proof: { kind: 'descent', direction: [[0, '1e999999999']] } },
    });
    const hostile = [...[squares, wide, hollow].map(claim), search, long];
    expect(verdictsOn(JSON.stringify(hostile), checker)).not.toContain(undefined);
  });

  test.each(checkers)('%s imports nothing but the standard library', (checker) => {
    const source = execFileSync(
      'python3',
      [
        '-c',
        `
import ast, sys
tree = ast.parse(open(sys.argv[1], encoding='utf-8').read())
names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
print([n for n in names if n not in sys.stdlib_module_names and n != 'verify_claim'])
`,
        join(tools, checker),
      ],
      { encoding: 'utf8' },
    );
    expect(source).toBe('[]\n');
  });
});

test.skipIf(hasPython)('the checker in Python is not tested: there is no python3', () => {});
