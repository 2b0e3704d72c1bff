import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { foldIn, key, normal, tensor, uniform } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';
import { DenseFunction } from '../src/inclusion/dense/dense-function.js';
import { DenseLayout } from '../src/inclusion/dense/dense-layout.js';
import { isLine, LineFunction } from '../src/inclusion/dense/line-function.js';
import { InclusionRun } from '../src/inclusion/inclusion-run.js';
import { kinkedMethod } from '../src/inclusion/kinked-method.js';

/** Counts typed arrays that are made while `action` runs. */
function arraysMadeBy(action: () => void): number {
  let made = 0;
  const Original = globalThis.Float64Array;
  type Copying = (this: Float64Array, ...parameters: never[]) => Float64Array;
  const patch = Original.prototype as unknown as Record<'slice' | 'map' | 'subarray', Copying>;
  const own = { slice: patch.slice, map: patch.map, subarray: patch.subarray };
  globalThis.Float64Array = new Proxy(Original, {
    construct(target, parameters, newTarget) {
      made++;
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
  for (const name of ['slice', 'map', 'subarray'] as const) {
    patch[name] = function (...parameters) {
      made++;
      return own[name].apply(this, parameters);
    };
  }
  try {
    action();
  } finally {
    globalThis.Float64Array = Original;
    Object.assign(patch, own);
  }
  return made;
}

test.each([
  { widths: [1, 8, 1], samples: 20 },
  { widths: [2, 16, 1], samples: 40 },
  { widths: [2, 8, 8, 1], samples: 20 },
])('$widths: steps between kinks and across single ones make no arrays', ({ widths, samples }) => {
  const net = network(widths, { activation: 'relu' });
  const inputs = uniform(foldIn(key(3), 1), [samples, widths[0]!], { low: -1, high: 1 });
  const targets = tensor(normal(foldIn(key(3), 2), [samples]).data, { shape: [samples, 1] });
  const risk = empiricalRisk(net, { inputs, targets });
  const start = initialize(net, heNormal, foldIn(key(3), 3), { biases: heNormal });
  const layout = DenseLayout.of(risk)!;
  const kernel = risk.frozen();
  const kinked = isLine(layout) ? new LineFunction(layout) : new DenseFunction(layout);
  kinked.use(kernel);
  let crossings = 0;
  let decisions = 0;
  const run = new InclusionRun(
    kinked,
    start,
    [0, 100],
    kinkedMethod(start.length),
    { rtol: 1e-8, atol: 1e-10, choice: 'minimalNorm' },
    () => 1,
    {
      couldLeave: () => {},
      crossed: () => crossings++,
      held: () => decisions++,
      decided: () => decisions++,
    },
  );
  for (let step = 0; step < 5; step++) run.next();
  let plain = 0;
  let crossing = 0;
  for (let step = 0; step < 150; step++) {
    const before = { crossings, decisions, slides: run.pattern.held.includes(1) };
    const made = arraysMadeBy(() => run.next());
    if (decisions > before.decisions || before.slides) continue;
    expect(made, `step ${step}`).toBe(0);
    if (crossings > before.crossings) crossing++;
    else plain++;
  }
  expect(plain).toBeGreaterThan(20);
  expect(crossing).toBeGreaterThan(0);
  kernel.dispose();
  risk.dispose();
});

test('the counter counts', () => {
  expect(arraysMadeBy(() => new Float64Array(3).slice().map((x) => x))).toBe(3);
});
