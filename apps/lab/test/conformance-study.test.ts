import { conformancePrograms, evaluateExpression } from '@nonsmooth/subgradient';
import { key, uniform } from '@nonsmooth/tensor';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { run } from '../src/commands/run.js';
import type { Laboratory } from '../src/commands/command.js';
import { answersOf, questionsOf } from '../src/conformance/answers.js';
import { summaryOf } from '../src/conformance/summary.js';
import { fieldOf } from '../src/data/arithmetic.js';
import { readExpression } from '../src/data/expression.js';
import { printed } from '../src/data/printed.js';
import { readConformance } from '../src/read-study.js';

const place = mkdtempSync(join(tmpdir(), 'nonsmooth-conformance-'));
const here = process.cwd();
afterEach(() => process.chdir(here));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const libraries = `
    - { kind: direction, name: along a direction }
    - { kind: constants, name: zero, relu: 0, abs: 0, tie: 0.5 }
    - { kind: constants, name: one, relu: 1, abs: 1, tie: 1 }`;
const study = (programs: string, asked = libraries): string =>
  `title: At kinks\nconformance:\n  libraries:${asked}\n  programs: ${programs}\n`;
const answers = (text: string) => {
  const read = readConformance('study.yaml', text)!;
  return answersOf(read, questionsOf(read));
};

test('answers at kinks are those of the rules, and judged by the function', async () => {
  const found = await answers(
    study(`
    - { of: relu(x) - relu(-x), at: [0] }
    - { of: 'max(x, y) + min(x, y)', at: [1, 1] }
    - { of: abs(x) - abs(y), at: [0, 0] }
    - { of: floor(1.5) * abs(x), at: [0] }`),
  );
  const told = found.map(({ library, gradient, memberships: { clarke, limiting } }) => [
    library,
    gradient,
    clarke,
    limiting,
  ]);
  expect(told.slice(4)).toEqual([
    ['zero', [0], 'out', 'out'],
    ['zero', [1, 1], 'in', 'in'],
    ['zero', [0, 0], 'in', 'out'],
    ['zero', [0], 'in', 'in'],
    ['one', [2], 'out', 'out'],
    ['one', [2, 0], 'out', 'out'],
    ['one', [1, -1], 'in', 'in'],
    ['one', [1], 'in', 'in'],
  ]);
  expect(told.slice(0, 4).map(([, , ...sets]) => sets)).toEqual(
    Array.from({ length: 4 }, () => ['in', 'in']),
  );
});

test('a direction is never wrong on the programs with derived subdifferentials, constants are', async () => {
  const summary = summaryOf(await answers(study('derived')));
  const [direction, zero, one] = summary as [(typeof summary)[number], ...typeof summary];
  expect(direction).toMatchObject({ right: conformancePrograms.length, wrong: 0, undecided: 0 });
  expect(zero!.wrong).toBeGreaterThan(0);
  expect(one!.wrong).toBeGreaterThan(0);
});

test('expressions are printed in the language that is read', () => {
  const numbers = {
    constant: (value: number) => value,
    binary: {
      add: (u: number, v: number) => u + v,
      sub: (u: number, v: number) => u - v,
      mul: (u: number, v: number) => u * v,
      div: (u: number, v: number) => u / v,
      max: Math.max,
      min: Math.min,
    },
    unary: {
      abs: Math.abs,
      exp: Math.exp,
      sin: Math.sin,
      cos: Math.cos,
      tanh: Math.tanh,
      sqrt: Math.sqrt,
      neg: (u: number) => -u,
      square: (u: number) => u * u,
      relu: (u: number) => Math.max(u, 0),
    },
  };
  for (const { expression, point, name } of conformancePrograms) {
    const text = printed(expression);
    const field = fieldOf(readExpression(name, text, point.length));
    const { data } = uniform(key(5), [20, point.length], { low: -2, high: 2 });
    for (let i = 0; i < 20; i++) {
      const x = Array.from(data.subarray(i * point.length, (i + 1) * point.length));
      const right = evaluateExpression(expression, x, numbers);
      if (Number.isFinite(right)) expect(field(x), text).toBeCloseTo(right, 10);
    }
  }
  for (const text of [
    '-x^2',
    '(-x)^2',
    'x - (y - 1)',
    'x / (y * 2)',
    '(x < y ? 1 : 2) + 1',
    '2^x^y',
    'not (x > 0) or y == 1',
    '(x > 0) == y',
  ]) {
    const [once, twice] = [text, printed(readExpression('f', text, 2))].map((one) =>
      fieldOf(readExpression('f', one, 2)),
    );
    for (const x of [
      [0.5, 2],
      [-1, 3],
      [2, 1],
      [0, 0],
    ])
      expect(once!(x), text).toBe(twice!(x));
  }
});

test.each([
  [study('[{ of: relu(w), at: [0] }]'), /study\.yaml:7.*programs\.0\.of.*variables x0, x; not w/],
  [study('[{ of: floor(x), at: [0] }]'), /study\.yaml:7.*derivatives, not floor/],
  [study('[{ of: relu(x), at: [] }]'), /study\.yaml:7.*at least 1 entry/],
  [study('[]'), /at least 1 entry/],
  [study('all'), /derived, \{ derived: number \} or a list/],
  [study('derived', ' [{ kind: package, name: torch }]'), /tfjs, jax-js/],
  [study('derived', ' [{ kind: constants, name: a, relu: 2, abs: 0, tie: 0 }]'), /≤ 1/],
  [`${study('derived')}members: 3\n`, /keys: title, conformance/],
])('wrong studies are refused with line and path: %#', (text, message) => {
  const file = join(place, 'study.yaml');
  writeFileSync(file, text);
  expect(() => run.prepare([file, '--out', join(place, 'none')], {} as Laboratory)).toThrow(
    message,
  );
});

test('options of studies with members are refused', () => {
  const file = join(place, 'study.yaml');
  writeFileSync(file, study('derived'));
  expect(() => run.prepare([file, '--shard', '1/2'], {} as Laboratory)).toThrow(/--shard/);
});

/** A library as TensorFlow.js presents itself, whose derivatives are difference quotients to the right. */
const differences = `
const h = 2 ** -20;
const of = (f) => (...all) => ({ v: f(...all.map(({ v }) => v)), dataSync() { return [this.v]; } });
exports.setBackend = async () => true;
exports.scalar = (v) => of(() => v)();
for (const [name, f] of Object.entries({
  add: (u, v) => u + v, sub: (u, v) => u - v, mul: (u, v) => u * v, neg: (u) => -u, abs: Math.abs,
  relu: (u) => Math.max(u, 0), square: (u) => u * u, maximum: Math.max, minimum: Math.min,
})) exports[name] = of(f);
exports.grads = (f) => (values) =>
  values.map((_, i) => {
    const moved = values.map((one, j) => exports.scalar(one.v + (i === j ? h : 0)));
    return exports.scalar((f(...moved).v - f(...values).v) / h);
  });
`;

test('another library is loaded from its package, asked and judged; the results are written', async () => {
  const inside = join(place, '.packages/@tensorflow+tfjs@4.22.0/node_modules/@tensorflow/tfjs');
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, 'package.json'), '{ "name": "@tensorflow/tfjs", "main": "index.js" }');
  writeFileSync(join(inside, 'index.js'), differences);
  process.chdir(place);
  writeFileSync(
    'other.yaml',
    study(
      `
    - { of: relu(x) - relu(-x), at: [0] }
    - { of: -abs(x) + x^2, at: [0] }
    - { of: erf(x), at: [0] }`,
      '\n    - { kind: package, name: tfjs }',
    ),
  );
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  const status = await run.prepare(
    ['other.yaml', '--out', 'out', '--format', 'csv'],
    {} as Laboratory,
  )();
  expect(said.mock.calls.flat()).toContain('tfjs: 2 right, 0 wrong, 0 undecided, 1 without answer');
  said.mockRestore();
  expect(status).toBe(0);
  const [head, ...rows] = readFileSync('out/answers.csv', 'utf8').trim().split('\r\n');
  expect(head).toBe(
    'library,function,expression,point,answer,clarke,limiting,bouligand,frechet,reason',
  );
  expect(rows).toEqual([
    'tfjs,relu(x) - relu(-x),relu(x) - relu(-x),0,1,in,in,in,in,',
    expect.stringMatching(/^tfjs,-abs\(x\) \+ x\^2,.*,0,-0\.99999904\d*,in,out,out,out,$/),
    'tfjs,erf(x),erf(x),0,,,,,,erf is not asked of other libraries',
  ]);
  expect(readFileSync('out/summary.csv', 'utf8')).toContain('tfjs,3,2,0,0,1,1,1,1');
  expect(readFileSync('out/report.html', 'utf8')).toContain('Answers at kinks');
});
