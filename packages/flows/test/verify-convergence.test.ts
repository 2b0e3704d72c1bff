import {
  certifyConvergence,
  ConvergenceCertificateError,
  gradientFlow,
  verifyConvergence,
  type ConvergenceCertificate,
} from '@nonsmooth/flows';
import type { Objective } from '@nonsmooth/core';
import { curvedNames } from '@nonsmooth/kernels';
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
import { derivativesAt } from '../src/certify-convergence/activation-bounds.js';
import { residualJet, secondDerivatives } from '../src/certify-convergence/dense-jets.js';
import { jetOn, suprema } from '../src/verify-convergence/activation-enclosures.js';
import { encloseCurvature, encloseResidual } from '../src/verify-convergence/dense-enclosure.js';
import {
  exp,
  expm1,
  log1p,
  normalDistribution,
  tanh,
} from '../src/verify-convergence/elementary-enclosures.js';
import {
  greatestEigenvalue,
  isPositiveDefinite,
  leastSingular,
} from '../src/verify-convergence/enclosed-matrices.js';
import { add, div, interval, mul, point, sqrt, sub } from '../src/verify-convergence/interval.js';
import { sealOf } from '../src/verify-convergence/seal.js';
import { PopulationEnclosure } from '../src/verify-convergence/population-enclosure.js';

// real numbers as multiples of 2^−320
const places = 320n;
const unit = 1n << places;
const bits = new DataView(new ArrayBuffer(8));
function exactly(x: number): bigint {
  bits.setFloat64(0, x);
  const raw = bits.getBigUint64(0);
  const field = (raw >> 52n) & 0x7ffn;
  const digits = (raw & 0xfffffffffffffn) | (field === 0n ? 0n : 1n << 52n);
  const shift = (field === 0n ? 1n : field) - 1075n + places;
  const size = shift >= 0n ? digits << shift : digits >> -shift;
  return raw >> 63n === 0n ? size : -size;
}
const times = (a: bigint, b: bigint): bigint => (a * b) / unit;
/** e^x for |x| ≤ 40: the series of e^(x/256), eight times squared. */
function exactExp(x: bigint): bigint {
  const part = x / 256n;
  let [sum, term] = [unit, unit];
  for (let n = 1n; n < 80n; n++) sum += term = times(term, part) / n;
  for (let i = 0; i < 8; i++) sum = times(sum, sum);
  return sum;
}
const samples = [
  0, 1e-300, 1e-17, 1e-8, 0.1, 0.169, 0.17, 0.34, 0.341, 0.35, 0.7, 1, 2.5, 5.9, 8.9, 20, 30,
]
  .flatMap((x) => [x, -x])
  .concat(Array.from(uniform(key(1), [60], { low: -9, high: 9 }).data));

describe('enclosures are those of the exact values', () => {
  const contains = (
    { lo, hi }: { lo: number; hi: number },
    value: bigint,
    error = 1n << 60n,
  ): boolean => exactly(lo) <= value + error && exactly(hi) >= value - error;

  test('sums, products, quotients and roots', () => {
    const values = Array.from(normal(key(2), [40]).data);
    for (let i = 0; i + 1 < values.length; i++) {
      const [x, y] = [values[i]!, values[i + 1]!];
      const [a, b] = [exactly(x), exactly(y)];
      expect(contains(add(point(x), point(y)), a + b, 0n)).toBe(true);
      expect(contains(sub(point(x), point(y)), a - b, 0n)).toBe(true);
      expect(contains(mul(point(x), point(y)), times(a, b), 1n)).toBe(true);
      expect(contains(div(point(x), point(y)), (a * unit) / b, 1n)).toBe(true);
      const root = sqrt(point(Math.abs(x)));
      expect(times(exactly(root.lo), exactly(root.lo)) <= (a < 0n ? -a : a)).toBe(true);
      expect(times(exactly(root.hi), exactly(root.hi)) >= (a < 0n ? -a : a)).toBe(true);
    }
  });

  test('exponential, logarithm, hyperbolic tangent, normal distribution, and narrow', () => {
    const pi = (() => {
      // Machin
      const arctangent = (n: bigint): bigint => {
        let [sum, power] = [0n, unit / n];
        for (let k = 0n; power !== 0n; k++) {
          sum += (k % 2n === 0n ? power : -power) / (2n * k + 1n);
          power /= n * n;
        }
        return sum;
      };
      return 16n * arctangent(5n) - 4n * arctangent(239n);
    })();
    const rootOf = (x: bigint): bigint => {
      let r = exactly(Math.sqrt(Number((x << 60n) / unit) / 2 ** 60));
      for (let i = 0; i < 8; i++) r = (r + (x * unit) / r) / 2n;
      return r;
    };
    const rootOfTwoPi = rootOf(2n * pi);
    for (const x of samples) {
      const X = exactly(x);
      const e = exactExp(X);
      expect(contains(exp(point(x)), e)).toBe(true);
      expect(contains(expm1(point(x)), e - unit)).toBe(true);
      const twice = times(e, e);
      expect(contains(tanh(point(x)), ((twice - unit) * unit) / (twice + unit))).toBe(true);
      expect(tanh(point(x)).hi - tanh(point(x)).lo).toBeLessThan(1e-14);
      if (x >= 0) {
        const { lo, hi } = log1p(point(x));
        expect(exactExp(exactly(lo)) <= X + unit + (1n << 60n)).toBe(true);
        expect(exactExp(exactly(hi)) >= X + unit - (1n << 60n)).toBe(true);
        expect(hi - lo).toBeLessThan(1e-14 * x + 1e-300);
      }
      if (Math.abs(x) > 9) continue;
      let [sum, term] = [X, X];
      for (let k = 1n; k < 400n; k++) sum += term = times(times(term, X), X) / (2n * k + 1n);
      const density = (exactExp(-times(X, X) / 2n) * unit) / rootOfTwoPi;
      const phi = normalDistribution(point(x));
      expect(contains(phi, unit / 2n + times(density, sum))).toBe(true);
      expect(phi.hi - phi.lo).toBeLessThan(1e-13);
    }
    expect(exp(point(-1e4)).lo).toBe(0);
    expect(exp(point(1e4)).hi).toBe(Infinity);
    expect(normalDistribution(point(40))).toEqual({ lo: expect.closeTo(1, 15), hi: 1 });
  });

  test.each(curvedNames)('activations and the suprema of their derivatives: %s', (name) => {
    for (let z = -8.05; z < 8; z += 1.1) {
      const at = derivativesAt({ name }, z);
      jetOn({ name }, point(z)).forEach(({ lo, hi }, k) => {
        expect(at[k]!).toBeGreaterThan(lo - 1e-13);
        expect(at[k]!).toBeLessThan(hi + 1e-13);
        expect(hi - lo).toBeLessThan(2e-12);
      });
      for (const radius of [1e-6, 0.03, 1.5]) {
        const bounds = suprema({ name }, interval(z - radius, z + radius));
        let [most1, most2] = [0, 0];
        for (let step = -25; step <= 25; step++) {
          const share = step / 25;
          const there = derivativesAt({ name }, z + share * radius);
          for (const k of [1, 2, 3]) {
            expect(Math.abs(there[k]!)).toBeLessThanOrEqual(bounds[k - 1]! + 1e-13);
          }
          most1 = Math.max(most1, Math.abs(there[1]));
          most2 = Math.max(most2, Math.abs(there[2]));
        }
        // and not by much too large, where nothing bends suddenly
        if (name === 'softsign') continue;
        expect(bounds[0]).toBeLessThan(most1 + 0.04);
        expect(bounds[1]).toBeLessThan(most2 + 0.15);
      }
    }
  });

  test.each([
    ['tanh', [2, 3, 2]],
    ['gelu', [1, 3, 2, 1]],
    ['swish', [2, 2]],
  ] as const)('residuals, their gradients and curvatures: %s %j', (activation, widths) => {
    const net = network([...widths], { activation });
    const d = net.dimension;
    const rows = {
      count: 4,
      inputs: normal(key(3), [4, widths[0]]).data,
      targets: normal(key(4), [4, widths.at(-1)!]).data,
    };
    const theta = normal(key(5), [d]).data as Float64Array;
    const S = normal(key(6), [d, d]).data as Float64Array;
    const { r, J, layers, passes } = encloseResidual(net, rows, theta);
    const jet = residualJet(net, rows, theta);
    const B = secondDerivatives(net, jet, theta, S);
    const near = ({ lo, hi }: { lo: number; hi: number }, value: number): void => {
      const slack = 1e-12 * (1 + Math.abs(value));
      expect(lo - slack).toBeLessThan(value);
      expect(hi + slack).toBeGreaterThan(value);
      expect(hi - lo).toBeLessThan(1e-10);
    };
    r.forEach((value, i) => near(value, jet.residual[i]!));
    J.forEach((row, i) => row.forEach((value, k) => near(value, jet.jacobian[i * d + k]!)));
    passes
      .flatMap((pass) => encloseCurvature(layers, theta, pass, S, d))
      .forEach((form, i) => form.forEach((value, k) => near(value, B[i * d * d + k]!)));
  });

  test('loss, gradient and Hessian of population risks, at a point and on a box', () => {
    const net = network([1, 4, 2], { activation: 'relu' });
    const risk = populationRisk(net, {
      interval: [-1, 2],
      target: [[0, 1, -1], { knots: [-1, 0.3, 2], pieces: [[1], [0.5, 2]] }],
      density: [0.5, 0.1],
    });
    const d = net.dimension;
    const theta = Float64Array.from([1, -2, 0.5, 1, -0.5, 1, 3, -4].concat(Array(10).fill(0)));
    theta.set(normal(key(7), [10]).data, 8);
    const enclosure = new PopulationEnclosure(risk);
    for (const radius of [0, 1e-3]) {
      const box = enclosure.on(theta, radius);
      if (typeof box === 'string') throw new Error(box);
      expect(box.moves.filter((move) => !move).length).toBe(4);
      for (let i = 0; i < (radius === 0 ? 1 : 20); i++) {
        const shift = uniform(foldIn(key(8), i), [d], { low: -radius, high: radius }).data;
        const at = theta.map((x, k) => x + (radius === 0 ? 0 : shift[k]!));
        const [gradient, hessian] = [new Float64Array(d), new Float64Array(d * d)];
        const loss = risk.gradient(at, gradient);
        risk.hessian(at, hessian);
        const inside = ({ lo, hi }: { lo: number; hi: number }, value: number): void => {
          expect(value).toBeGreaterThan(lo - 1e-12);
          expect(value).toBeLessThan(hi + 1e-12);
          expect(hi - lo).toBeLessThan(radius === 0 ? 1e-11 : 1);
        };
        inside(box.loss, loss);
        box.gradient.forEach((value, k) => inside(value, gradient[k]!));
        box.hessian.forEach((row, k) =>
          row.forEach((value, l) => inside(value, hessian[k * d + l]!)),
        );
        // every gradient is orthogonal to the tangents
        for (const tangent of box.tangents) {
          let along = point(0);
          tangent.forEach((t, k) => (along = add(along, mul(t, point(gradient[k]!)))));
          expect(along.lo).toBeLessThan(1e-12);
          expect(along.hi).toBeGreaterThan(-1e-12);
        }
      }
    }
  });

  test('singular values from below, eigenvalues from above, definiteness only where it is', () => {
    for (let i = 0; i < 20; i++) {
      // A = diag(1, …, 10^−5)·Q with a reflection Q
      const [n, d] = [5, 8];
      const u = normal(foldIn(key(9), i), [d]).data;
      const square = Array.from(u).reduce((sum, x) => sum + x * x, 0);
      const A = Float64Array.from({ length: n * d }, (_, at) => {
        const [row, column] = [Math.floor(at / d), at % d];
        const entry = Number(row === column) - (2 * u[row]! * u[column]!) / square;
        return entry * 10 ** (-1.25 * row);
      });
      const least = leastSingular({ mid: A, radius: 1e-9 }, n, d);
      expect(least).toBeLessThan(1e-5 - 0.9e-9);
      expect(least).toBeGreaterThan(0.3e-5);
      const gram = Float64Array.from({ length: n * n }, (_, at) => {
        let sum = 0;
        for (let k = 0; k < d; k++) sum += A[Math.floor(at / n) * d + k]! * A[(at % n) * d + k]!;
        return sum;
      });
      expect(greatestEigenvalue(gram, n, 0)).toBeGreaterThan(1 - 1e-14);
      expect(greatestEigenvalue(gram, n, 0)).toBeLessThan(1.001);
      const shifted = (by: number) => gram.map((x, at) => x + (at % (n + 1) === 0 ? by : 0));
      expect(isPositiveDefinite(shifted(1e-12), n, 0)).toBe(true);
      expect(isPositiveDefinite(shifted(1e-12), n, 2e-10)).toBe(false);
      expect(isPositiveDefinite(shifted(-1.01e-10), n, 0)).toBe(false);
    }
  });
});

const implicit = { rtol: 1e-7, atol: 1e-11, energy: false } as const;

interface Certified {
  readonly risk: Objective;
  readonly certificate: ConvergenceCertificate;
  /** The same kind of risk with other data. */
  readonly other: Objective;
}

function smoothRisk(seed: number, widths: number[], count: number): EmpiricalRisk {
  return empiricalRisk(network(widths, { activation: 'tanh' }), {
    inputs: uniform(foldIn(key(21), seed), [count, widths[0]!], { low: -1, high: 1 }),
    targets: normal(foldIn(key(22), seed), [count, widths.at(-1)!]),
  });
}

/** A certificate of each kind. */
function certifiedFlows(): Certified[] {
  const found: Certified[] = [];
  const certified = (risk: Objective, other: Objective, theta: ArrayLike<number>): void => {
    const { certificate, refused } = certifyConvergence(risk, theta);
    if (!certificate) throw new Error(JSON.stringify(refused));
    found.push({ risk, other, certificate });
  };
  for (const widths of [
    [1, 8, 1],
    [2, 4, 4, 1],
  ]) {
    const risk = smoothRisk(0, widths, 5);
    const start = initialize(risk.network, xavierUniform, key(23), { biases: normalWeights(1) });
    const flow = gradientFlow(risk, start, { until: { time: 1e8, loss: 1e-9 }, ...implicit });
    certified(risk, smoothRisk(1, widths, 5), flow.theta);
  }
  // relu with a frozen pattern and a residual that stays
  const relu = network([1, 2, 1], { activation: 'relu' });
  const inputs = [-1, -0.6, -0.2, 0.2, 0.6, 1];
  const bent = (wave: number): EmpiricalRisk =>
    empiricalRisk(relu, {
      inputs,
      targets: inputs.map((x) => Math.max(0, x) - 0.5 * Math.max(0, -x) + wave * Math.cos(9 * x)),
    });
  const start = [1, -1, 0.01, 0.01, 1, -0.5, 0];
  const flow = gradientFlow(bent(0.01), start, { until: 40, rtol: 1e-9, atol: 1e-12 });
  certified(bent(0.01), bent(0.3), flow.theta);
  // an isolated minimum
  const net = network([2, 1, 1], { activation: 'tanh' });
  const points = uniform(key(24), [12, 2], { low: -2, high: 2 });
  const teacher = [1.2, -0.7, 0.3, 1.5, -0.2];
  const near = (noise: number): EmpiricalRisk =>
    empiricalRisk(net, {
      inputs: points,
      targets: Array.from(
        realize(net, teacher, points).data,
        (y, i) => y + noise * normal(key(25), [12]).data[i]!,
      ),
    });
  for (const noise of [0, 0.02]) {
    const { theta } = gradientFlow(near(noise), teacher, { until: 1e7, ...implicit });
    certified(near(noise), near(0.5), theta);
  }
  // no critical point
  const classifier = network([2, 2], { activation: 'identity' });
  const classified = (targets: number[]): EmpiricalRisk =>
    empiricalRisk(classifier, {
      inputs: [
        [1, 0],
        [0, 1],
        [-1, 0.2],
      ],
      targets,
      loss: 'crossEntropy',
    });
  certified(classified([1, 0, 0]), classified([0, 1, 1]), [-9, 2, 9, -2, 2, -2]);
  // theorems
  const line = network([2, 1], { activation: 'identity' });
  const fit = (seed: number): EmpiricalRisk =>
    empiricalRisk(line, { inputs: points, targets: normal(key(seed), [12]) });
  certified(fit(26), near(0), [1, 2, 3]);
  const constant = empiricalRisk(relu, { inputs, targets: Array(6).fill(0.3) as number[] });
  certified(constant, bent(0.1), start);
  // population risks
  const target = (f: number[]) =>
    populationRisk(network([1, 2, 1], { activation: 'relu' }), { interval: [0, 1], target: f });
  certified(target([0.3]), target([0, 1]), start);
  for (const seed of [2, 5]) {
    const risk = target([0, 0, seed === 2 ? 0 : 1, 1]);
    const begin = initialize(network([1, 2, 1], { activation: 'relu' }), heNormal, key(seed), {
      biases: normalWeights(0.5),
    });
    const { theta } = gradientFlow(risk, begin, { until: 1e5, rtol: 1e-8, atol: 1e-11 });
    certified(risk, target([1, -2, 4]), theta);
  }
  return found;
}

/** Claims made stronger, and data changed: `keys` leads to what is changed. */
function tampered(certificate: ConvergenceCertificate, seed: number): [string, object][] {
  const out: [string, object][] = [];
  const plain = JSON.parse(JSON.stringify(certificate)) as Record<string, unknown>;
  const random = uniform(foldIn(key(31), seed), [400]).data;
  let use = 0;
  const share = (): number => random[use++ % 400]!;
  const put = (what: string, change: object): void => {
    out.push([what, { ...plain, ...change }]);
  };
  // from weaker claims, which are true, to stronger ones
  const stronger: Record<string, (value: number) => number> = {
    radius: (x) =>
      certificate.kind === 'minimum'
        ? certificate.constants.n * (0.95 - 0.9 * share())
        : x * (0.95 - 0.9 * share()),
    slack: (x) => x * (1.1 + 9 * share()) + 1e-300,
    margin: (x) => x + 0.01 * (1 + share()),
    rank: (x) => x + (share() < 0.5 ? 1 : -1),
    limitWithin: (x) => x * (0.95 - 0.9 * share()),
    curvature: (x) => x * (1.1 + 9 * share()),
    loss: (x) => x * (0.9 - 0.8 * share()),
    below: (x) => x * (1.1 + share()),
  };
  for (let round = 0; round < 6; round++) {
    for (const [name, value] of Object.entries(plain)) {
      if (typeof value === 'number') put(name, { [name]: stronger[name]!(value) });
    }
    if (plain.constants) {
      const constants = plain.constants as Record<string, number>;
      for (const [name, value] of Object.entries(constants)) {
        const factor = 1 + (name === 'a' ? 1 : -1) * (0.01 + 0.9 * share());
        // these may be larger than they must
        if (name === 'n' || name === 'gamma' || name === 'kappa') {
          put(name, { constants: { ...constants, [name]: 0 } });
        } else put(name, { constants: { ...constants, [name]: value * factor } });
      }
    }
    const [low, high] = certificate.level;
    const width = Math.max(high - low, 1e-300);
    put('level above', { level: [high + width * (1 + share()), high + width * 3] });
    if (high > 0) put('level below', { level: [-1 - share(), low - 0.01 * (1 + Math.abs(low))] });
    put('level reversed', { level: [1 + high, low] });
    for (const name of ['from', 'centre', 'metric']) {
      const list = plain[name] as number[] | undefined;
      if (!list || certificate.kind === 'theorem') continue;
      const size = Math.sqrt(list.reduce((sum, x) => sum + x * x, 0));
      const at = Math.floor(share() * list.length);
      if (certificate.kind === 'noCriticalPoint') {
        // to where the classes are the others
        put(`${name} turned`, { [name]: list.map((x) => -x * share()) });
      } else if (name !== 'metric' || certificate.kind !== 'minimum') {
        const moved = list.map((x) => x + size * (0.5 + share()) * (share() < 0.5 ? 1 : -1));
        put(`${name} moved`, { [name]: moved });
      } else put('metric', { metric: list.map((x) => x * (2 + share())) });
      put(`${name} cut`, { [name]: list.slice(1) });
      put(`${name} not finite`, { [name]: list.map((x, i) => (i === at ? NaN : x)) });
    }
  }
  for (const name of Object.keys(plain)) {
    if (name === 'seal') continue;
    const { [name]: _, ...rest } = plain;
    out.push([`${name} left out`, rest]);
    for (const value of [null, NaN, 'x', {}, [], -1, Infinity]) {
      // any state will do for a theorem
      if (name === 'slack' && value === -1) continue;
      put(`${name} = ${JSON.stringify(value)}`, { [name]: value });
    }
  }
  return out;
}

test('certificates hold as plain data; more than a thousand tampered ones do not', () => {
  let refused = 0;
  const kinds = new Set<string>();
  certifiedFlows().forEach(({ risk, other, certificate }, i) => {
    kinds.add(certificate.kind);
    const plain = JSON.parse(JSON.stringify(certificate)) as ConvergenceCertificate;
    expect(verifyConvergence(risk, plain)).toBe(true);
    expect(() => verifyConvergence(other, plain)).toThrow();
    for (const [what, changed] of tampered(certificate, i)) {
      const isAccepted = (seal: string): boolean => {
        try {
          return verifyConvergence(risk, { ...changed, seal } as ConvergenceCertificate);
        } catch (error) {
          expect(error).toBeInstanceOf(ConvergenceCertificateError);
          return false;
        }
      };
      // with the old seal, and with one that fits
      if (isAccepted(certificate.seal)) expect([what, changed]).toEqual('refused: the seal');
      if (isAccepted(sealOf(risk, changed as ConvergenceCertificate)))
        expect([certificate.kind, what, changed]).toEqual('refused');
      refused++;
    }
  });
  expect(kinds).toEqual(
    new Set(['surjective', 'minimum', 'noCriticalPoint', 'theorem', 'curvature']),
  );
  expect(refused).toBeGreaterThan(1000);
});
