import {
  abs,
  add,
  argmax,
  cos,
  elementwise,
  exp,
  gather,
  grad,
  greater,
  jvp,
  mul,
  neg,
  norm,
  objective,
  relu,
  reshape,
  scatterAdd,
  sin,
  softmax,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  trace,
  where,
  max,
} from '@nonsmooth/autodiff';
import type { Tracer, Value } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  absNormalForm,
  certify,
  programOfExpression,
  signatureAt,
  signatureGradient,
  verify,
  type Expression,
  type Reason,
} from '@nonsmooth/subgradient';
import { integerCase, riskOf } from './support/relu-network.js';
import { programAtPoint } from './support/random-program.js';
import { randomNumbers } from './support/random-rows.js';

const at = (x: Tracer, i: number): Value => sum(gather(x, [i]));
const textsOf = (reasons: readonly Reason[]): string => reasons.map(({ text }) => text).join();

const all = (answer: string) => ({
  frechet: answer,
  limiting: answer,
  bouligand: answer,
  clarke: answer,
});

test('without an active kink that matters every set is {∇f}, and the verdict is gradient', () => {
  const f = (x: Tracer) => mul(at(x, 1), relu(at(x, 0)));
  const smooth = certify(f, [2, 3]);
  expect(smooth).toMatchObject({ verdict: 'gradient', memberships: all('in'), activeKinks: [] });
  const dead = certify(f, [0, 0]);
  expect(dead).toMatchObject({ verdict: 'gradient', memberships: all('in') });
  expect(dead.activeKinks).toMatchObject([{ op: 'relu', matters: false }]);
  const wrong = certify(f, [2, 3], { gradient: [3, 3] });
  expect(wrong).toMatchObject({ verdict: 'none', memberships: all('out') });
});

test('the verdict is the strongest membership in the documented order', () => {
  const f = (x: Tracer) => sub(abs(at(x, 0)), abs(at(x, 1)));
  const verdict = (gradient: number[]) => certify(f, [0, 0], { gradient }).verdict;
  expect(verdict([1, 1])).toBe('bouligand');
  expect(verdict([0.5, 1])).toBe('limiting');
  expect(verdict([1, 0.5])).toBe('clarke');
  expect(verdict([2, 1])).toBe('none');
  expect(certify((x) => abs(at(x, 0)), [0], { gradient: [1] }).verdict).toBe('frechet');
});

test('places where f is not abs-smooth make everything undecided, with the operation named', () => {
  const cases: [(x: Tracer) => Value, number[], RegExp][] = [
    [(x) => sqrt(at(x, 0)), [0], /sqrt.*not Lipschitz/],
    [(x) => norm(x), [0, 0], /norm|sqrt/],
    [(x) => where(greater(at(x, 0), 0), 1, at(x, 0)), [0], /greater.*jumps/],
    [(x) => mul(at(x, 0), at(x, 1)), [1e300, 1e300], /value is Infinity/],
  ];
  for (const [f, point, reason] of cases) {
    const { verdict, memberships, reasons, certificate } = certify(f, point);
    expect(verdict).toBe('undecided');
    expect(memberships).toEqual(all('undecided'));
    expect(textsOf(reasons)).toMatch(reason);
    expect(reasons.map(({ code }) => code)).toEqual([
      reason.source.startsWith('value') ? 'notFinite' : 'notAbsSmooth',
    ]);
    expect(verify(certificate, f)).toBe(true);
  }
});

test('away from such places they are smooth', () => {
  const f = (x: Tracer) => where(greater(at(x, 0), 0), sqrt(abs(at(x, 0))), 0);
  expect(certify(f, [4])).toMatchObject({ verdict: 'gradient' });
  expect(certify((x) => norm(x), [3, 4]).verdict).toBe('gradient');
  expect(certify((x) => sqrt(square(at(x, 0))), [0], { gradient: [0.5] }).verdict).toBe('frechet');
});

test('a kink whose sign rounding hides is undecided, not guessed', () => {
  // e² − e·e is 0 in exact arithmetic and some roundings away from it in doubles
  const f = (x: Tracer) => abs(sub(exp(mul(2, at(x, 0))), square(exp(at(x, 0)))));
  const { verdict, reasons } = certify(f, [1]);
  expect(verdict).toBe('undecided');
  expect(textsOf(reasons)).toMatch(/hidden by rounding/);
  // 0.1 + 0.2 − 0.3 is not 0 for the doubles themselves, and that is decided without a tolerance
  const g = (x: Tracer) => abs(sub(add(at(x, 0), at(x, 1)), at(x, 2)));
  expect(certify(g, [0.1, 0.2, 0.3])).toMatchObject({ verdict: 'gradient' });
  // 3·(1/3) − 1 rounds to 0 but is negative
  const third = certify((x) => abs(sub(mul(3, at(x, 0)), 1)), [1 / 3], { gradient: [-3] });
  expect(third).toMatchObject({ verdict: 'gradient', activeKinks: [] });
});

test('irrational data with independent rows are decided by margins', () => {
  const f = (x: Tracer) =>
    sub(abs(mul(at(x, 0), exp(at(x, 1)))), relu(mul(tanh(at(x, 1)), sub(at(x, 2), 1))));
  const found = certify(f, [0, 1, 1], { kinks: { relu: 1, abs: 0.5, tie: 0.5 } });
  expect(found.certificate.model).toBe('robust');
  expect(found.memberships).toEqual({
    frechet: 'out',
    limiting: 'in',
    bouligand: 'out',
    clarke: 'in',
  });
  expect(verify(found.certificate, f)).toBe(true);
  const other = certify(f, [0, 1, 1], { gradient: [0.25, 0, 0] });
  expect(other.verdict).toBe('undecided');
});

test('irrational data with kinks of the same function up to a factor: taken as one kink', () => {
  const z = (x: Tracer) => mul(exp(at(x, 1)), at(x, 0));
  // z in disguise: the sweep answers 0 or 2z′
  const twice = (x: Tracer) => sub(relu(z(x)), relu(neg(z(x))));
  const answers = [0, 1].map((slope) =>
    certify(twice, [0, 1], { kinks: { relu: slope, abs: 0, tie: 0.5 } }),
  );
  for (const { certificate, memberships } of answers) {
    expect(certificate.model).toBe('robust');
    expect(Object.values(memberships)).toEqual(['out', 'out', 'out', 'out']);
    expect(verify(JSON.parse(JSON.stringify(certificate)) as typeof certificate, twice)).toBe(true);
  }
  const half = certify(twice, [0, 1], { kinks: { relu: 0.5, abs: 0, tie: 0.5 } });
  expect(half.memberships.frechet).toBe('in');
  // |z| three times: −1, 0 and 1 times z′·(1 + 2 + ½) by signs, each as for one |z|
  const sum3 = (x: Tracer) => add(abs(z(x)), add(abs(mul(-2, z(x))), abs(mul(0.5, z(x)))));
  expect(certify(sum3, [0, 1], { kinks: { relu: 0, abs: 0, tie: 0.5 } }).memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'out',
    clarke: 'in',
  });
  // signs (1, 1, 1): z′·(1 − 2 + ½), attained by no side, and Fréchet for the convex f
  const mixed = certify(sum3, [0, 1], { kinks: { relu: 0, abs: 1, tie: 0.5 } });
  expect(mixed.memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'out',
    clarke: 'in',
  });
  // with the other sign f is concave: nothing but the two ends is limiting
  const concave = certify((x) => neg(sum3(x)), [0, 1], { kinks: { relu: 0, abs: 1, tie: 0.5 } });
  expect(concave.memberships).toEqual({
    frechet: 'out',
    limiting: 'out',
    bouligand: 'out',
    clarke: 'in',
  });
  // exp(x₁)x₀ and x₀ have the same sign: (e^x₁ − 1)|x₀|
  const positive = certify((x) => sub(abs(z(x)), abs(at(x, 0))), [0, 1]);
  expect(positive.verdict).toBe('frechet');
  // exp(x₁)x₀ and x₀ + (x₁ − 1)² are different functions with parallel gradients
  const bent = (x: Tracer) => add(at(x, 0), square(sub(at(x, 1), 1)));
  const parallel = certify((x) => sub(abs(z(x)), abs(bent(x))), [0, 1]);
  expect(parallel.verdict).toBe('undecided');
  expect(textsOf(parallel.reasons)).toMatch(/irrational data: rows .* dependent/);
});

test('stretching all coordinates by exp(y), y = 1, keeps every membership that is decided', () => {
  const stretched = (e: Expression, y: number): Expression => {
    if (e[0] === 'x') return ['mul', e, ['exp', ['x', y]]];
    return e[0] === 'c' ? e : [e[0], ...e.slice(1).map((arg) => stretched(arg as Expression, y))];
  };
  const counts = { decided: 0, undecided: 0 };
  const models = new Set<string>();
  fc.assert(
    fc.property(
      programAtPoint({ depth: 4, curved: false }),
      fc.constantFrom(-1, 1, 0, 0.5),
      fc.constantFrom(0, 1, 0.5),
      ({ expression, point }, slope, relu0) => {
        const n = point.length;
        const origin = point.map(() => 0);
        const options = { kinks: { relu: relu0, abs: slope, tie: 0.5 } };
        const plain = certify(programOfExpression(expression, n), origin, options);
        const program = programOfExpression(stretched(expression, n), n + 1);
        const found = certify(program, [...origin, 1], options);
        const copy = JSON.parse(JSON.stringify(found.certificate)) as typeof found.certificate;
        expect(verify(copy, program)).toBe(true);
        models.add(found.certificate.model);
        for (const set of ['frechet', 'limiting', 'bouligand', 'clarke'] as const) {
          const answer = found.memberships[set];
          counts[answer === 'undecided' ? 'undecided' : 'decided']++;
          if (answer !== 'undecided') expect(answer).toBe(plain.memberships[set]);
        }
      },
    ),
    { numRuns: 250 },
  );
  expect([...models].sort()).toEqual(['exact', 'robust', 'structural']);
  expect(counts.undecided).toBeLessThan(counts.decided / 10);
});

test('rounded answers of a sweep are judged with an explicit tolerance, reported in the certificate', () => {
  const f = (x: Tracer) => mul(1 / 3, abs(mul(3, at(x, 0))));
  const { gradient } = certify(f, [0], { kinks: { relu: 1, abs: 1, tie: 1 } });
  const near = [gradient[0]! + 1e-13];
  expect(certify(f, [0], { gradient: near }).memberships.bouligand).toBe('out');
  const tolerant = certify(f, [0], {
    gradient: near,
    kinks: { relu: 1, abs: 1, tie: 1 },
    tolerance: 1e-12,
  });
  expect(tolerant.memberships.bouligand).toBe('in');
  expect(tolerant.certificate.tolerance).toBe(1e-12);
  expect(verify(tolerant.certificate, f)).toBe(true);
});

test('an exhausted budget is undecided and names the count and the limit', () => {
  const f = (x: Tracer) => {
    const [u, v] = [at(x, 0), at(x, 1)];
    return sub(add(relu(u), relu(v)), add(relu(add(u, v)), abs(sub(u, mul(2, v)))));
  };
  const { memberships, reasons } = certify(f, [0, 0], {
    gradient: [0.125, 0.0625],
    budget: { cells: 3 },
  });
  expect(Object.values(memberships)).toContain('undecided');
  expect(textsOf(reasons)).toMatch(/budget exhausted: more than 3 cells/);
  expect(reasons.some(({ code }) => code === 'budgetExhausted')).toBe(true);
  const enough = certify(f, [0, 0], { gradient: [0.125, 0.0625] });
  expect(Object.values(enough.memberships)).not.toContain('undecided');
});

test('the radius of constancy is rigorous: within it no sign changes, and it is within a factor of the truth', () => {
  fc.assert(
    fc.property(integerCase, fc.nat(1000), ({ problem, theta }, seed) => {
      const risk = riskOf(problem);
      const { radiusOfConstancy: rho } = certify(risk, theta, { refinements: 20 });
      const signs = absNormalForm(risk, theta).switching.map(Math.sign);
      if (rho === Infinity) return;
      expect(rho).toBeGreaterThan(0);
      for (const noise of randomNumbers(5, theta.length, seed)) {
        const moved = theta.map((t, i) => t + rho * Math.sign(noise[i]!));
        absNormalForm(risk, moved).switching.forEach((z, i) => {
          if (signs[i] !== 0) expect(Math.sign(z)).toBe(signs[i]);
        });
      }
    }),
    { numRuns: 40 },
  );
  expect(
    certify((x) => abs(sub(at(x, 0), 3)), [1], { refinements: 40 }).radiusOfConstancy,
  ).toBeCloseTo(2, 8);
  const wave = certify((x) => relu(add(sin(at(x, 0)), cos(at(x, 1)))), [0, 0], { refinements: 40 });
  expect(wave.radiusOfConstancy).toBeGreaterThan(0.49);
  expect(wave.radiusOfConstancy).toBeLessThan(Math.PI / 4);
});

test('within the radius of constancy no comparison changes its answer, with and without active kinks', () => {
  const jump = (x: Tracer) =>
    sum(where(greater(mul(at(x, 0), at(x, 1)), 1), mul(3, sum(x)), mul(2, sum(x))));
  const kink = (x: Tracer) => add(abs(sub(at(x, 0), at(x, 1))), jump(x));
  for (const f of [jump, kink]) {
    // x·y = 1 at distance 0.1 along the diagonal
    const { radiusOfConstancy } = certify(f, [0.9, 0.9], { refinements: 40 });
    expect(radiusOfConstancy).toBeCloseTo(0.1, 8);
    expect(radiusOfConstancy).toBeLessThanOrEqual(0.1);
  }
  // which entry is the largest is not bounded
  const leader = (x: Tracer) => mul(sum(argmax(x, 0)), sum(x));
  expect(certify(leader, [1, 2]).radiusOfConstancy).toBe(0);
  // numbers are compared once for all
  const known = (x: Tracer) => sum(where(greater(2, 1), x, neg(x)));
  expect(certify(known, [1, 2]).radiusOfConstancy).toBe(Infinity);
});

test('a sign that rests on digits that doubles do not have is constant for no known radius', () => {
  // 0.1 + 0.2 − 0.3 > 0 for these doubles, but it is smaller than the rounding of the sum
  const rounded = certify((x) => abs(sub(sum(x), 0.3)), [0.1, 0.2]);
  expect(rounded).toMatchObject({ verdict: 'gradient', radiusOfConstancy: 0 });
  // x·y underflows, but changes its sign where x moves by 1e−200
  const product = certify((x) => relu(mul(at(x, 0), at(x, 1))), [1e-200, 1e-200]);
  expect(product.radiusOfConstancy).toBe(0);
  // x·y overflows
  expect(certify((x) => relu(mul(at(x, 0), at(x, 1))), [1e200, 1e200])).toMatchObject({
    verdict: 'undecided',
    radiusOfConstancy: 0,
  });
});

test('n-ary ties split equally by a sweep are judged as the vectors they are', () => {
  const { gradient, verdict } = certify((x) => max(x), [1, 1, 1, 1]);
  expect(Array.from(gradient)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(verdict).toBe('frechet');
});

test('certificates that are tampered with are rejected', () => {
  const f = (x: Tracer) => sub(relu(add(at(x, 0), at(x, 1))), abs(at(x, 1)));
  const honest = certify(f, [0, 0], { gradient: [0.5, 0] });
  expect(honest.verdict).toBe('clarke');
  const text = JSON.stringify(honest.certificate);
  expect(verify(JSON.parse(text) as typeof honest.certificate, f)).toBe(true);
  const frauds: [RegExp, string][] = [
    [/"gradient":\[0.5,0\]/, '"gradient":[0.25,3]'],
    [/"point":\[0,0\]/, '"point":[1,0]'],
    [/"clarke":\{"answer":"in"/, '"clarke":{"answer":"out"'],
    [/"limiting":\{"answer":"out"/, '"limiting":{"answer":"in"'],
    [/"model":"exact"/, '"model":"robust"'],
  ];
  for (const [pattern, replacement] of frauds) {
    const changed = text.replace(pattern, replacement);
    expect(changed).not.toBe(text);
    expect(
      () => verify(JSON.parse(changed) as typeof honest.certificate, f),
      replacement,
    ).toThrow();
  }
});

test('two functions of the same name are not taken for one', () => {
  const curve = (power: number) => ({
    name: 'curve',
    value: (x: number) => x + x ** power,
    derivative: (x: number) => 1 + power * x ** (power - 1),
  });
  // |x₀ + x₀²| − |x₀ + x₀³|: equal rows, different functions; near 0 they have opposite signs nowhere,
  // but that is beyond first order, so nothing outside the linearization's set is called out
  const f = (x: Tracer) =>
    sub(abs(elementwise(curve(2), at(x, 0))), abs(elementwise(curve(3), at(x, 0))));
  expect(certify(f, [0], { gradient: [2] }).memberships.clarke).toBe('undecided');
  const same = curve(2);
  const g = (x: Tracer) => sub(abs(elementwise(same, at(x, 0))), abs(elementwise(same, at(x, 0))));
  expect(certify(g, [0], { gradient: [2] }).memberships.clarke).toBe('out');
});

test('bad input is refused by name', () => {
  const f = (x: Tracer) => abs(at(x, 0));
  expect(() => certify(f, [Infinity])).toThrow(/point\[0\] = Infinity/);
  expect(() => certify(f, [0], { gradient: [1, 2] })).toThrow(/gradient\.length = 2; allowed: 1/);
  expect(() => certify(f, [0], { gradient: [NaN] })).toThrow(/gradient\[0\] = NaN/);
  expect(() => certify(f, [0], { tolerance: -1 })).toThrow(/tolerance = -1/);
  expect(() => certify(f, [0], { refinements: -1 })).toThrow(
    /refinements = -1; allowed: an integer ≥ 0/,
  );
  expect(() => certify(f, [0], { budget: { cells: NaN } })).toThrow(/budget.cells = NaN/);
  expect(() => certify(f, [])).toThrow(/point = \[\]; allowed: a list of one number or more/);
  expect(() => certify(3 as never, [0])).toThrow(/subject = 3; allowed: a function, a program or/);
  const gradient = [0];
  for (const [kinks, message] of [
    [{ relu: 2, abs: 0, tie: 0 }, /kinks.relu = 2; allowed: from 0 to 1/],
    [{ signature: [0, 0] }, /kinks.signature = 2; allowed: 1 entries/],
    [{ signature: [2] }, /kinks.signature = 2; allowed: from -1 to 1/],
    [{ direction: [1, 2] }, /kinks.direction = \[2\]; allowed: .*1/],
  ] as const) {
    expect(() => certify(f, [0], { kinks, gradient })).toThrow(message);
  }
  const program = trace((x) => f(x), [[2]]);
  expect(() => certify(program, [0])).toThrow(/point = 1; allowed: 2 entries/);
  const bare = objective(program, 2);
  expect(certify(bare, [0, 0], { gradient: [0, 0] }).memberships.frechet).toBe('in');
});

test('every op is one of an evaluation procedure, those of derivatives as well', () => {
  const weights = [1, -2, 3, 0.5];
  const weighted = (v: Value): Value => sum(mul(v, weights.slice(0, v.shape.at(-1))));
  const cases: readonly ((x: Tracer) => Value)[] = [
    (x) => weighted(softmax(relu(x))),
    (x) => weighted(sum(mul(softmax(reshape(x, [2, 2]), 0), weights.slice(0, 2)), 1)),
    (x) => weighted(square(scatterAdd(x, [2, 0, 2, 1], 0, 4))),
    (x) => sum(square(scatterAdd(reshape(x, [2, 2]), [1, 1], 1, 3))),
    // a penalty on a gradient: branches, winners, unit vectors
    (x) => sum(square(grad((y) => sum(square(relu(y))))(x))),
    (x) => weighted(square(grad((y) => max(square(y)))(x))),
    (x) => weighted(grad((y) => norm(square(y)))(x)),
    (x) => weighted(jvp((y) => max(mul(square(y), y)))(x, weights).tangent),
    (x) => weighted(grad((y) => where(greater(sum(y), 0), sqrt(sum(y)), 0))(x)),
  ];
  const point = [0.5, -1.25, 2, 0.75];
  for (const f of cases) {
    const { gradient, verdict, value } = certify(f, point);
    expect(verdict).toBe('gradient');
    const form = absNormalForm(f, point);
    expect(form.value).toBeCloseTo(value, 13);
    expect(value).toBeCloseTo(objective(f, 4).value(Float64Array.from(point)), 13);
    const dense = signatureGradient(form, signatureAt(form));
    gradient.forEach((g, t) => expect(dense[t]).toBeCloseTo(g, 12));
  }
  const tied = certify((x) => sum(square(grad((y) => max(square(y)))(x))), [1, 1]);
  expect(tied.verdict).toBe('undecided');
});

test('the answer of a sweep that was told to ignore a part of the function is no gradient', () => {
  const straightThrough = (x: Tracer): Value => sum(add(x, stopGradient(sub(relu(x), x))));
  const product = (x: Tracer): Value => sum(mul(x, stopGradient(x)));
  for (const f of [straightThrough, product]) {
    const { verdict, certificate } = certify(f, [-2]);
    expect(verdict).toBe('none');
    expect(verify(certificate, f)).toBe(true);
  }
  expect(certify(product, [-2], { gradient: [-4] }).verdict).toBe('gradient');
});

test('a tie of n entries is split equally by a sweep, and that is a gradient of the maximum', () => {
  const largest = (x: Tracer): Value => max(x);
  for (let n = 2; n <= 12; n++) {
    const ones = new Array<number>(n).fill(1);
    const { memberships, gradient, certificate } = certify(largest, ones);
    expect(gradient[0]).toBe(1 / n);
    expect(memberships).toEqual({ ...all('in'), bouligand: 'out' });
    expect(verify(certificate, largest)).toBe(true);
  }
  // of −max it is in the hull only
  const { verdict } = certify((x) => neg(max(x)), [0, 0, 0]);
  expect(verdict).toBe('clarke');
});

test('where the sweep overflows there is no gradient, and nothing is claimed', () => {
  // at x = 0 the value is finite, and ∂f/∂x = 1e400 too large for a double
  const overflowing = [
    (x: Tracer): Value => mul(1e200, mul(1e200, at(x, 0))),
    (x: Tracer): Value => add(abs(at(x, 1)), mul(1e200, mul(1e200, at(x, 0)))),
    (x: Tracer): Value => mul(1e200, mul(1e200, relu(at(x, 0)))),
  ];
  for (const f of overflowing) {
    for (const relu of [0, 1]) {
      const { verdict, reasons, gradient } = certify(f, [0, 1], {
        kinks: { relu, abs: 0, tie: 0.5 },
      });
      if (gradient.every(Number.isFinite)) continue;
      expect(verdict).toBe('undecided');
      expect(textsOf(reasons)).toContain('of the gradient is');
    }
  }
});
