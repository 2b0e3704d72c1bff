import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { defaultKernels, referenceKernels } from '@nonsmooth/kernels';
import { key, normal, uniform } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { opCases } from './op-cases.js';

// Rosenbrock's function, in two variables with its exact derivatives.
const rosenbrock = (x: Value): Value => {
  const [a, b] = [ad.slice(x, [0], [1]), ad.slice(x, [1], [2])];
  return ad.sum(ad.add(ad.square(ad.sub(1, a)), ad.mul(100, ad.square(ad.sub(b, ad.square(a))))));
};

describe('an objective', () => {
  const o = ad.objective(rosenbrock, 2);
  const theta = new Float64Array([-1.2, 1]);
  const [x, y] = theta as unknown as [number, number];

  test('has the value, gradient and Hessian of the function', () => {
    const gradient = new Float64Array(2);
    expect(o.gradient(theta, gradient)).toBeCloseTo(24.2, 12);
    expect(o.value(theta)).toBeCloseTo(24.2, 12);
    expect(gradient[0]).toBeCloseTo(-2 * (1 - x) - 400 * x * (y - x * x), 12);
    expect(gradient[1]).toBeCloseTo(200 * (y - x * x), 12);
    const hessian = new Float64Array(4);
    o.hessian!(theta, hessian);
    const exact = [2 - 400 * y + 1200 * x * x, -400 * x, -400 * x, 200];
    exact.forEach((entry, i) => expect(hessian[i]).toBeCloseTo(entry, 10));
    const product = new Float64Array(2);
    o.hessianVector!(theta, new Float64Array([1, -2]), product);
    expect(product[0]).toBeCloseTo(exact[0]! - 2 * exact[1]!, 10);
    expect(product[1]).toBeCloseTo(exact[2]! - 2 * exact[3]!, 10);
  });

  test('does not keep what it was given: equal calls give equal results', () => {
    const [first, second] = [new Float64Array(2), new Float64Array(2)];
    o.gradient(theta, first);
    o.gradient(new Float64Array([5, 5]), second);
    o.gradient(theta, second);
    expect(second).toEqual(first);
  });

  test('is of the dimension it says', () => {
    const [one, two] = [new Float64Array(1), new Float64Array(2)];
    expect(() => o.value(one)).toThrow(/theta = 1; allowed: 2/);
    expect(() => o.gradient(two, one)).toThrow(/out/);
    expect(() => o.hessianVector!(two, one, two)).toThrow(/v = 1/);
    expect(() => ad.objective(ad.trace(rosenbrock, [[2]]), 3)).toThrow(/3 entries/);
    expect(() => ad.objective((t) => ad.exp(t), 2)).toThrow(/one number/);
  });
});

describe('at kinks an objective', () => {
  const f = (t: Value): Value => ad.sum(ad.sub(ad.relu(t), ad.relu(ad.neg(t))));
  const origin = new Float64Array(2);
  const out = new Float64Array(2);

  test('follows its policy', () => {
    ad.objective(f, 2).gradient(origin, out);
    expect(Array.from(out)).toEqual([0, 0]);
    ad.objective(f, 2, { kinks: { direction: [1, -1] } }).gradient(origin, out);
    expect(Array.from(out)).toEqual([1, 1]);
    ad.objective(f, 2, { kinks: { signature: [1, 0, 1, -1] } }).gradient(origin, out);
    expect(Array.from(out)).toEqual([2, 0.5]);
    expect(() => ad.objective(f, 2, { kinks: { signature: [1] } }).gradient(origin, out)).toThrow(
      /4 entries/,
    );
    expect(() => ad.objective(f, 2, { kinks: { direction: [1] } }).gradient(origin, out)).toThrow(
      /direction/,
    );
  });

  test('tells the values of its switching functions, in evaluation order', () => {
    const z = new Float64Array(4);
    ad.objective(f, 2).switching!(new Float64Array([3, -4]), z);
    expect(Array.from(z)).toEqual([3, -4, -3, 4]);
  });

  test('has the curvature of the piece that its direction points into', () => {
    const g = (t: Value): Value => ad.sum(ad.add(ad.square(ad.relu(t)), ad.abs(t)));
    const hessian = new Float64Array(4);
    ad.objective(g, 2, { kinks: { direction: [1, -1] } }).hessian!(origin, hessian);
    expect(Array.from(hessian)).toEqual([2, 0, 0, 0]);
  });
});

describe('the risk of a network as an objective', () => {
  const [inner, samples] = [20, 33];
  const inputs = normal(key(1), [samples, 3]);
  const targets = normal(key(2), [samples, 1]);
  const dimension = 3 * inner + inner + inner + 1;
  const risk = (theta: Value): Value => {
    const part = (from: number, shape: readonly number[]): Value => {
      const size = shape.reduce((a, b) => a * b, 1);
      return ad.reshape(ad.slice(theta, [from], [from + size]), shape);
    };
    const hidden = ad.add(
      ad.matmul(inputs, ad.transpose(part(0, [inner, 3]))),
      part(3 * inner, [inner]),
    );
    const outer = ad.transpose(part(4 * inner, [1, inner]));
    const output = ad.add(ad.matmul(ad.tanh(hidden), outer), part(5 * inner, [1]));
    return ad.mean(ad.square(ad.sub(output, targets)));
  };
  const theta = normal(key(3), [dimension]).data;

  test('passes the gradient check, with plain loops and with kernels', () => {
    expect(ad.checkGradient(ad.objective(risk, dimension), theta).verdict).toBe('correct');
    const fast = ad.objective(risk, dimension, { kernels: defaultKernels });
    expect(ad.checkGradient(fast, theta).verdict).toBe('correct');
  });

  test('refuses a Hessian of another size', () => {
    const small = ad.objective((x) => ad.sum(ad.exp(x)), 2);
    for (const size of [3, 5]) {
      expect(() => small.hessian!(new Float64Array(2), new Float64Array(size))).toThrow(
        `out.length = ${size}; allowed: 4`,
      );
    }
  });

  test('has the same Hessian products from kernels as from the full Hessian by loops', () => {
    const hessian = new Float64Array(dimension ** 2);
    ad.objective(risk, dimension).hessian!(theta, hessian);
    const v = normal(key(4), [dimension]).data;
    const product = new Float64Array(dimension);
    ad.objective(risk, dimension, { kernels: defaultKernels }).hessianVector!(theta, v, product);
    product.forEach((entry, i) => {
      let expected = 0;
      for (let j = 0; j < dimension; j++) expected += hessian[i * dimension + j]! * v[j]!;
      expect(entry).toBeCloseTo(expected, 11);
    });
  });
});

describe('a compiled program', () => {
  const [m, k, n] = [70, 64, 66];
  const shapes = [
    [m, k],
    [n, k],
  ];
  const program = ad.trace((x, w) => [ad.tanh(ad.matmul(x, ad.transpose(w))), ad.sum(x)], shapes);
  const [x, w] = [normal(key(1), [m, k]), normal(key(2), [n, k])];

  test('gives what evaluate gives, with the kernels and without', () => {
    const [expected, total] = ad.evaluate(program, [x, w]);
    for (const kernels of [undefined, referenceKernels, defaultKernels]) {
      const compiled = ad.compile(program, kernels && { kernels });
      const outputs = [new Float64Array(m * n), new Float64Array(1)] as const;
      for (let repeat = 0; repeat < 2; repeat++) compiled.run([x.data, w.data], outputs);
      outputs[0].forEach((entry, i) => expect(entry).toBeCloseTo(expected!.data[i]!, 13));
      expect(outputs[1][0]).toBeCloseTo(total!.data[0]!, 11);
    }
  });

  test.each(opCases)('$name: kernels give what plain loops give, values and gradients', (op) => {
    const values = ad.trace(op.f, [op.shape]);
    const gradient = ad.gradientProgram(ad.trace((t) => ad.sum(ad.sin(op.f(t))), [op.shape]));
    const point = uniform(key(5), op.shape, { low: op.low, high: op.high });
    for (const one of [values, gradient]) {
      const outputs = ad.evaluate(one, [point]);
      for (const kernels of [referenceKernels, defaultKernels]) {
        const compiled = ad.compile(one, { kernels });
        const arrays = outputs.map(({ data }) => new Float64Array(data.length));
        compiled.run([point.data], arrays);
        arrays.forEach((array, i) => {
          array.forEach((entry, j) => {
            const expected = outputs[i]!.data[j]!;
            expect(Math.abs(entry - expected)).toBeLessThanOrEqual(
              1e-13 * (1 + Math.abs(expected)),
            );
          });
        });
        compiled.dispose();
      }
    }
  });

  test('rounds to single precision on demand', () => {
    const out = new Float32Array(m * n);
    const single = ad.compile(program, { dtype: 'f32' });
    single.run([x.data, w.data], [out, new Float32Array(1)]);
    const [expected] = ad.evaluate(program, [x, w]);
    out.forEach((entry, i) => {
      expect(Math.abs(entry - expected!.data[i]!)).toBeLessThan(1e-5);
    });
  });

  test('refuses arrays of other sizes', () => {
    const compiled = ad.compile(program);
    expect(() => compiled.run([x.data], [])).toThrow(/2 arrays/);
    expect(() =>
      compiled.run([x.data, x.data], [new Float64Array(m * n), new Float64Array(1)]),
    ).toThrow(/inputs\[1\] = 4480/);
  });
});
