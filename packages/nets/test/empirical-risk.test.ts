import {
  activationNames,
  ArgumentError,
  losses,
  lossNames,
  NonFiniteError,
  referenceKernels,
  ShapeError,
  defaultKernels,
  defaultKinks,
} from '@nonsmooth/kernels';
import {
  empiricalRisk,
  network,
  tracedEmpiricalRisk,
  type EmpiricalRiskData,
} from '@nonsmooth/nets';
import { integers, key, normal, uniform } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const problem = fc.record({
  widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 5 }),
  activation: fc.constantFrom(...activationNames),
  loss: fc.constantFrom(...lossNames),
  batchNormalization: fc.boolean(),
  samples: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(),
});

function draw({
  widths,
  activation,
  loss,
  batchNormalization,
  samples,
  seed,
}: typeof problem extends fc.Arbitrary<infer Given> ? Given : never) {
  const net = network(widths, { activation, batchNormalization });
  const outputs = widths[widths.length - 1]!;
  const data: EmpiricalRiskData = {
    inputs: normal(key(seed), [samples, widths[0]!]),
    targets: {
      numbers: () => normal(key(seed + 1), [samples, outputs]),
      probabilities: () => uniform(key(seed + 1), [samples, outputs]),
      classes: () => Float64Array.from(integers(key(seed + 1), [samples], 0, outputs)),
    }[losses[loss].targets](),
    loss,
  };
  const theta = normal(key(seed + 2), [net.dimension]).data as Float64Array;
  return { net, data, theta };
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  let scale = 1e-300;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    error = Math.max(error, Math.abs(actual[i]! - expected[i]!));
  }
  // batch normalization of one sample divides by √ε: allow its amplification of rounding
  expect(error / Math.max(scale, 1e-3)).toBeLessThan(tolerance);
}

describe.each([referenceKernels, defaultKernels])('the risk on the $name kernels', (kernels) => {
  test('equals the traced program on random networks and data', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const { net, data, theta } = draw(given);
        const fast = empiricalRisk(net, data, { kernels });
        const slow = tracedEmpiricalRisk(net, data);
        const [g, h] = [new Float64Array(net.dimension), new Float64Array(net.dimension)];
        const value = slow.gradient(theta, h);
        close([fast.value(theta)], [value], 1e-10);
        close([fast.gradient(theta, g)], [value], 1e-10);
        close(g, h, 1e-10);
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  test('a batch gradient is that of the risk over the chosen samples', () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 30 }), (given, size) => {
        const { net, data, theta } = draw(given);
        const indices = Uint32Array.from(integers(key(given.seed + 3), [size], 0, given.samples));
        const fast = empiricalRisk(net, data, { kernels });
        const slow = tracedEmpiricalRisk(net, data);
        const [g, h] = [new Float64Array(net.dimension), new Float64Array(net.dimension)];
        const value = slow.batchGradient(theta, indices, h);
        close([fast.batchGradient(theta, indices, g)], [value], 1e-10);
        close(g, h, 1e-10);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('Hessians and their products equal those of the traced program', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const { net, data, theta } = draw({ ...given, batchNormalization: false });
        const d = net.dimension;
        const v = normal(key(given.seed + 4), [d]).data;
        const fast = empiricalRisk(net, data, { kernels });
        const slow = tracedEmpiricalRisk(net, data);
        const [p, q] = [new Float64Array(d), new Float64Array(d)];
        fast.hessianVector(theta, v, p);
        slow.hessianVector!(theta, v, q);
        close(p, q, 1e-9);
        const [H, K] = [new Float64Array(d * d), new Float64Array(d * d)];
        fast.hessian(theta, H);
        slow.hessian!(theta, K);
        close(H, K, 1e-9);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  test('single precision agrees with double to single rounding', () => {
    const net = network([2, 8, 5, 1], { activation: 'gelu' });
    const data = { inputs: normal(key(1), [50, 2]), targets: normal(key(2), [50]) };
    const theta = normal(key(3), [net.dimension], { standardDeviation: 0.5 }).data;
    const [g, h] = [new Float64Array(net.dimension), new Float64Array(net.dimension)];
    empiricalRisk(net, data, { kernels, dtype: 'f32' }).gradient(theta, g);
    empiricalRisk(net, data, { kernels }).gradient(theta, h);
    close(g, h, 2e-6);
    expect([...g]).not.toEqual([...h]);
  });
});

test('ELU with another α has the derivative α + (1 − α)·relu′(0) at 0, by kernels and by tracing', () => {
  const bent = network([1, 1, 1], { activation: { name: 'elu', parameter: 0.25 } });
  const data = { inputs: [1], targets: [1] };
  const theta = Float64Array.of(2, -2, 3, 0); // pre-activation 0, output 0, L = (3·elu(w + b) + c − 1)²
  for (const relu of [0, 1]) {
    const kinks = { ...defaultKinks, relu };
    const expected = -2 * 3 * (0.25 + 0.75 * relu);
    for (const risk of [
      empiricalRisk(bent, data, { kinks }),
      empiricalRisk(bent, data, { kinks, kernels: referenceKernels }),
      tracedEmpiricalRisk(bent, data, { kinks }),
    ]) {
      const gradient = new Float64Array(4);
      risk.gradient(theta, gradient);
      expect(gradient[0]).toBe(expected);
    }
  }
});

const net = network([2, 3, 2], { activation: 'relu' });
const inputs = [
  [1, 2],
  [3, 4],
];

test.each([
  [undefined as never, ArgumentError, /data = undefined; allowed: \{ inputs, targets/],
  [{ inputs } as never, ArgumentError, /targets = undefined; allowed: numbers/],
  [
    { inputs: [[1, 2], [3]], targets: inputs },
    ShapeError,
    /inputs\[1\] = \[3\]; allowed: an array of 2/,
  ],
  [
    { inputs: [[1, 2, 3]], targets: [[1, 2]] },
    ShapeError,
    /inputs.shape = \[1, 3\]; allowed: \[samples, 2\]/,
  ],
  [{ inputs, targets: [[1, 2]] }, ShapeError, /targets.shape = .*2 samples/],
  [{ inputs, targets: [[1], [2]] }, ShapeError, /targets.shape/],
  [{ inputs: new Float64Array(0), targets: [[1, 2]] }, ShapeError, /inputs.shape/],
  [
    {
      inputs: [
        [1, NaN],
        [3, 4],
      ],
      targets: inputs,
    },
    NonFiniteError,
    /inputs\[1\] = NaN/,
  ],
  [
    {
      inputs,
      targets: [
        [1, 2],
        [Infinity, 0],
      ],
    },
    NonFiniteError,
    /targets\[2\] = Infinity/,
  ],
  [
    { inputs, targets: [0, 2], loss: 'crossEntropy' as const },
    Error,
    /targets\[1\] = 2; allowed: class indices 0 to 1/,
  ],
  [
    {
      inputs,
      targets: [
        [0, 0],
        [0, 0],
      ],
      loss: 'relativeL2' as const,
    },
    Error,
    /not all zero/,
  ],
  [
    { inputs, targets: inputs, loss: 'absolute' as 'squared' },
    Error,
    /loss = "absolute"; allowed: squared/,
  ],
])(
  'wrong data are refused with argument, value and what is allowed (%#)',
  (data, type, message) => {
    expect(() => empiricalRisk(net, data)).toThrow(type);
    expect(() => empiricalRisk(net, data)).toThrow(message);
  },
);

test('a batch of no samples is refused by both routes', () => {
  const net = network([1, 1], { activation: 'identity' });
  const data = { inputs: [1, 2], targets: [1, 2] };
  const [theta, none, out] = [new Float64Array(2), new Uint32Array(0), new Float64Array(2)];
  for (const risk of [empiricalRisk(net, data), tracedEmpiricalRisk(net, data)]) {
    expect(() => risk.batchGradient(theta, none, out)).toThrow('indices.length = 0');
  }
});
