import {
  abs,
  add,
  exp,
  gather,
  logSumExp,
  maximum,
  mean,
  mul,
  relu,
  sin,
  square,
  sub,
  sum,
  tanh,
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certify, verify, type CertifiedGradient, type Subject } from '@nonsmooth/subgradient';
import { crossEntropyRiskOf, riskOf } from './support/relu-network.js';

const at = (x: Tracer, i: number): Value => sum(gather(x, [i]));
const kinks = (relu: number, absolute = 2 * relu - 1) => ({ relu, abs: absolute, tie: 0.5 });

function certified(f: Subject, point: number[], relu = 0): CertifiedGradient {
  const found = certify(f, point, { kinks: kinks(relu) });
  const claim = JSON.parse(JSON.stringify(found.certificate)) as typeof found.certificate;
  expect(verify(claim, f)).toBe(true);
  return found;
}

test('a neuron of zeros under cross-entropy, many samples: limits of gradients by shifts of its bias', () => {
  for (const samples of [1, 2, 3, 5, 8, 20]) {
    const inputs = Array.from({ length: samples }, (_, s) => [Math.sin(s + 1), Math.cos(3 * s)]);
    const targets = Array.from({ length: samples }, (_, s) => s % 2);
    const risk = crossEntropyRiskOf({ widths: [2, 2, 2], inputs }, targets);
    const theta = [0, 0, 0.3, -0.7, 0, 0.1, 0.5, -0.2, 0.4, 0.6, 0.1, -0.3];
    for (const relu of [0, 1]) {
      const { memberships, certificate } = certified(risk, theta, relu);
      expect(memberships).toMatchObject({ limiting: 'in', bouligand: 'in', clarke: 'in' });
      const outside = { ...certificate.decisions.bouligand, answer: 'out' } as const;
      const fraud = { ...certificate.decisions, bouligand: outside };
      expect(() => verify({ ...certificate, decisions: fraud }, risk)).toThrow();
    }
    expect(certified(risk, theta, 0.5).memberships.clarke).toBe('in');
  }
});

test('factors that are not 0 make no new kink: y and y·(1 + x) and their like are one function', () => {
  const units: ((x: Tracer) => Value)[] = [
    (x) => add(1, at(x, 0)),
    (x) => sub(at(x, 0), 2),
    (x) => exp(at(x, 0)),
    (x) => add(2, sin(at(x, 0))),
    (x) => mul(add(1, at(x, 0)), add(3, at(x, 1))),
  ];
  for (const unit of units) {
    for (const z of [(x: Tracer) => at(x, 1), (x: Tracer) => add(at(x, 0), at(x, 1))]) {
      // relu(z) + relu(−u·z)·… : both signs of the factor
      const f = (x: Tracer) => sub(abs(z(x)), mul(0.5, abs(mul(unit(x), z(x)))));
      for (const relu of [0, 0.75, 1]) {
        const found = certified(f, [0, 0], relu);
        expect(Object.values(found.memberships)).not.toContain('undecided');
      }
    }
  }
  // |y| − |y(1 + x)| = −x|y| near 0: differentiable there, with gradient 0
  const flat = (x: Tracer) => sub(abs(at(x, 1)), abs(mul(at(x, 1), add(1, at(x, 0)))));
  expect(certified(flat, [0, 0]).memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'in',
    clarke: 'in',
  });
  const wrong = certify(flat, [0, 0], { gradient: [0, 1] });
  expect(wrong.verdict).toBe('none');
});

test('piecewise linear kinks under a function without rational values', () => {
  const inner = (x: Tracer) => add(add(abs(at(x, 0)), abs(at(x, 1))), abs(add(at(x, 0), at(x, 1))));
  const falling = (x: Tracer) => exp(sub(1, inner(x)));
  const rising = (x: Tracer) => add(tanh(add(0.3, inner(x))), sin(add(at(x, 0), 2)));
  // a minimum of the kinks and a maximum
  expect(certified(rising, [0, 0], 0.5).memberships).toMatchObject({ frechet: 'in' });
  expect(certified(falling, [0, 0], 0.5).memberships).toEqual({
    frechet: 'out',
    limiting: 'out',
    bouligand: 'out',
    clarke: 'in',
  });
  expect(certified(rising, [0, 0], 1).memberships).toMatchObject({ bouligand: 'in' });
  // the signs (+, +, −) are not taken
  const mixed = certify(rising, [0, 0], { kinks: { signature: [1, 1, -1] } });
  expect(mixed.memberships.bouligand).toBe('out');
});

test('nests of maxima and norms of smooth parts: nothing is claimed that its certificate does not show', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0.1, 0.2, -0.3, 1 / 3, 0), { minLength: 3, maxLength: 3 }),
      fc.constantFrom(0, 0.5, 1),
      (point, relu) => {
        const f = (x: Tracer) => {
          const [u, v, w] = [at(x, 0), at(x, 1), at(x, 2)];
          const nest = maximum(maximum(add(u, v), sub(w, -0.1)), maximum(mul(u, 2), add(v, w)));
          return add(square(nest), logSumExp(relu === 1 ? abs(x) : x));
        };
        certified(f, point, relu);
      },
    ),
    { numRuns: 60 },
  );
});

test('sixty dependent kinks in R³ are given up early, with the reason', () => {
  const f = (x: Tracer): Value => {
    let total: Value = mul(0, at(x, 0));
    for (let i = 0; i < 60; i++) {
      const plane = add(mul((i % 7) - 3, at(x, 0)), mul((i % 5) - 2, at(x, 1)));
      const z = add(add(plane, mul((i % 11) - 5, at(x, 2))), mul(i + 1, square(at(x, i % 3))));
      total = add(total, mul((i % 3) - 1, relu(z)));
    }
    return total;
  };
  const { reasons, budget } = certified(f, [0, 0, 0]);
  expect(budget.cells).toBe(100_000);
  expect(reasons.length).toBeGreaterThan(0);
});

test('dependent planes: limiting is decided face by face up to a budget, and said to be given up beyond it', () => {
  const planes = (count: number) => (x: Tracer) => {
    let total: Value = mul(0, at(x, 0));
    for (let i = 0; i < count; i++) {
      const normal = [((i * 37) % 61) - 30, ((i * 53) % 67) - 33, ((i * 71) % 59) - 29];
      const z = sum(mul(normal, x));
      total = add(total, mul((i % 3) - 0.9, abs(z)));
    }
    return total;
  };
  expect(certified(planes(12), [0, 0, 0], 0.5).memberships).toMatchObject({ limiting: 'out' });
  const { memberships, reasons } = certified(planes(60), [0, 0, 0], 0.5);
  expect(memberships).toMatchObject({ frechet: 'out', limiting: 'undecided', bouligand: 'out' });
  expect(reasons.map(({ code }) => code)).toEqual(['budgetExhausted']);
  expect(reasons[0]!.text).toContain('60 dependent kinks with ');
});

test('means of many equal samples are one kink', () => {
  const f = (x: Tracer) => mean(relu(mul([1, 1, 2, 0.1, 0.3], at(x, 0))));
  expect(certified(f, [0]).memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'in',
    clarke: 'in',
  });
});

test('a neuron of zeros in hundreds of samples is decided at once', () => {
  const inputs = Array.from({ length: 300 }, (_, s) => [Math.sin(s + 1), Math.cos(3 * s)]);
  const targets = inputs.map(([x]) => [x! * x!]);
  const risk = riskOf({ widths: [2, 3, 1], inputs, targets });
  const theta = [0, 0, 0.3, -0.7, 0.4, 0.2, 0, 0.1, -0.3, 0.5, -0.2, 0.4, 0.6];
  for (const relu of [0, 0.5, 1]) {
    const found = certified(risk, theta, relu);
    expect(found.activeKinks.length).toBe(300);
    expect(found.memberships).toEqual({
      frechet: 'undecided',
      limiting: relu === 0.5 ? 'undecided' : 'in',
      bouligand: relu === 0.5 ? 'undecided' : 'in',
      clarke: 'in',
    });
  }
});
