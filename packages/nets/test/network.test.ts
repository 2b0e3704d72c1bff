import { ArgumentError } from '@nonsmooth/kernels';
import { network } from '@nonsmooth/nets';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const widths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 });

test('the dimension is Σ l_k(l_{k−1} + 1), plus scale and shift of a normalized input', () => {
  fc.assert(
    fc.property(widths, fc.boolean(), (l, batchNormalization) => {
      const net = network(l, { activation: 'relu', batchNormalization });
      let d = batchNormalization ? 2 * l[0]! : 0;
      for (let k = 1; k < l.length; k++) d += l[k]! * (l[k - 1]! + 1);
      expect(net.dimension).toBe(d);
    }),
    { seed: 1 },
  );
});

test('the layout tiles θ without gaps, in the order of the layers', () => {
  const net = network([2, 3, 1], { activation: 'tanh', batchNormalization: true });
  expect(net.layout).toEqual([
    { name: 'gamma', offset: 0, shape: [2] },
    { name: 'beta', offset: 2, shape: [2] },
    { name: 'W1', offset: 4, shape: [3, 2] },
    { name: 'b1', offset: 10, shape: [3] },
    { name: 'W2', offset: 13, shape: [1, 3] },
    { name: 'b2', offset: 16, shape: [1] },
  ]);
});

test.each([
  [() => network([3], { activation: 'relu' }), /widths = \[3\]; allowed: two or more/],
  [() => network([3, 0, 1], { activation: 'relu' }), /widths = \[3, 0, 1\]/],
  [() => network([3, 1.5], { activation: 'relu' }), /widths/],
  [
    () => network([1, 1], { activation: 'sine' as 'relu' }),
    /activation = "sine"; allowed: identity, relu/,
  ],
  [() => network([1, 1], { activation: { name: 'tanh', parameter: 2 } }), /none for tanh/],
  [
    () => network([1, 1], { activation: { name: 'elu', parameter: NaN } }),
    /activation.parameter = NaN/,
  ],
  [() => network('11' as never, { activation: 'relu' }), /widths = "11"/],
  [() => network([1, 1], undefined as never), /options = undefined; allowed: an object/],
  [() => network([1, 1], {} as never), /activation = undefined/],
  [
    () => network([1, 1], { activation: 'relu', batchNormalization: 'no' as never }),
    /batchNormalization = "no"; allowed: true, false/,
  ],
  [() => network([1e9, 1e9], { activation: 'relu' }), /widths = \[1000000000, 1000000000\]/],
])('a wrong architecture names argument, value and what is allowed (%#)', (make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});
