import { abs, add, mul, norm, objective, slice, square, sub, sum } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

const options = { rtol: 1e-8, atol: 1e-10, maxSteps: 20_000 };

test('group lasso beside L1 on the same entries comes to the minimizer, at 0 or not, without chatter', () => {
  let atZero = 0;
  for (let index = 0; index < 30; index++) {
    const root = foldIn(key(31), index);
    const n = 2 + (index % 5);
    const [first, group] = Array.from(uniform(foldIn(root, 0), [2], { low: 0, high: 2 }).data);
    const [l1, l2] = [first! / 2, group!];
    const centre = normal(foldIn(root, 1), [n]);
    const risk = objective((x) => {
      const penalty = add(mul(l1, sum(abs(x))), mul(l2, norm(x)));
      return add(penalty, mul(0.5, sum(square(sub(x, centre)))));
    }, n);
    const start = normal(foldIn(root, 2), [n]).data;
    const flow = gradientFlow(risk, start, { ...options, until: 60 });
    expect(flow.status).toBe('finished');
    // the proximal map of the sum is that of the norm after that of the absolute values
    const soft = Array.from(centre.data, (c) => Math.sign(c) * Math.max(0, Math.abs(c) - l1));
    const length = Math.sqrt(soft.reduce((total, x) => total + x * x, 0));
    const share = length > 0 ? Math.max(0, 1 - l2 / length) : 0;
    soft.forEach((x, i) => expect(Math.abs(flow.theta[i]! - share * x)).toBeLessThan(1e-6));
    if (share === 0) atZero++;
  }
  expect(atZero).toBeGreaterThan(5);
});

/** The flow of Σ|x_{i+1} − x_i|: plateaus move at (signs of their neighbours)/size until they merge. */
function totalVariationFlow(start: readonly number[], t: number): number[] {
  let plateaus = start.map((value) => ({ value, size: 1 }));
  for (let now = 0; ;) {
    const merged: typeof plateaus = [];
    for (const one of plateaus) {
      const last = merged.at(-1);
      if (last && Math.abs(last.value - one.value) < 1e-12) last.size += one.size;
      else merged.push({ ...one });
    }
    plateaus = merged;
    const speeds = plateaus.map(({ value, size }, i) => {
      const [left, right] = [plateaus[i - 1], plateaus[i + 1]];
      const pull = (one: typeof left): number => (one ? Math.sign(one.value - value) : 0);
      return (pull(left) + pull(right)) / size;
    });
    let step = t - now;
    for (let i = 0; i + 1 < plateaus.length; i++) {
      const gap = plateaus[i + 1]!.value - plateaus[i]!.value;
      const closing = speeds[i]! - speeds[i + 1]!;
      if (gap * closing > 0) step = Math.min(step, gap / closing);
    }
    plateaus.forEach((one, i) => (one.value += speeds[i]! * step));
    now += step;
    if (now >= t - 1e-14) break;
  }
  return plateaus.flatMap(({ value, size }) => Array.from({ length: size }, () => value));
}

test('plateaus of the flow of total variation move, merge and rest as their closed form does', () => {
  const start = [0, 3, 1, 5, 4, -2, 2, 2.5];
  const variation = objective((x) => sum(abs(sub(slice(x, [1], [8]), slice(x, [0], [7])))), 8);
  const saveAt = [0.2, 0.5, 0.9, 1.3, 2, 2.6, 3.5, 6];
  const flow = gradientFlow(variation, start, { ...options, until: 6, saveAt });
  expect(flow.statistics.rhs).toBeLessThan(300);
  flow.y.forEach((y, i) => {
    totalVariationFlow(start, saveAt[i]!).forEach((x, j) => expect(y[j]).toBeCloseTo(x, 10));
  });
});
