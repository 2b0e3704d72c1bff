import { integrate } from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { explicitMethods } from './all-methods.js';

/** Counts typed arrays that are made while `action` runs. */
function arraysMadeBy(action: () => void): number {
  let made = 0;
  const Original = globalThis.Float64Array;
  const counting = new Proxy(Original, {
    construct(target, parameters, newTarget) {
      made++;
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
  type Copying = (this: Float64Array, ...parameters: never[]) => Float64Array;
  const patch = Original.prototype as unknown as { slice: Copying; map: Copying };
  const { slice, map } = patch;
  globalThis.Float64Array = counting;
  patch.slice = function (...parameters) {
    made++;
    return slice.apply(this, parameters);
  };
  patch.map = function (...parameters) {
    made++;
    return map.apply(this, parameters);
  };
  try {
    action();
  } finally {
    globalThis.Float64Array = Original;
    patch.slice = slice;
    patch.map = map;
  }
  return made;
}

test('the counter counts', () => {
  expect(arraysMadeBy(() => new Float64Array(3).slice().map((x) => x))).toBe(3);
});

test.each(explicitMethods)('$name steps without making arrays', (method) => {
  const integration = integrate(
    {
      rhs(_t, y, out) {
        out[0] = y[1]!;
        out[1] = -y[0]!;
      },
      y0: [0, 1],
      t0: 0,
      t1: 100,
    },
    { method, dense: true, rtol: 1e-6, ...(!method.adaptive && { fixedStep: 0.1 }) },
  );
  integration.next();
  const made = arraysMadeBy(() => {
    for (let step = 0; step < 50; step++) integration.next();
  });
  expect(made).toBe(0);
});
