import { integrate } from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

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

// A gradient system: the spectrum that stabilized and exponential methods are for. Told to be symmetric or not, which
// is a factorization by Cholesky or Gauss.
const cases = allMethods.flatMap((method) =>
  [true, false].map((symmetric) => ({ name: method.name, method, symmetric })),
);

/** Those whose factorizations have to fall among the steps counted. */
const factorizes = new Set([
  'auto',
  'BDF',
  'NDF',
  'Kennedy–Carpenter 4(3)',
  'Radau IIA 5',
  'Rodas 4(3)',
]);

test.each(cases)(
  '$name steps without making arrays, symmetric: $symmetric',
  ({ method, symmetric }) => {
    const integration = integrate(
      {
        rhs(_t, y, out) {
          out[0] = -y[0]! - y[0]! ** 3 + y[1]!;
          out[1] = y[0]! - 20 * y[1]!;
        },
        jacobian(_t, y, out) {
          out[0] = -1 - 3 * y[0]! ** 2;
          out[1] = 1;
          out[2] = 1;
          out[3] = -20;
        },
        y0: [3, 1],
        t0: 0,
        t1: 1e6,
        symmetric,
        autonomous: true,
      },
      {
        method,
        dense: true,
        rtol: 1e-8,
        maxStep: 0.5,
        ...(!method.adaptive && { fixedStep: 0.05 }),
      },
    );

    for (let step = 0; step < 5; step++) integration.next();
    // what a method switches to is made when it does
    while (method.name === 'auto' && integration.statistics.factorizations === 0) {
      integration.next();
    }
    const { factorizations } = integration.statistics;
    const made = arraysMadeBy(() => {
      for (let step = 0; step < 100; step++) integration.next();
    });
    expect(made).toBe(0);
    if (factorizes.has(method.name)) {
      expect(integration.statistics.factorizations).toBeGreaterThan(factorizations);
    }
  },
);
