import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArgumentError, NonFiniteError, ShapeError, type FloatArray } from '@nonsmooth/kernels';
import {
  empiricalRisk,
  evaluatePiecewise,
  network,
  populationRisk,
  type PiecewisePolynomial,
  type PopulationRisk,
} from '@nonsmooth/nets';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';
import { quadratureRisk } from './quadrature-risk.js';

const relu = (widths: readonly number[]) => network(widths, { activation: 'relu' });

function gradientOf(risk: PopulationRisk, theta: FloatArray): Float64Array {
  const out = new Float64Array(risk.dimension);
  risk.gradient(theta, out);
  return out;
}

function productOf(risk: PopulationRisk, theta: FloatArray, v: FloatArray): Float64Array {
  const out = new Float64Array(risk.dimension);
  risk.hessianVector(theta, v, out);
  return out;
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  const scale = Array.from(expected).reduce((s, x) => Math.max(s, Math.abs(x)), 1);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= tolerance * scale)) expect.fail(`entry ${i}: ${actual[i]} and ${expected[i]}`);
  }
}

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, t, i) => sum + t * y[i]!, 0);

const step: PiecewisePolynomial = { knots: [-1, 0.25, 2], pieces: [[1, -2, 0, 1], [0.5]] };
const hat: PiecewisePolynomial = { knots: [-1, 0, 1, 2], pieces: [[1, 1], [1, -1], [0]] };

/** Problems of growing difficulty with random parameters: name, risk, and what the twin needs. */
const problems = [
  {
    name: 'polynomial target, uniform density',
    widths: [1, 5, 1],
    interval: [-1, 1],
    target: [[5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1]],
    density: [0.5],
  },
  {
    name: 'jumping target, two outputs',
    widths: [1, 4, 2],
    interval: [-1, 2],
    target: [step, [0, 0, 1]],
    density: [1 / 3],
  },
  {
    name: 'piecewise density that vanishes on a part',
    widths: [1, 6, 1],
    interval: [-1, 2],
    target: [step],
    density: hat,
  },
  {
    name: 'knots beyond the interval, three outputs',
    widths: [1, 3, 3],
    interval: [-0.5, 1.5],
    target: [hat, [1], step],
    density: [0, 0, 2],
  },
].map(({ widths, interval: [a, b], target, density, name }) => {
  const interval = [a!, b!] as const;
  const asFunction = (f: PiecewisePolynomial | number[]) =>
    Array.isArray(f)
      ? (x: number) => f.reduce((sum, coefficient, k) => sum + coefficient * x ** k, 0)
      : (x: number) => evaluatePiecewise(f, x);
  const targets = target.map(asFunction);
  return {
    name,
    risk: populationRisk(relu(widths), { interval, target, density }),
    twin: {
      neurons: widths[1]!,
      outputs: widths[2]!,
      interval,
      target: (x: number, j: number) => targets[j]!(x),
      density: asFunction(density),
    },
  };
});

/** Random parameters with constant, dead, zero and duplicated neurons among them. */
function parameters(use: number, risk: PopulationRisk): Float64Array {
  const theta = normal(foldIn(key(31), use), [risk.dimension]).data as Float64Array;
  const h = risk.network.widths[1]!;
  const put = (i: number, w: number, b: number): void => {
    theta[i % h] = w;
    theta[h + (i % h)] = b;
  };
  if (use % 4 === 1) put(use, 0, 0.7);
  if (use % 4 === 2) put(use, 0, -0.7);
  if (use % 4 === 2) put(use + 1, 0, 0);
  if (use % 4 === 3) put(use, theta[(use + 1) % h]!, theta[h + ((use + 1) % h)]!);
  return theta;
}

describe.each(problems)('$name', ({ risk, twin }) => {
  test('value and gradient agree with adaptive quadrature to 1e-12', () => {
    for (let use = 0; use < 4; use++) {
      const theta = parameters(use, risk);
      const slow = quadratureRisk(twin, theta);
      const gradient = new Float64Array(risk.dimension);
      const value = risk.gradient(theta, gradient);
      expect(risk.value(theta)).toBe(value);
      expectClose([value], [slow.value()], 1e-12);
      expectClose(gradient, slow.gradient(), 1e-12);
    }
  });

  test('the Hessian agrees with adaptive quadrature to 1e-12 and is symmetric', () => {
    for (let use = 0; use < 2; use++) {
      const theta = parameters(use, risk);
      const expected = quadratureRisk(twin, theta).hessian();
      const hessian = new Float64Array(risk.dimension ** 2);
      risk.hessian(theta, hessian);
      expectClose(hessian, expected.flat(), 1e-12);
      const transposed = hessian.map(
        (_, at) =>
          hessian[(at % risk.dimension) * risk.dimension + Math.floor(at / risk.dimension)]!,
      );
      expectClose(hessian, transposed, 1e-14);
    }
  });

  test('Hessian–vector products are the derivative of the gradient and linear in the vector', () => {
    for (let use = 0; use < 8; use++) {
      if (use % 4 === 2) continue; // a degenerate neuron: not differentiable
      const theta = parameters(use, risk);
      const v = normal(foldIn(key(32), use), [risk.dimension]).data;
      const product = productOf(risk, theta, v);
      // First order: where breakpoints coincide the third derivatives jump.
      const h = 1e-7;
      const up = gradientOf(
        risk,
        theta.map((t, i) => t + h * v[i]!),
      );
      const down = gradientOf(
        risk,
        theta.map((t, i) => t - h * v[i]!),
      );
      expectClose(
        product,
        up.map((g, i) => (g - down[i]!) / (2 * h)),
        1e-6,
      );
      expectClose(
        productOf(
          risk,
          theta,
          v.map((t) => -3 * t),
        ),
        product.map((t) => -3 * t),
        1e-13,
      );
    }
  });

  test('the mean over many midpoints tends to the risk, its gradient to the generalized gradient', () => {
    const [a, b] = risk.interval;
    const samples = 40_000;
    const mass = risk.moments[0];
    // Inputs at quantiles of the density: x_s with ∫_a^{x_s} p = (s + ½)/samples·mass, by bisection on a fine sum.
    const inputs = quantiles(twin.density, a, b, samples);
    const targets = Array.from(inputs, (x) =>
      Array.from({ length: twin.outputs }, (_, j) => twin.target(x, j)),
    );
    const empirical = empiricalRisk(risk.network, { inputs, targets });
    for (let use = 0; use < 4; use++) {
      const theta = parameters(use, risk);
      const gradient = new Float64Array(risk.dimension);
      expectClose([empirical.gradient(theta, gradient) * mass], [risk.value(theta)], 1e-4);
      expectClose(
        gradient.map((g) => g * mass),
        gradientOf(risk, theta),
        1e-4,
      );
    }
  });
});

function quantiles(density: (x: number) => number, a: number, b: number, n: number): Float64Array {
  const cells = 400_000;
  const cumulative = new Float64Array(cells + 1);
  for (let i = 0; i < cells; i++) {
    cumulative[i + 1] = cumulative[i]! + density(a + ((i + 0.5) / cells) * (b - a));
  }
  const out = new Float64Array(n);
  let cell = 0;
  for (let s = 0; s < n; s++) {
    const level = ((s + 0.5) / n) * cumulative[cells]!;
    while (cumulative[cell + 1]! < level) cell++;
    const part = (level - cumulative[cell]!) / (cumulative[cell + 1]! - cumulative[cell]!);
    out[s] = a + ((cell + part) / cells) * (b - a);
  }
  return out;
}

test('the empirical risk of random samples deviates by its standard error', () => {
  const net = relu([1, 6, 1]);
  const risk = populationRisk(net, { interval: [-1, 1], target: [0, 1, -1, 2] });
  const samples = 200_000;
  const inputs = uniform(key(41), [samples], { low: -1, high: 1 }).data;
  const targets = inputs.map((x) => x - x ** 2 + 2 * x ** 3);
  const empirical = empiricalRisk(net, { inputs, targets });
  const theta = normal(key(42), [net.dimension]).data as Float64Array;
  const single = Float64Array.from(inputs.subarray(0, 2000), (_, s) =>
    empirical.batchGradient(theta, Uint32Array.of(s), new Float64Array(net.dimension)),
  );
  const mean = single.reduce((sum, x) => sum + x, 0) / 2000;
  const deviation = Math.sqrt(single.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2000);
  const error = Math.abs(empirical.value(theta) - risk.value(theta));
  expect(error).toBeLessThan((4 * deviation) / Math.sqrt(samples));
});

test('one neuron, by hand: relu(x − ½) against 0 on [0, 1]', () => {
  const risk = populationRisk(relu([1, 1, 1]), { interval: [0, 1], target: [0] });
  const theta = Float64Array.of(1, -0.5, 1, 0);
  // ∫₀^½ t² = 1/24; 2∫t(t + ½) = 1/12 + 1/8; 2∫t = 1/4; 2∫t² = 1/12; 2∫t = 1/4.
  expectClose([risk.value(theta)], [1 / 24], 1e-16);
  expectClose(gradientOf(risk, theta), [5 / 24, 1 / 4, 1 / 12, 1 / 4], 1e-15);
  // R = 0 at the breakpoint: 2∫(x, 1)(x, 1)ᵀ over [½, 1], mixed with v: 2∫t(x, 1) + 2∫R(x, 1).
  const hessian = new Float64Array(16);
  risk.hessian(theta, hessian);
  const expected = [
    [7 / 12, 3 / 4, 5 / 12, 3 / 4],
    [3 / 4, 1, 1 / 2, 1],
    [5 / 12, 1 / 2, 1 / 12, 1 / 4],
    [3 / 4, 1, 1 / 4, 2],
  ];
  expectClose(hessian, expected.flat(), 1e-15);
});

test('the Hessian sees the residual at the breakpoint: relu(x − ½) + 1 against 0 on [0, 1]', () => {
  const risk = populationRisk(relu([1, 1, 1]), { interval: [0, 1], target: [0] });
  const theta = Float64Array.of(2, -1, 1, 1);
  // 2∫(x, 1)(x, 1)ᵀ over [½, 1] plus 2·R(½)/2·(½, 1)(½, 1)ᵀ with R(½) = 1.
  const hessian = new Float64Array(16);
  risk.hessian(theta, hessian);
  expectClose([hessian[0]!, hessian[1]!, hessian[5]!], [7 / 12 + 1 / 4, 3 / 4 + 1 / 2, 2], 1e-15);
});

test('a network equal to its piecewise linear target has risk 0 and gradient 0', () => {
  const risk = populationRisk(relu([1, 2, 1]), {
    interval: [-1, 2],
    target: { knots: [-1, 0, 1, 2], pieces: [[3], [3, 2], [5]] },
  });
  const theta = Float64Array.of(1, 2, 0, -2, 2, -1, 3);
  expect(risk.value(theta)).toBe(0);
  expect([...gradientOf(risk, theta)]).toEqual(Array(7).fill(0));
});

test('⟨∇V, G⟩ = 8L for V(θ) = ‖θ‖² + |c − 2α|² and constant target α, degenerate neurons included', () => {
  const net = relu([1, 6, 1]);
  const alpha = 1.5;
  const risk = populationRisk(net, { interval: [-1, 3], target: [alpha], density: hatOn(-1, 3) });
  for (let use = 0; use < 20; use++) {
    const theta = parameters(use, risk);
    const gradient = new Float64Array(net.dimension);
    const value = risk.gradient(theta, gradient);
    const shift = net.dimension - 1;
    const product = 2 * dot(theta, gradient) + 2 * (theta[shift]! - 2 * alpha) * gradient[shift]!;
    expectClose([product], [8 * value], 1e-13);
  }
});

function hatOn(a: number, b: number): PiecewisePolynomial {
  const m = (a + b) / 2;
  return {
    knots: [a, m, b],
    pieces: [
      [-a, 1],
      [b, -1],
    ],
  };
}

test('⟨w, G_w⟩ + b·G_b = ⟨v, G_v⟩ for every hidden neuron and several outputs', () => {
  const { risk } = problems[3]!;
  for (let use = 0; use < 20; use++) {
    const theta = parameters(use, risk);
    const g = gradientOf(risk, theta);
    for (let i = 0; i < 3; i++) {
      const incoming = theta[i]! * g[i]! + theta[3 + i]! * g[3 + i]!;
      const outgoing = [6, 9, 12].reduce((sum, at) => sum + theta[at + i]! * g[at + i]!, 0);
      expectClose([incoming], [outgoing], 1e-13);
    }
  }
});

test('the order of neurons, splitting the interval and mirroring it change nothing', () => {
  const net = relu([1, 4, 1]);
  fc.assert(
    fc.property(
      fc.nat({ max: 1000 }),
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      (use, cut) => {
        const target = [0.5, -1, 2];
        const whole = populationRisk(net, { interval: [-1, 1], target, density: [1] });
        const theta = parameters(use, whole);
        const value = whole.value(theta);
        const left = populationRisk(net, { interval: [-1, cut], target, density: [1] });
        const right = populationRisk(net, { interval: [cut, 1], target, density: [1] });
        expectClose([left.value(theta) + right.value(theta)], [value], 1e-13);
        const [gl, gr] = [gradientOf(left, theta), gradientOf(right, theta)];
        expectClose(
          gl.map((g, i) => g + gr[i]!),
          gradientOf(whole, theta),
          1e-13,
        );

        const order = [2, 0, 3, 1];
        const permute = (x: Float64Array): Float64Array =>
          Float64Array.from({ length: 13 }, (_, at) =>
            at === 12 ? x[12]! : x[4 * Math.floor(at / 4) + order[at % 4]!]!,
          );
        expectClose(gradientOf(whole, permute(theta)), permute(gradientOf(whole, theta)), 1e-13);

        const mirrored = populationRisk(net, {
          interval: [-1, 1],
          target: [0.5, 1, 2],
          density: [1],
        });
        expectClose([mirrored.value(theta.map((t, at) => (at < 4 ? -t : t)))], [value], 1e-13);
      },
    ),
    { seed: 7, numRuns: 50 },
  );
});

describe('degenerate neurons (w, b) = (0, 0)', () => {
  const risk = populationRisk(relu([1, 2, 1]), { interval: [0, 1], target: [0.5] });
  // Neuron 0 degenerate with v = 1; neuron 1 is dead; R = −½.
  const theta = Float64Array.of(0, 0, 0, -1, 1, 1, 0);
  const at = (dw: number, db: number): [number, number] => {
    const out = new Float64Array(7);
    risk.bouligandGradient(theta, Float64Array.of(dw, 0, db, 0, 0, 0, 0), out);
    return [out[0]!, out[2]!];
  };

  test('G takes the part of the empty set; the others are 2v∫_S R·(x, 1)', () => {
    expect(risk.degenerateNeurons(theta)).toEqual([0]);
    expectClose(gradientOf(risk, theta), [0, 0, 0, 0, 0, 0, -1], 1e-15);
    expect(at(0, 0)).toEqual([0, 0]);
    expect(at(0, -1)).toEqual([0, 0]);
    expect(at(1, -2)).toEqual([0, 0]);
    expectClose(at(0, 1), [-1 / 2, -1], 1e-15);
    expectClose(at(-1, 2), [-1 / 2, -1], 1e-15);
    // S = {x > ¼} and {x < ¼}.
    expectClose(at(4, -1), [-15 / 32, -3 / 4], 1e-15);
    expectClose(at(-4, 1), [-1 / 32, -1 / 4], 1e-15);
  });

  test('a neuron without outgoing weight is no kink', () => {
    expect(risk.degenerateNeurons(Float64Array.of(0, 0, 0, 0, 0, 2, 0))).toEqual([1]);
  });

  test.each(problems)(
    '$name: the parts are limits of gradients, L′ of difference quotients',
    ({ risk }) => {
      const h = risk.network.widths[1]!;
      for (let use = 0; use < 6; use++) {
        const theta = normal(foldIn(key(51), use), [risk.dimension]).data as Float64Array;
        for (const i of [0, 1]) theta[i] = theta[h + i] = 0;
        const direction = normal(foldIn(key(52), use), [risk.dimension]).data as Float64Array;
        const along = (t: number): Float64Array => theta.map((x, k) => x + t * direction[k]!);
        const limit = new Float64Array(risk.dimension);
        const value = risk.bouligandGradient(theta, direction, limit);
        expectClose([value], [risk.value(theta)], 1e-15);
        expectClose(gradientOf(risk, along(1e-8)), limit, 2e-6);

        const slope = risk.directionalDerivative(theta, direction);
        expectClose([slope], [dot(limit, direction)], 1e-15);
        const quotient = (t: number): number => (risk.value(along(t)) - value) / t;
        const [t1, t2] = [quotient(1e-4), quotient(5e-5)];
        expectClose([2 * t2 - t1], [slope], 1e-5);
        const backward = risk.directionalDerivative(
          theta,
          direction.map((x) => -x),
        );
        expect(Math.abs(slope + backward)).toBeGreaterThan(1e-6);
      }
    },
  );

  test('where no neuron is degenerate L′(θ; δ) = ⟨∇L, δ⟩', () => {
    const { risk } = problems[1]!;
    const theta = parameters(1, risk);
    const direction = parameters(4, risk);
    expectClose(
      [risk.directionalDerivative(theta, direction)],
      [dot(gradientOf(risk, theta), direction)],
      1e-15,
    );
    expect(risk.degenerateNeurons(theta)).toEqual([]);
  });
});

test('breakpoints on knots and ends: the gradient is continuous there', () => {
  const { risk } = problems[1]!;
  for (const x of [-1, 0.25, 2]) {
    const theta = parameters(0, risk);
    theta[4] = -x * theta[0]!;
    const gradient = gradientOf(risk, theta);
    for (const t of [1e-9, -1e-9]) {
      const near = theta.slice();
      near[4] = near[4]! + t;
      expectClose(gradientOf(risk, near), gradient, 1e-7);
    }
  }
});

test('the Hessian at a breakpoint on a jump of the target is the mean of both sides', () => {
  const { risk } = problems[1]!;
  const theta = parameters(0, risk);
  const h = 4;
  theta[h] = -0.25 * theta[0]!;
  const v = normal(key(61), [risk.dimension]).data;
  const side = (t: number): Float64Array => {
    const near = theta.slice();
    near[h] = near[h]! + t;
    return productOf(risk, near, v);
  };
  const [left, right] = [side(1e-10), side(-1e-10)];
  expect(Math.abs(left[h]! - right[h]!)).toBeGreaterThan(1e-3);
  expectClose(
    productOf(risk, theta, v),
    left.map((x, i) => (x + right[i]!) / 2),
    1e-8,
  );
});

test('moments of the density are those of its definition', () => {
  const risk = (density?: PiecewisePolynomial | number[]): PopulationRisk =>
    populationRisk(relu([1, 3, 1]), { interval: [-1, 2], target: [0], density });
  expectClose(risk().moments, [1, 1 / 2, 1], 1e-15);
  expectClose(risk([0, 0, 2]).moments, [6, 7.5, 13.2], 1e-15);
  expectClose(risk(hat).moments, [1, 0, 1 / 6], 1e-15);
});

test('single precision parameters and results are taken', () => {
  const { risk } = problems[0]!;
  const theta = Float32Array.from(parameters(0, risk));
  const out = new Float32Array(risk.dimension);
  const value = risk.gradient(theta, out);
  expect(value).toBe(risk.value(Float64Array.from(theta)));
  expectClose(out, gradientOf(risk, Float64Array.from(theta)), 1e-6);
});

test('a NaN or infinity in θ gives NaN and leaves no trace', () => {
  const { risk } = problems[0]!;
  const theta = parameters(0, risk);
  const expected = gradientOf(risk, theta);
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const place of [0, 5, 10, 15]) {
      const broken = theta.slice();
      broken[place] = bad;
      expect(risk.value(broken)).toBeNaN();
      expect(gradientOf(risk, broken).every(Number.isNaN)).toBe(true);
      expect(productOf(risk, broken, theta).every(Number.isNaN)).toBe(true);
    }
  }
  expect(gradientOf(risk, theta)).toEqual(expected);
});

test('wrong arguments are refused by name', () => {
  const net = relu([1, 2, 1]);
  const interval = [0, 1] as const;
  const make = (data: object) => () => populationRisk(net, { interval, target: [1], ...data });
  expect(() => populationRisk(relu([1, 2, 2, 1]), { interval, target: [1] })).toThrow(
    /net\.widths/,
  );
  expect(() => populationRisk(relu([2, 2, 1]), { interval, target: [1] })).toThrow(ArgumentError);
  const tanh = network([1, 2, 1], { activation: 'tanh' });
  expect(() => populationRisk(tanh, { interval, target: [1] })).toThrow(/net\.activation = "tanh"/);
  const normalized = network([1, 2, 1], { activation: 'relu', batchNormalization: true });
  expect(() => populationRisk(normalized, { interval, target: [1] })).toThrow(/batchNormalization/);
  expect(() => populationRisk(net, undefined as never)).toThrow(/data = undefined/);
  expect(make({ interval: [1, 0] })).toThrow(/interval = \[1, 0\]; allowed: ends a < b/);
  expect(make({ interval: [0, Infinity] })).toThrow(NonFiniteError);
  expect(make({ interval: [0] })).toThrow(ShapeError);
  expect(make({ target: [[1], [2]] })).toThrow(/1 polynomials, one per output/);
  expect(make({ target: [] })).toThrow(ShapeError);
  expect(make({ target: [NaN] })).toThrow(NonFiniteError);
  expect(make({ target: { knots: [0, 0.5], pieces: [[1]] } })).toThrow(/cover \[0, 1\]/);
  expect(make({ target: { knots: [0, 1, 1], pieces: [[1], [1]] } })).toThrow(/strictly increasing/);
  expect(make({ target: { knots: [0, 1], pieces: [[1], [1]] } })).toThrow(/one more knot/);
  expect(make({ target: { knots: [0, 1], pieces: [[]] } })).toThrow(/target\.pieces\[0\]/);
  expect(make({ density: [-1] })).toThrow(/density\(/);
  expect(make({ density: [0.1, -1, 1] })).toThrow(/density\(0\.5\)/);
  expect(make({ density: [0] })).toThrow(/not zero everywhere/);
  expect(make({ density: [0.25, -1, 1] })).not.toThrow();
  const risk = make({})();
  expect(() => risk.value(new Float64Array(6))).toThrow(/theta\.length = 6; allowed: 7/);
  expect(() => risk.gradient(new Float64Array(7), new Float64Array(6))).toThrow(/out\.length/);
  expect(() => risk.hessian(new Float64Array(7), new Float64Array(7))).toThrow(/49/);
});
