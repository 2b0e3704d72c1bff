import {
  abs,
  add,
  frozenProgram,
  max,
  maximum,
  min,
  mul,
  norm,
  objective,
  relu,
  slice,
  square,
  sum,
  trace,
  type FrozenFunction,
  type Traceable,
} from '@nonsmooth/autodiff';
import { expect, test } from 'vitest';

const dimension = 3;
const f: Traceable = (x) =>
  add(
    add(sum(mul([1, -2, 0.5], abs(add(x, relu(mul(x, x)))))), norm(slice(x, [0], [2]))),
    add(max(mul(x, maximum(x, square(x)))), min(add(x, abs(x)))),
  );
const frozen = frozenProgram(trace(f, [[dimension]]));
const point = Float64Array.of(0.7, -1.3, 0.4);

/** The sides at a point off all kinks, kinks before those above them. */
function sidesAt(frozenOne: FrozenFunction, x: Float64Array): Float64Array {
  const { kinks, size } = frozenOne;
  const sides = new Float64Array(size);
  const u = new Float64Array(size);
  for (let round = 0; round < 5; round++) {
    frozenOne.values(x, sides, u);
    for (const { kind, offset, size: count } of kinks) {
      const own = u.subarray(offset, offset + count);
      if (kind === 'max') {
        const best = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
        own.forEach((_, i) => (sides[offset + i] = i === best ? 1 : 0));
      } else {
        const length = kind === 'abs' ? undefined : Math.hypot(...own);
        own.forEach((value, i) => (sides[offset + i] = length ? value / length : Math.sign(value)));
      }
    }
  }
  return sides;
}

test('off all kinks the frozen function is the function, with its gradient and Hessian', () => {
  const sides = sidesAt(frozen, point);
  const [gradient, expected] = [new Float64Array(dimension), new Float64Array(dimension)];
  const values = new Float64Array(frozen.size);
  const bounds = new Float64Array(frozen.kinks.length);
  const value = frozen.sweep(point, sides, undefined, gradient, values, bounds);
  const whole = objective(f, dimension);
  expect(value).toBeCloseTo(whole.gradient(point, expected), 13);
  expected.forEach((x, i) => expect(gradient[i]).toBeCloseTo(x, 13));
  const v = Float64Array.of(0.3, 1, -2);
  frozen.hessianVector(point, sides, undefined, v, gradient);
  whole.hessianVector!(point, v, expected);
  expected.forEach((x, i) => expect(gradient[i]).toBeCloseTo(x, 12));
});

test('rows and velocities of the arguments are transposes', () => {
  const sides = sidesAt(frozen, point);
  const v = Float64Array.of(0.3, 1, -2);
  const rates = new Float64Array(frozen.size);
  frozen.velocities(point, sides, v, rates);
  const row = new Float64Array(dimension);
  const bounds = new Float64Array(frozen.kinks.length);
  for (let i = 0; i < frozen.size; i++) {
    const unit = new Float64Array(frozen.size);
    unit[i] = 1;
    frozen.row(point, sides, unit, row, bounds);
    const along = row.reduce((total, x, k) => total + x * v[k]!, 0);
    expect(along).toBeCloseTo(rates[i]!, 12);
  }
});

test('held at u = 0 an absolute value enters with the weight of its multipliers', () => {
  const held = frozenProgram(trace((x) => sum(mul([2, -3, 0], abs(x))), [[dimension]]));
  const gradient = new Float64Array(dimension);
  const bounds = new Float64Array(3);
  const none = new Float64Array(3);
  held.sweep(new Float64Array(3), none, undefined, gradient, new Float64Array(3), bounds);
  expect([...gradient, ...bounds]).toEqual([0, 0, 0, 2, -3, 0]);
  held.sweep(none, none, Float64Array.of(1, 0, -1), gradient, new Float64Array(3), bounds);
  expect([...gradient]).toEqual([1, 0, -1]);
});

test('a straight norm is the product of its argument with the direction', () => {
  const length = frozenProgram(trace((x) => norm(x), [[dimension]]));
  const direction = Float64Array.of(0.6, 0, -0.8);
  const gradient = new Float64Array(dimension);
  const [values, bounds] = [new Float64Array(dimension), new Float64Array(1)];
  const at = (): number => length.sweep(point, direction, undefined, gradient, values, bounds);
  // ⟨w, u⟩ > 0
  expect(at()).toBeCloseTo(Math.hypot(...point), 14);
  length.straight[0] = 1;
  expect(at()).toBeCloseTo(0.6 * point[0]! - 0.8 * point[2]!, 15);
  expect([...gradient]).toEqual([...direction]);
  length.straight[0] = 0;
  expect(at()).toBeCloseTo(Math.hypot(...point), 14);
});
