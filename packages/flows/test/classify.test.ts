import { abs, add, mul, objective, square, sub, sum } from '@nonsmooth/autodiff';
import { classify, gradientFlow, trajectoryOf, type Trajectory } from '@nonsmooth/flows';
import { describe, expect, test } from 'vitest';

/** Samples evenly spread in log t from 1 to 10^decades. */
function sampled(
  decades: number,
  of: (t: number) => { norm: number; speed: number; loss: number },
): Trajectory {
  const times = Array.from({ length: 20 * decades + 1 }, (_, i) => 10 ** (i / 20));
  const values = times.map(of);
  return {
    times,
    norms: values.map(({ norm }) => norm),
    speeds: values.map(({ speed }) => speed),
    losses: values.map(({ loss }) => loss),
  };
}

describe('flows in closed form', () => {
  test('x′ = −(x − 2) converges', () => {
    const result = classify(
      sampled(2, (t) => ({ norm: 2 + Math.exp(-t), speed: Math.exp(-t), loss: Math.exp(-2 * t) })),
    );
    expect(result.verdict).toBe('converges');
  });

  test('x′ = −4(x − 3)³ converges, although only like t^(−1/2)', () => {
    // x − 3 = (8t)^(−1/2), speed 4(8t)^(−3/2): q = 3/2
    const result = classify(
      sampled(8, (t) => ({
        norm: 3 + (8 * t) ** -0.5,
        speed: 4 * (8 * t) ** -1.5,
        loss: (8 * t) ** -2,
      })),
    );
    expect(result.verdict).toBe('converges');
    expect(result.evidence.decay.q).toBeCloseTo(1.5, 10);
  });

  test('x′ = e⁻ˣ diverges like log t', () => {
    const result = classify(
      sampled(8, (t) => ({ norm: Math.log(1 + t), speed: 1 / (1 + t), loss: 1 / (1 + t) })),
    );
    expect(result.verdict).toBe('diverges');
    const [law] = result.evidence.growth;
    expect(law.form).toBe('logarithm');
    expect(law.rate).toBeCloseTo(1, 3);
    expect(result.evidence.asymptoticLoss.level).toBeLessThan(1e-4);
  });

  test('x′ = 2x⁻³ diverges like t^(1/4), with L → ½', () => {
    // x = (8t)^(1/4), L = ½ + x⁻²
    const result = classify(
      sampled(6, (t) => ({
        norm: (8 * t) ** 0.25,
        speed: 2 * (8 * t) ** -0.75,
        loss: 0.5 + (8 * t) ** -0.5,
      })),
    );
    expect(result.verdict).toBe('diverges');
    const [law] = result.evidence.growth;
    expect(law.form).toBe('power');
    expect(law.rate).toBeCloseTo(0.25, 10);
    expect(result.evidence.asymptoticLoss.level).toBeCloseTo(0.5, 10);
  });

  test('a slow convergence seen too briefly is undecided', () => {
    const result = classify(
      sampled(2, (t) => ({ norm: 3 - t ** -0.1, speed: 0.1 * t ** -1.1, loss: t ** -0.2 })),
    );
    expect(result.verdict).toBe('undecided');
    expect(result.reason).toMatch(/to come/);
  });

  test('the length is the integral of the speed', () => {
    const { evidence } = classify(
      sampled(4, (t) => ({ norm: Math.log(t) + 1, speed: 1 / t, loss: 1 / t })),
    );
    expect(evidence.length / Math.log(1e4)).toBeCloseTo(1, 2);
  });
});

test('trajectories that cannot be judged are refused', () => {
  const good = sampled(2, (t) => ({ norm: t, speed: 1, loss: 1 }));
  expect(() => classify({ ...good, norms: [1] })).toThrow('norms.length = 1; allowed: 41');
  expect(() => classify({ ...good, speeds: good.times.length ? Array(41).fill(NaN) : [] })).toThrow(
    'speeds[0] = NaN; allowed: finite numbers ≥ 0',
  );
  expect(() => classify({ ...good, times: Array(41).fill(1) })).toThrow('times[1] = 1');
  const none = { times: [], norms: [], speeds: [], losses: [] };
  expect(() => classify(none)).toThrow('times = 0; allowed: 1 or more times t > 0');
});

test('few times are judged, too: undecided with what is missing, unless the flow rests', () => {
  for (const count of [1, 2, 3, 7]) {
    const times = Array.from({ length: count }, (_, i) => 10 ** (i / 7));
    const few = {
      times,
      norms: times,
      speeds: times.map(() => 1),
      losses: times.map((t) => 1 / t),
    };
    const { verdict, reason, evidence } = classify(few);
    expect(verdict).toBe('undecided');
    expect(reason).toContain('save at logarithmic times');
    expect(evidence.decay.q).toBeNaN();
    expect(classify({ ...few, speeds: times.map(() => 0) }).verdict).toBe('converges');
  }
});

test.each([
  ['after several events', [1, -2, 0.5]],
  ['at once', [0, 0, 0]],
  ['after one event', [1e-3, 0, 0]],
])('a flow across kinks that comes to rest %s converges, with its level', (_, start) => {
  // soft threshold of 0.3 by 1: the limit is 0
  const f = objective((x) => sum(add(abs(x), mul(0.5, square(sub(x, 0.3))))), 3);
  for (const saveAt of [undefined, [50, 100]]) {
    const flow = gradientFlow(f, start, { until: 100, rtol: 1e-8, ...(saveAt && { saveAt }) });
    for (const risk of [undefined, f]) {
      const { verdict, strength, by, level } = classify(
        trajectoryOf(flow),
        risk && { objective: risk },
      );
      expect([verdict, strength, by]).toEqual(['converges', 'supported', 'rest']);
      expect(level.interval[1] - level.interval[0]).toBeLessThan(1e-13);
      expect(Math.abs(level.estimate - 0.135)).toBeLessThan(1e-8);
    }
  }
});

test('flows that converge to 0 converge, as those to anywhere else', () => {
  // x′ = −x, and x′ = −x³ with x ~ (2t)^(−1/2)
  const exponential = sampled(2, (t) => ({
    norm: Math.exp(-t),
    speed: Math.exp(-t),
    loss: Math.exp(-2 * t) / 2,
  }));
  expect(classify(exponential).verdict).toBe('converges');
  const cubic = sampled(12, (t) => ({
    norm: (1 + 2 * t) ** -0.5,
    speed: (1 + 2 * t) ** -1.5,
    loss: (1 + 2 * t) ** -2 / 4,
  }));
  expect(classify(cubic).verdict).toBe('converges');
  const still = sampled(4, () => ({ norm: 0, speed: 1e-9, loss: 0 }));
  expect(classify(still).reason).not.toMatch(/NaN/);
});

test.each([
  [{ window: 0 }, 'window = 0; allowed: a number in (0, 1]'],
  [{ window: 2 }, 'window = 2'],
  [{ windw: 1 }, 'windw'],
])('a wrong option of the classifier is named (%#)', (options, message) => {
  const good = sampled(4, () => ({ norm: 1, speed: 1, loss: 1 }));
  expect(() => classify(good, options as object)).toThrow(message);
  expect(() => classify(undefined as never)).toThrow('trajectory = undefined');
});
