import {
  certifyConvergence,
  evaluatePolynomial,
  gradientFlow,
  polynomialRealization,
  univariate,
  verifyConvergence,
  type ConvergenceCertificate,
} from '@nonsmooth/flows';
import { curvedNames, type Activation, type ActivationName } from '@nonsmooth/kernels';
import {
  empiricalRisk,
  heNormal,
  initialize,
  network,
  normalWeights,
  populationRisk,
  realize,
  xavierUniform,
  type EmpiricalRisk,
} from '@nonsmooth/nets';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { boundsAround, derivativesAt } from '../src/certify-convergence/activation-bounds.js';
import { certifiableRisk } from '../src/certify-convergence/certifiable-risk.js';
import { residualJet, secondDerivatives } from '../src/certify-convergence/dense-jets.js';
import { exactRank } from '../src/certify-convergence/exact-rank.js';
import { ballBounds } from '../src/certify-convergence/lipschitz.js';

const dot = (u: ArrayLike<number>, v: ArrayLike<number>): number =>
  Array.from(u).reduce((sum, x, i) => sum + x * v[i]!, 0);
const distance = (u: ArrayLike<number>, v: ArrayLike<number>): number =>
  Math.sqrt(Array.from(u).reduce((sum, x, i) => sum + (x - v[i]!) ** 2, 0));

function interpolation(activation: ActivationName, seed: number, widths = [1, 12, 1]) {
  const net = network(widths, { activation });
  const root = foldIn(key(71), seed);
  const risk = empiricalRisk(net, {
    inputs: uniform(foldIn(root, 0), [7, widths[0]!], { low: -1, high: 1 }),
    targets: normal(foldIn(root, 1), [7, widths.at(-1)!]),
  });
  const start = initialize(net, xavierUniform, foldIn(root, 2), { biases: normalWeights(1) });
  return { risk, start };
}

function nearTeacher(activation: ActivationName, seed: number, noise = 0) {
  const net = network([2, 2, 1], { activation });
  const root = foldIn(key(72), seed);
  const inputs = uniform(foldIn(root, 0), [40, 2], { low: -2, high: 2 });
  const teacher = initialize(net, normalWeights(1.5), foldIn(root, 1), {
    biases: normalWeights(1),
  });
  const off = normal(foldIn(root, 3), [40]).data;
  const targets = Array.from(realize(net, teacher, inputs).data, (y, i) => y + noise * off[i]!);
  const shift = normal(foldIn(root, 2), [net.dimension]).data;
  const start = teacher.map((x, i) => x + 0.02 * shift[i]!);
  return { risk: empiricalRisk(net, { inputs, targets }), start };
}

const implicit = { rtol: 1e-7, atol: 1e-11, energy: false } as const;

/** Length of the flow from θ on, as the sum of the chords between its steps. */
function followOn(risk: EmpiricalRisk, theta: ArrayLike<number>, until: number) {
  const { y, theta: end } = gradientFlow(risk, theta, { until, rtol: 1e-9, atol: 1e-14 });
  return { length: y.slice(1).reduce((sum, at, i) => sum + distance(at, y[i]!), 0), end };
}

function copy(certificate: ConvergenceCertificate): ConvergenceCertificate {
  return JSON.parse(JSON.stringify(certificate)) as ConvergenceCertificate;
}

describe('what certificates are made of', () => {
  test.each(curvedNames)('bounds of derivatives hold on every interval: %s', (name) => {
    const exceeded: number[][] = [];
    for (let z = -8.05; z < 8; z += 0.1) {
      const at = derivativesAt({ name }, z);
      for (const radius of [1e-3, 0.3, 20]) {
        const bounds = boundsAround({ name }, z, radius, at);
        for (let share = -1; share <= 1; share += 0.05) {
          const there = derivativesAt({ name }, z + share * radius);
          for (let k = 0; k < 3; k++) {
            if (!(Math.abs(there[k + 1]!) <= bounds[k]!)) exceeded.push([z, radius, share, k]);
          }
        }
      }
    }
    expect(exceeded).toEqual([]);
  });

  test.each([[[1, 5, 1]], [[2, 4, 3]], [[2, 3, 4, 2]], [[3, 2]]])(
    'residuals, Jacobian and second derivatives give gradient and Hessian of the risk: %s',
    (widths) => {
      const net = network(widths, { activation: 'tanh' });
      const d = net.dimension;
      const risk = empiricalRisk(net, {
        inputs: normal(key(1), [6, widths[0]!]),
        targets: normal(key(2), [6, widths.at(-1)!]),
      });
      const theta = normal(key(3), [d]).data as Float64Array;
      const { samples } = certifiableRisk(risk) as Exclude<
        ReturnType<typeof certifiableRisk>,
        string
      >;
      const jet = residualJet(net, samples, theta);
      const [gradient, hessian] = [new Float64Array(d), new Float64Array(d * d)];
      risk.gradient(theta, gradient);
      risk.hessian(theta, hessian);
      const S = normal(key(4), [d, d]).data as Float64Array;
      const B = secondDerivatives(net, jet, theta, S);
      const column = (a: number) => Float64Array.from({ length: d }, (_, i) => S[i * d + a]!);
      const rows = jet.residual.length;
      const row = (i: number) => jet.jacobian.subarray(i * d, (i + 1) * d);
      for (let a = 0; a < d; a++) {
        const Ja = Array.from({ length: rows }, (_, i) => dot(row(i), column(a)));
        expect((2 / 6) * dot(Ja, jet.residual)).toBeCloseTo(dot(gradient, column(a)), 10);
        for (let b = 0; b < d; b++) {
          const Jb = Array.from({ length: rows }, (_, i) => dot(row(i), column(b)));
          const bend = Array.from({ length: rows }, (_, i) => B[(i * d + a) * d + b]!);
          const Hb = Array.from({ length: d }, (_, i) =>
            dot(hessian.subarray(i * d, (i + 1) * d), column(b)),
          );
          expect((2 / 6) * (dot(Ja, Jb) + dot(bend, jet.residual))).toBeCloseTo(
            dot(column(a), Hb),
            9,
          );
        }
      }
    },
  );

  test.each([[[2, 5, 1]], [[2, 4, 3]], [[2, 3, 3, 1]]])(
    'no pair of points in a ball has Jacobians farther apart than the Lipschitz bound: %s',
    (widths) => {
      const net = network(widths, { activation: 'gelu' });
      const d = net.dimension;
      const samples = {
        count: 5,
        inputs: normal(key(5), [5, 2]).data,
        targets: new Float64Array(5 * widths.at(-1)!),
      };
      const theta = normal(key(6), [d]).data as Float64Array;
      const jet = residualJet(net, samples, theta);
      for (const radius of [1e-3, 0.3]) {
        const { K } = ballBounds(net, jet.passes, theta, radius);
        for (let i = 0; i < 20; i++) {
          const step = normal(foldIn(key(7), i), [d]).data;
          const size = Math.sqrt(dot(step, step));
          const other = theta.map((x, k) => x + (radius * step[k]!) / size);
          const there = residualJet(net, samples, other).jacobian;
          const along = normal(foldIn(key(8), i), [d]).data;
          const rows = jet.residual.length;
          const change = Array.from(
            { length: rows },
            (_, r) =>
              dot(there.subarray(r * d, (r + 1) * d), along) -
              dot(jet.jacobian.subarray(r * d, (r + 1) * d), along),
          );
          expect(Math.sqrt(dot(change, change))).toBeLessThanOrEqual(
            K * radius * Math.sqrt(dot(along, along)),
          );
        }
      }
    },
  );

  test('ranks are exact: 0.1 + 0.2 is not 0.3 in floating point', () => {
    expect(exactRank([0.1, 0.2, 0.3, 1, 2, 3], 2, 3)).toBe(2);
    expect(exactRank([0.1, 0.2, 0.3, 0.1, 0.2, 0.3], 2, 3)).toBe(1);
    expect(exactRank([1, 0, 1, 0, 1, 1, 1, 1, 2], 3, 3)).toBe(2);
    expect(exactRank([1, 0.5 + 0.25, 3, 4 * (0.5 + 0.25) * 0.75], 2, 2)).toBe(1);
  });
});

describe('interpolation', () => {
  test.each([
    ['tanh', [1, 12, 1]],
    ['softplus', [1, 12, 1]],
    ['gelu', [2, 10, 2]],
    ['tanh', [2, 6, 6, 1]],
    ['swish', [1, 12, 1]],
  ] as const)(
    'is proved, and the flow goes no farther than it says: %s %s',
    (activation, widths) => {
      for (const seed of [0, 1]) {
        const { risk, start } = interpolation(activation, seed, [...widths]);
        const { theta } = gradientFlow(risk, start, {
          until: { time: 1e8, loss: 1e-9 },
          ...implicit,
        });
        const { verdict, certificate } = certifyConvergence(risk, theta);
        expect(verdict).toBe('converges');
        expect(certificate!.kind).toBe('surjective');
        expect(verifyConvergence(risk, copy(certificate!))).toBe(true);
        const { radius } = certificate as Extract<ConvergenceCertificate, { kind: 'surjective' }>;
        const { length, end } = followOn(risk, theta, 1e6);
        expect(length).toBeLessThanOrEqual(radius * (1 + 1e-6));
        expect(length).toBeGreaterThan(0.3 * radius);
        expect(risk.value(end)).toBeLessThan(1e-16);
      }
    },
  );

  test('linear networks converge to the least squares level, which the certificate encloses', () => {
    const net = network([2, 3, 3, 2], { activation: 'identity' });
    const data = { inputs: normal(key(31), [15, 2]), targets: normal(key(32), [15, 2]) };
    const risk = empiricalRisk(net, data);
    const start = initialize(net, xavierUniform, key(33), { biases: normalWeights(0.3) });
    const { theta } = gradientFlow(risk, start, { until: 200, ...implicit });
    const { certificate } = certifyConvergence(risk, theta);
    expect(certificate!.kind).toBe('surjective');
    // the optimum of the affine regression, by its own flow
    const affine = empiricalRisk(network([2, 2], { activation: 'identity' }), data);
    const best = gradientFlow(affine, new Float64Array(6), { until: 1e4, ...implicit }).loss.at(
      -1,
    )!;
    expect(certificate!.level[0]).toBeLessThanOrEqual(best * (1 + 1e-12));
    expect(certificate!.level[1]).toBeGreaterThanOrEqual(best * (1 - 1e-12));
    expect(certificate!.level[1] - certificate!.level[0]).toBeLessThan(1e-4);
    expect(verifyConvergence(risk, copy(certificate!))).toBe(true);
  });

  test('a ReLU network with a frozen pattern, which a certificate does not let change', () => {
    // two neurons, breakpoints between the samples: pieces are affine, and the pattern stays
    const net = network([1, 2, 1], { activation: 'relu' });
    const inputs = [-1, -0.6, -0.2, 0.2, 0.6, 1];
    const targets = inputs.map(
      (x) => Math.max(0, x) - 0.5 * Math.max(0, -x) + 0.01 * Math.cos(9 * x),
    );
    const risk = empiricalRisk(net, { inputs, targets });
    // θ = (w₁, w₂, b₁, b₂, v₁, v₂, c)
    const { theta } = gradientFlow(risk, [1, -1, 0.01, 0.01, 1, -0.5, 0], {
      until: 40,
      rtol: 1e-9,
      atol: 1e-12,
    });
    const { certificate } = certifyConvergence(risk, theta);
    expect(certificate!.kind).toBe('surjective');
    expect((certificate as { rank: number }).rank).toBe(4);
    expect(verifyConvergence(risk, copy(certificate!))).toBe(true);
    expect(certificate!.level[0]).toBeGreaterThan(0);
    const { length, end } = followOn(risk, theta, 200);
    expect(length).toBeLessThanOrEqual((certificate as { radius: number }).radius * (1 + 1e-6));
    expect(risk.value(end)).toBeLessThanOrEqual(certificate!.level[1] * (1 + 1e-12));
  });
});

describe('isolated minima', () => {
  test.each([
    ['tanh', 0],
    ['logistic', 0],
    ['gelu', 0],
    ['tanh', 0.05],
    ['gelu', 0.05],
  ] as const)('are proved near their teacher, with noise %s %s', (activation, noise) => {
    let proved = 0;
    for (let seed = 0; seed < 3; seed++) {
      const { risk, start } = nearTeacher(activation, seed, noise);
      const { theta } = gradientFlow(risk, start, { until: 1e8, ...implicit });
      const { certificate } = certifyConvergence(risk, theta);
      if (!certificate) continue;
      proved++;
      expect(certificate.kind).toBe('minimum');
      expect(verifyConvergence(risk, copy(certificate))).toBe(true);
      const { centre, limitWithin, level } = certificate as Extract<
        ConvergenceCertificate,
        { kind: 'minimum' }
      >;
      const { theta: end } = gradientFlow(risk, theta, {
        until: { time: 1e9, steps: 500 },
        ...implicit,
      });
      expect(distance(end, centre)).toBeLessThan(limitWithin + 1e-4);
      expect(risk.value(end)).toBeGreaterThanOrEqual(level[0] - 1e-15);
      expect(risk.value(Float64Array.from(centre))).toBeLessThanOrEqual(level[1]);
    }
    expect(proved).toBeGreaterThanOrEqual(2);
  });
});

describe('divergence', () => {
  test.each([
    ['tanh', [2, 6, 2]],
    ['relu', [2, 8, 3]],
    ['identity', [2, 2]],
  ] as const)('of separated cross-entropy is proved: %s %s', (activation, widths) => {
    const net = network([...widths], { activation });
    const inputs = [
      [1, 0],
      [0, 1],
      [-1, 0.2],
      [0.3, -1],
    ];
    const risk = empiricalRisk(net, {
      inputs,
      targets: inputs.map(([x]) => Number(x! > 0.2)),
      loss: 'crossEntropy',
    });
    const start = initialize(net, heNormal, key(41), { biases: normalWeights(0.5) });
    // gradient descent reaches the level as well as any flow
    const theta = Float64Array.from(start);
    const gradient = new Float64Array(net.dimension);
    expect(certifyConvergence(risk, theta).verdict).toBe('undecided');
    for (let i = 0; i < 4000; i++) {
      risk.gradient(theta, gradient);
      for (let k = 0; k < theta.length; k++) theta[k] = theta[k]! - 0.2 * gradient[k]!;
    }
    const { verdict, certificate } = certifyConvergence(risk, theta);
    expect(verdict).toBe('diverges');
    expect(certificate!.kind).toBe('noCriticalPoint');
    expect(verifyConvergence(risk, copy(certificate!))).toBe(true);
    // the direction that the proof names descends
    const last = net.layout.slice(-2)[0]!.offset;
    risk.gradient(theta, gradient);
    expect(dot(gradient.subarray(last), theta.subarray(last))).toBeLessThan(0);
  });

  test('towards polynomials nothing is proved, however small gradient and loss', () => {
    for (const [coefficients, activation] of [
      [[0, 0, 1], 'tanh'],
      [[0, 1, 0, 1], 'softplus'],
      [[0, 0, 1], 'gelu'],
    ] as const) {
      const polynomial = univariate([...coefficients]);
      const inputs = Array.from({ length: 40 }, (_, i) => -1 + i / 19.5);
      const targets = inputs.map((x) => evaluatePolynomial(polynomial, [x]));
      for (const h of [1, 0.3, 0.05]) {
        const { network: net, theta } = polynomialRealization(polynomial, activation, { h });
        const risk = empiricalRisk(net, { inputs, targets });
        const { theta: end } = gradientFlow(risk, theta, { until: 1e6, ...implicit });
        expect(certifyConvergence(risk, end).verdict).toBe('undecided');
      }
    }
  });
});

test('theorems speak of every start, and say which they are', () => {
  const relu = network([2, 3, 3, 1], { activation: 'relu' });
  const inputs = normal(key(51), [9, 2]);
  const constant = empiricalRisk(relu, { inputs, targets: new Float64Array(9).fill(0.3) });
  const theta = normal(key(52), [relu.dimension]).data;
  const { certificate } = certifyConvergence(constant, theta);
  expect(certificate).toMatchObject({ kind: 'theorem', name: 'constantTarget', level: [0, 0] });
  expect(verifyConvergence(constant, copy(certificate!))).toBe(true);
  const other = empiricalRisk(relu, { inputs, targets: normal(key(53), [9]) });
  expect(certifyConvergence(other, theta, { kinds: ['theorem'] }).verdict).toBe('undecided');
  expect(() => verifyConvergence(other, certificate!)).toThrow(/about another risk/);
  const line = empiricalRisk(network([2, 1], { activation: 'identity' }), {
    inputs,
    targets: normal(key(53), [9]),
  });
  expect(certifyConvergence(line, [1, 2, 3]).certificate).toMatchObject({
    name: 'linearRegression',
  });
});

test('certificates that were tampered with, or are about another risk, do not hold', () => {
  const { risk, start } = interpolation('tanh', 5);
  const { theta } = gradientFlow(risk, start, { until: { time: 1e8, loss: 1e-9 }, ...implicit });
  const certificate = certifyConvergence(risk, theta).certificate as Extract<
    ConvergenceCertificate,
    { kind: 'surjective' }
  >;
  const broken: [object, RegExp][] = [
    [{ radius: certificate.radius / 2 }, /the seal is broken/],
    [{ from: Array.from(start) }, /the seal is broken/],
    [{ from: [1] }, /finite numbers/],
    [{ claim: 'diverges' }, /does not show 'diverges'/],
    [{ kind: 'magic' }, /kind magic is none of/],
    [{ slack: 1 }, /the seal is broken/],
  ];
  for (const [change, message] of broken) {
    const changed = { ...certificate, ...change } as ConvergenceCertificate;
    expect(() => verifyConvergence(risk, changed)).toThrow(message);
  }
  expect(() => verifyConvergence(interpolation('tanh', 6).risk, certificate)).toThrow(/surjective/);
});

test('the slack of a certificate covers starts beside it', () => {
  const { risk, start } = interpolation('gelu', 3);
  const { theta } = gradientFlow(risk, start, { until: { time: 1e8, loss: 1e-12 }, ...implicit });
  const { slack } = certifyConvergence(risk, theta).certificate as { slack: number };
  expect(slack).toBeGreaterThan(0);
  for (let i = 0; i < 5; i++) {
    const step = normal(foldIn(key(61), i), [theta.length]).data;
    const size = Math.sqrt(dot(step, step));
    const beside = theta.map((x, k) => x + (0.9 * slack * step[k]!) / size);
    expect(risk.value(followOn(risk, beside, 1e7).end)).toBeLessThan(1e-14);
  }
});

test('objectives that are no empirical risks are refused with the reason', () => {
  const objective = { dimension: 1, value: () => 0, gradient: () => 0 };
  expect(certifyConvergence(objective, [0]).refused[0]!.reason).toMatch(/no empirical risk/);
  expect(() => certifyConvergence(objective, [NaN])).toThrow('theta0');
});

test.each<Activation>([{ name: 'hardTanh' }, { name: 'elu', parameter: 3 }])(
  'activations whose derivatives have no known bounds are refused with the reason: %o',
  (activation) => {
    const risk = empiricalRisk(network([1, 12, 1], { activation }), {
      inputs: [-1, 0.3, 1],
      targets: [0.1, 0.2, -0.1],
    });
    const theta = normal(key(1), [risk.dimension]).data as Float64Array;
    const { verdict, refused } = certifyConvergence(risk, theta);
    expect(verdict).toBe('undecided');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toContain(`of ${activation.name} around`);
  },
);

describe('population risks', () => {
  const net = network([1, 2, 1], { activation: 'relu' });

  test('are proved near minima that are isolated but for rescaled neurons', () => {
    let proved = 0;
    for (let seed = 0; seed < 6; seed++) {
      const target = [
        [0, 0, 1],
        [0.2, -1, 2],
        [0, 0, 0, 1],
      ][seed % 3]!;
      const risk = populationRisk(net, { interval: [0, 1], target });
      const start = initialize(net, heNormal, key(seed), { biases: normalWeights(0.5) });
      const options = { rtol: 1e-8, atol: 1e-11, energy: false };
      const { theta } = gradientFlow(risk, start, {
        until: { logTime: Math.log(1e6) },
        ...options,
      });
      const { certificate } = certifyConvergence(risk, theta);
      if (!certificate) continue;
      proved++;
      expect(certificate.kind).toBe('curvature');
      expect(verifyConvergence(risk, copy(certificate))).toBe(true);
      const { radius, level } = certificate as Extract<
        ConvergenceCertificate,
        { kind: 'curvature' }
      >;
      const later = gradientFlow(risk, theta, { until: { logTime: Math.log(1e8) }, ...options });
      expect(distance(later.theta, theta)).toBeLessThan(radius + 1e-8);
      expect(risk.value(later.theta)).toBeGreaterThan(level[0] - 1e-15);
      expect(level[1] - level[0]).toBeLessThan(1e-9);
    }
    expect(proved).toBeGreaterThanOrEqual(5);
  });

  test('with constant targets converge from everywhere', () => {
    const risk = populationRisk(net, { interval: [-1, 1], target: [0.7] });
    const { certificate } = certifyConvergence(risk, normal(key(81), [7]).data);
    expect(certificate).toMatchObject({ kind: 'theorem', name: 'constantTarget' });
    expect(verifyConvergence(risk, copy(certificate!))).toBe(true);
  });
});
