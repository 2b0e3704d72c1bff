import { acosh, asinh, compile, grad, mul, pow, sum, trace } from '@nonsmooth/autodiff';
import type { Tracer, Value } from '@nonsmooth/autodiff';
import { expect, test } from 'vitest';

type Scalar = (x: Tracer) => Value;

/** The derivatives of orders 1 to 3 at t, by nesting. */
function derivatives(f: Scalar, t: number): [number, number, number] {
  let g: Scalar = (x) => sum(f(x));
  const next = (): number => {
    const h = g;
    g = (x) => sum(grad(h)(x));
    const out = new Float64Array(1);
    compile(trace(g, [[1]])).run([Float64Array.of(t)], [out]);
    return out[0]!;
  };
  return [next(), next(), next()];
}

test('f(St) keeps its derivatives where those of f alone are too small for a double', () => {
  for (const scale of [1e100, 1e160, 1e200, 1e300]) {
    for (const t of [0.7, 1.3]) {
      // arsinh(St), arcosh(St) = log(2St) to all digits
      for (const f of [asinh, acosh]) {
        const [first, second, third] = derivatives((x) => f(mul(scale, x)), t);
        expect(first * t).toBeCloseTo(1, 13);
        expect(second * t ** 2, `${f.name}″(${scale}t)`).toBeCloseTo(-1, 12);
        expect((third * t ** 3) / 2, `${f.name}‴(${scale}t)`).toBeCloseTo(1, 11);
      }
    }
    // odd
    expect(derivatives((x) => asinh(mul(scale, x)), -2)[1] * 4).toBeCloseTo(1, 12);
  }
  // (St)⁻² · S²
  const [, second, third] = derivatives((x) => mul(1e160, pow(mul(1e80, x), -2)), 1);
  expect(second).toBeCloseTo(6, 12);
  expect(third).toBeCloseTo(-24, 11);
});
