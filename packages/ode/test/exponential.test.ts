import {
  dormandPrince54,
  dormandPrince853,
  exprb53,
  integrate,
  solve,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scalarPhi } from '../src/exponential/scalar-phi.js';
import { generalPhi, highestPhi, symmetricPhi } from '../src/exponential/small-phi.js';
import { tridiagonalEigen } from '../src/exponential/tridiagonal-eigen.js';
import { heat } from './heat.js';
import { interpolationOrder, observedOrder } from './observed-order.js';
import { errorAtEnd, tanhFlow, tanhFlowWithHessian } from './tanh-flow.js';

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

/** Orthogonal and symmetric: the reflection at the plane orthogonal to (1, 2, …, n). */
function reflect(v: Float64Array): Float64Array {
  let length = 0;
  let part = 0;
  v.forEach((value, i) => {
    length += (i + 1) ** 2;
    part += value * (i + 1);
  });
  return v.map((value, i) => value - (2 * part * (i + 1)) / length);
}

test('the φ functions satisfy their integral, φ_k(x) = ∫ e^((1−s)x) s^(k−1)/(k−1)! ds', () => {
  const out = new Float64Array(6);
  for (const x of [-900, -40, -7.3, -2.01, -2, -1.99, -0.3, 0, 1e-9, 0.7, 1.99, 2.01, 5]) {
    scalarPhi(x, out);
    expect(Math.abs(out[0]! / Math.exp(x) - 1) || 0).toBeLessThan(1e-13);
    let factorial = 1;
    for (let k = 1; k <= 5; k++) {
      if (k > 1) factorial *= k - 1;
      // Gauss–Legendre with three nodes on 4000 parts
      let integral = 0;
      const parts = 4000;
      for (let i = 0; i < parts; i++) {
        for (const [node, weight] of [
          [0.5 - Math.sqrt(0.15), 5 / 18],
          [0.5, 8 / 18],
          [0.5 + Math.sqrt(0.15), 5 / 18],
        ] as const) {
          const s = (i + node) / parts;
          integral += (weight / parts) * Math.exp((1 - s) * x) * s ** (k - 1);
        }
      }
      expect(Math.abs((out[k]! * factorial) / integral - 1)).toBeLessThan(1e-10);
    }
  }
});

const tridiagonal = fc
  .integer({ min: 1, max: 12 })
  .chain((n) =>
    fc.tuple(
      fc.array(fc.double({ min: -30, max: 3, noNaN: true }), { minLength: n, maxLength: n }),
      fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: n, maxLength: n }),
    ),
  );

test('eigenvalues and eigenvectors rebuild every symmetric tridiagonal matrix', () => {
  fc.assert(
    fc.property(tridiagonal, ([diagonal, below]) => {
      const n = diagonal.length;
      const values = Float64Array.from(diagonal);
      const q = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
      expect(tridiagonalEigen(n, values, Float64Array.from(below), q, n)).toBe(true);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let entry = 0;
          let product = 0;
          for (let k = 0; k < n; k++) {
            entry += q[i * n + k]! * values[k]! * q[j * n + k]!;
            product += q[i * n + k]! * q[j * n + k]!;
          }
          const expected =
            i === j ? diagonal[i]! : Math.abs(i - j) === 1 ? below[Math.min(i, j)]! : 0;
          expect(Math.abs(entry - expected)).toBeLessThan(1e-12);
          expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-13);
        }
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('the φ functions of a small matrix are the same by eigenvalues and by squaring', () => {
  fc.assert(
    fc.property(tridiagonal, ([diagonal, below]) => {
      const n = diagonal.length;
      const h = new Float64Array(n * n);
      diagonal.forEach((value, i) => (h[i * n + i] = value));
      for (let i = 0; i + 1 < n; i++) h[i * n + i + 1] = h[(i + 1) * n + i] = below[i]!;
      const one = symmetricPhi(h, n);
      const other = generalPhi(h, n);
      const last = new Float64Array(highestPhi + 1);
      for (const scale of [0.03, 0.4]) {
        expect(one.at(scale, n) && other.at(scale, n)).toBe(true);
        for (let k = 1; k <= highestPhi; k++) {
          const [a, b] = [new Float64Array(n), new Float64Array(n)];
          one.add(k, 1, a);
          other.add(k, 1, b);
          const size = Math.max(1, ...a.map(Math.abs));
          expect(largestDifference(a, b) / size).toBeLessThan(1e-11);
          one.last(scale, n, last);
          expect(Math.abs(last[k]! - b[n - 1]!) / size).toBeLessThan(1e-11);
          one.at(scale, n);
        }
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('the observed orders of the method and of its interpolant are as stated', () => {
  const order = observedOrder(exprb53);
  expect(order).toBeGreaterThan(exprb53.order - 0.3);
  expect(order).toBeLessThan(exprb53.order + 1.2);
  expect(interpolationOrder(exprb53)).toBeGreaterThan(exprb53.interpolantOrder + 0.6);
});

test('the order with the Lanczos method is that with Arnoldi: a convex gradient flow', () => {
  // −∇ of Σ log cosh (Ry)_i, R a reflection: (Ry)_i = arsinh(sinh(z_i)·e^(−t))
  const z = Float64Array.of(2, -1, 0.5, 1.5);
  const problem: InitialValueProblem = {
    rhs: (_t, y, out) => out.set(reflect(reflect(y).map((value) => -Math.tanh(value)))),
    y0: reflect(z),
    t0: 0,
    t1: 2,
    autonomous: true,
  };
  const exact = reflect(z.map((value) => Math.asinh(Math.sinh(value) * Math.exp(-2))));
  const error = (steps: number, symmetric: boolean): number =>
    largestDifference(
      solve(
        { ...problem, symmetric },
        { method: exprb53, fixedStep: 2 / steps, rtol: 1e-12, atol: 1e-14, saveAt: [2] },
      ).y[0]!,
      exact,
    );
  for (const symmetric of [true, false]) {
    const order = Math.log2(error(8, symmetric) / error(16, symmetric));
    expect(order).toBeGreaterThan(4.7);
    expect(order).toBeLessThan(6);
  }
});

test('linear problems with constant coefficients take one exact step, however stiff', () => {
  // y = R e^(−Λt) R y0 by the reflection R, and the same with a skew part
  const n = 12;
  const rates = Float64Array.from({ length: n }, (_, i) => 4 ** i / 10);
  const y0 = reflect(new Float64Array(n).fill(1));
  const symmetric: InitialValueProblem = {
    rhs: (_t, y, out) => out.set(reflect(reflect(y).map((value, i) => -rates[i]! * value))),
    jacobianVector: (_t, _y, v, out) =>
      out.set(reflect(reflect(v).map((value, i) => -rates[i]! * value))),
    y0,
    t0: 0,
    t1: 1,
    autonomous: true,
  };
  const options = { method: exprb53, fixedStep: 1, rtol: 1e-10, atol: 1e-10 };
  const exact = reflect(rates.map((rate) => Math.exp(-rate)));
  for (const lanczos of [true, false]) {
    const { y, statistics } = solve({ ...symmetric, symmetric: lanczos }, options);
    expect(statistics.accepted).toBe(1);
    expect(largestDifference(y.at(-1)!, exact)).toBeLessThan(1e-9);
  }
  // a rotation, forced linearly in time: y = (cos 30t + t, −sin 30t)
  const turning: InitialValueProblem = {
    rhs(t, [a, b], out) {
      out[0] = 30 * b! + 1;
      out[1] = -30 * (a! - t);
    },
    jacobianVector(_t, _y, [a, b], out) {
      out[0] = 30 * b!;
      out[1] = -30 * a!;
    },
    timeDerivative: (_t, _y, out) => out.set([0, 30]),
    y0: [1, 0],
    t0: 0,
    t1: 1,
  };
  const { y } = solve(turning, options);
  expect(Math.abs(y.at(-1)![0]! - (Math.cos(30) + 1))).toBeLessThan(1e-12);
  expect(Math.abs(y.at(-1)![1]! + Math.sin(30))).toBeLessThan(1e-12);
});

test('heat conduction: right-hand sides and products together far fewer than by Dormand–Prince', () => {
  const { problem, exactAt } = heat(127);
  const options = { rtol: 1e-6, atol: 1e-8 };
  const flow = { ...problem, jacobianVector: linearPart(problem), symmetric: true };
  const { y, t, statistics } = solve(flow, { ...options, method: exprb53 });
  y.forEach((state, k) => expect(largestDifference(state, exactAt(t[k]!))).toBeLessThan(1e-5));
  const plain = solve(problem, { ...options, method: dormandPrince54 }).statistics;
  expect(statistics.rhs + statistics.jacobianVectors).toBeLessThan(plain.rhs / 100);
});

function linearPart({ rhs }: InitialValueProblem): InitialValueProblem['jacobianVector'] {
  return (t, _y, v, out) => rhs(t, v, out, undefined);
}

test('a step that needs a larger Krylov space than allowed is shortened', () => {
  const points = 400;
  const { problem } = heat(points);
  const y0 = Array.from({ length: points }, (_, i) => (((i * 7919) % 1000) - 500) / 500);
  const flow = { ...problem, y0, jacobianVector: linearPart(problem), symmetric: true };
  const { y, statistics } = solve(flow, {
    method: exprb53,
    firstStep: 0.5,
    rtol: 1e-6,
    saveAt: [0.5],
  });
  expect(statistics.rejected).toBeGreaterThan(0);
  // only the slowest waves are left: by their closed form
  const dx = 1 / (points + 1);
  const exact = new Float64Array(points);
  for (let wave = 1; wave <= 8; wave++) {
    const shape = (i: number): number => Math.sin(wave * Math.PI * (i + 1) * dx);
    const part = 2 * dx * y0.reduce((sum, value, i) => sum + value * shape(i), 0);
    const rate = (4 / dx ** 2) * Math.sin((wave * Math.PI * dx) / 2) ** 2;
    for (let i = 0; i < points; i++) exact[i] = exact[i]! + part * Math.exp(-rate / 2) * shape(i);
  }
  expect(largestDifference(y[0]!, exact)).toBeLessThan(1e-6);
});

test('slow decay with stiff modes to t = 1e6 takes less than 200 steps of less than 15 products', () => {
  // in the coordinates z = Ry: z_0' = −z_0³, z_i' = −10^(i/2)·z_i
  const n = 8;
  const rate = (i: number): number => 10 ** (i / 2);
  const { y, statistics } = solve(
    {
      rhs: (_t, y, out) =>
        out.set(reflect(reflect(y).map((z, i) => (i === 0 ? -(z ** 3) : -rate(i) * z)))),
      jacobianVector: (_t, y, v, out) => {
        const z = reflect(y)[0]!;
        out.set(reflect(reflect(v).map((u, i) => (i === 0 ? -3 * z * z * u : -rate(i) * u))));
      },
      y0: reflect(new Float64Array(n).fill(1)),
      t0: 0,
      t1: 1e6,
      symmetric: true,
      autonomous: true,
    },
    { method: exprb53, rtol: 1e-5, atol: 1e-9, saveAt: [1e6] },
  );
  expect(Math.abs(reflect(y[0]!)[0]! * Math.sqrt(1 + 2e6) - 1)).toBeLessThan(1e-4);
  const { accepted, jacobianVectors } = statistics;
  expect(accepted).toBeLessThan(200);
  expect(jacobianVectors).toBeLessThan(15 * accepted);
});

test('on the tanh flow to t = 100 the error 1e−4 costs ≤ 1/10 of the 4200 right-hand sides of Dormand–Prince', () => {
  const options = { method: exprb53, rtol: 1e-3, atol: 1e-5, saveAt: [100] };
  const products = solve(tanhFlowWithHessian, options);
  expect(errorAtEnd(products.y[0]!)).toBeLessThan(1e-4);
  expect(products.statistics.rhs + products.statistics.jacobianVectors).toBeLessThan(420);
  const differences = solve(tanhFlow, options);
  expect(errorAtEnd(differences.y[0]!)).toBeLessThan(1e-4);
  expect(differences.statistics.rhs).toBeLessThan(420);
});

test('on the tanh flow to t = 100 the error 1e−7 costs ≤ 1/2 of the 4200 right-hand sides of Dormand–Prince', () => {
  const { y, statistics } = solve(tanhFlowWithHessian, {
    method: exprb53,
    rtol: 1e-6,
    atol: 1e-8,
    saveAt: [100],
  });
  expect(errorAtEnd(y[0]!)).toBeLessThan(1e-7);
  expect(statistics.rhs + statistics.jacobianVectors).toBeLessThan(2100);
});

test('from four more starts of the tanh flow the error 1e−4 costs ≤ 1/4 of 4200 right-hand sides', () => {
  let state = 12345;
  const uniform = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state + 0.5) / 2147483648;
  };
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  // weights, kinks and amplitudes about as large as those of the start given
  const deviations = [2, 2, 0.5];
  for (let start = 0; start < 4; start++) {
    const y0 = Array.from(
      { length: 49 },
      (_, i) => (deviations[Math.floor(i / 16)] ?? 0) * normal(),
    );
    const flow = { ...tanhFlow, y0 };
    const end = { saveAt: [100] };
    const exact = solve(flow, { ...end, method: dormandPrince853, rtol: 1e-8, atol: 1e-10 }).y[0]!;
    const { y, statistics } = solve(flow, { ...end, method: exprb53, rtol: 3e-5, atol: 3e-7 });
    expect(largestDifference(y[0]!, exact)).toBeLessThan(1e-4);
    expect(statistics.rhs).toBeLessThan(4200 / 4);
  }
});

test('a checkpoint as JSON continues with the same bits', () => {
  const { problem } = heat(31);
  const forced: InitialValueProblem = {
    ...problem,
    rhs(t, y, out) {
      problem.rhs(t, y, out, undefined);
      for (let i = 0; i < out.length; i++) out[i] = out[i]! + Math.cos(t) - y[i]! ** 3;
    },
  };
  const whole = integrate(forced, { method: exprb53, rtol: 1e-6 });
  let saved = '';
  let count = 0;
  while (whole.next()) if (++count === 4) saved = JSON.stringify(whole.checkpoint());
  const from = JSON.parse(saved) as Checkpoint;
  const rest = integrate(forced, { method: exprb53, rtol: 1e-6, from });
  while (rest.next());
  expect([...rest.y]).toEqual([...whole.y]);
  expect(rest.statistics).toEqual(whole.statistics);
});
