import {
  classify,
  descend,
  gradientFlow,
  logarithmicTimes,
  sgd,
  thresholdStudy,
  trajectoryOf,
  trajectoryOfDescent,
  type Trajectory,
} from '@nonsmooth/flows';
import { abs, add, exp, gather, mul, neg, objective, square, sub, sum } from '@nonsmooth/autodiff';
import { empiricalRisk, initialize, network, normalWeights, xavierUniform } from '@nonsmooth/nets';
import { bdf } from '@nonsmooth/ode';
import { key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { labelledFlows } from './labelled-flows.js';

/** States x(t) on a line at times spread evenly in log t. */
function along(
  decades: number,
  x: (t: number) => number,
  loss: (t: number) => number,
  tolerance?: { rtol: number; atol: number },
): Trajectory {
  const times = Array.from({ length: 20 * decades + 1 }, (_, i) => 10 ** (i / 20 - 2));
  return {
    times,
    norms: times.map((t) => Math.abs(x(t))),
    speeds: times.map((t) => Math.abs(x(t * 1.0001) - x(t / 1.0001)) / (2e-4 * t)),
    losses: times.map(loss),
    states: times.map((t) => [x(t)]),
    ...(tolerance && { tolerance }),
  };
}

describe('laws in closed form', () => {
  test.each([
    ['log(1 + t)', (t: number) => 1 + Math.log(1 + t)],
    ['log log', (t: number) => Math.log(Math.log(10 + t))],
    ['√log', (t: number) => Math.sqrt(Math.log(2 + t))],
    ['t^0.1', (t: number) => (1 + t) ** 0.1],
    ['t^0.3', (t: number) => (1 + t) ** 0.3],
    ['log t/50', (t: number) => 1 + Math.log(1 + t) / 50],
    ['1 + t^(−0.05)', (t: number) => 1 + (1 + t) ** -0.05],
    ['1/log', (t: number) => 1 / Math.log(10 + t)],
    ['1 − 1/log', (t: number) => 1 - 1 / Math.log(10 + t)],
  ])('%s is never called convergent, at any horizon up to 1e14', (_name, x) => {
    const verdicts = [4, 6, 8, 10, 12, 14, 16].map(
      (decades) => classify(along(decades, x, () => 1)).verdict,
    );
    expect(verdicts).not.toContain('converges');
  });

  test.each([0.3, 0.5, 1])('1 + t^(−%s) converges, once it has come near', (p) => {
    expect(
      classify(
        along(
          14,
          (t) => 1 + (1 + t) ** -p,
          () => 1,
        ),
      ).verdict,
    ).toBe('converges');
  });

  test('a state at rest with noise of the tolerance converges; a norm that moves as much does not say more', () => {
    let noise = 0;
    const x = (t: number): number => 2 + Math.exp(-t) + 1e-8 * Math.sin(++noise * 1e4);
    const tolerance = { rtol: 1e-7, atol: 0 };
    const { verdict, strength, by } = classify(along(10, x, () => 1e-25, tolerance));
    expect([verdict, strength, by]).toEqual(['converges', 'supported', 'series']);
  });

  test.each([
    ['1/log t', (t: number) => 1 / Math.log(10 + t), 0],
    ['1 + 1/log t', (t: number) => 1 + 1 / Math.log(10 + t), 1],
    ['1/log² t', (t: number) => 1 / Math.log(10 + t) ** 2, 0],
    ['t^(−0.2)', (t: number) => (1 + t) ** -0.2, 0],
    ['3 + t^(−0.5)', (t: number) => 3 + (1 + t) ** -0.5, 3],
    ['2 + 1/t', (t: number) => 2 + 1 / (1 + t), 2],
    ['5 + e^(−t)', (t: number) => 5 + Math.exp(-t), 5],
  ])('the bar of the level of %s covers its limit at every horizon', (_name, loss, limit) => {
    for (const decades of [5, 7, 9, 11, 13]) {
      const { level } = classify(
        along(decades, (t) => t ** 0.1, loss),
        { lowerBound: -Infinity },
      );
      const rounding = 1e-13 * limit;
      expect(level.interval[0]).toBeLessThanOrEqual(limit + rounding);
      expect(level.interval[1]).toBeGreaterThanOrEqual(limit - rounding);
      expect(level.estimate).toBeGreaterThanOrEqual(level.interval[0]);
      expect(level.estimate).toBeLessThanOrEqual(level.interval[1]);
    }
  });
});

describe('flows with their objective', () => {
  test('one of every kind: none that diverges converges, proofs where there are some', () => {
    let [reached, recognized, proved, divergent, told] = [0, 0, 0, 0, 0];
    for (const { name, truth, risk, start } of labelledFlows(7)) {
      if (/relu|deep/.test(name)) continue;
      const until = 1e7;
      const flow = gradientFlow(risk, start, {
        until: { time: until, steps: 3000 },
        method: bdf,
        rtol: 1e-7,
        atol: 1e-10,
        saveAt: logarithmicTimes(1e-2, until, 10),
        energy: false,
      });
      const { verdict, strength, reason } = classify(trajectoryOf(flow), { objective: risk });
      expect(reason.length, name).toBeGreaterThan(10);
      if (truth === 'diverges') {
        divergent++;
        expect(verdict, name).not.toBe('converges');
        if (verdict === 'diverges') told++;
      } else {
        if (truth === 'converges') expect(verdict, name).toBe('converges');
        if (!(flow.loss.at(-1)! < 1e-20) && truth !== 'converges') continue;
        reached++;
        if (verdict === 'converges') recognized++;
        if (strength === 'proved') proved++;
      }
    }
    expect(reached).toBeGreaterThan(8);
    expect(recognized).toBe(reached);
    expect(proved / reached).toBeGreaterThan(0.7);
    expect(told / divergent).toBeGreaterThan(0.4);
  });

  test('two equal neurons rest on a saddle, which is said', () => {
    const net = network([1, 2, 1], { activation: 'tanh' });
    const inputs = Array.from({ length: 20 }, (_, i) => -1 + i / 9.5);
    const risk = empiricalRisk(net, { inputs, targets: inputs.map((x) => Math.sin(4 * x)) });
    // θ = (w₁, w₂, b₁, b₂, v₁, v₂, c); only states, so that rounding is what breaks the symmetry
    const flow = gradientFlow(risk, [1, 1, 0.1, 0.1, 0.5, 0.5, 0], {
      until: 300,
      saveAt: logarithmicTimes(1e-3, 300, 10),
      rtol: 1e-7,
      atol: 1e-10,
    });
    const { verdict, by, evidence } = classify(trajectoryOf(flow), { objective: risk });
    expect(verdict).not.toBe('diverges');
    if (evidence.spectrum!.least < -3) expect(by).toBe('saddle');
  });

  test('a function of one’s own is settled by the clock of its Hessian', () => {
    // (1 − x)² + 10(y − x²)²
    const rosenbrock = objective((p) => {
      const x = gather(p, [0]);
      const y = gather(p, [1]);
      return sum(add(square(sub(1, x)), mul(10, square(sub(y, square(x))))));
    }, 2);
    const flow = gradientFlow({ ...rosenbrock, smooth: true }, [-1, 1], {
      until: 1e4,
      saveAt: logarithmicTimes(1e-3, 1e4, 10),
      rtol: 1e-7,
      atol: 1e-10,
    });
    const judged = classify(trajectoryOf(flow), { objective: { ...rosenbrock, smooth: true } });
    expect([judged.verdict, judged.strength, judged.by]).toEqual([
      'converges',
      'supported',
      'spectrum',
    ]);
    expect(judged.level.interval[1]).toBeLessThan(1e-12);
  });

  test('undecided says what would decide', () => {
    const net = network([1, 3, 1], { activation: 'tanh' });
    const inputs = Array.from({ length: 20 }, (_, i) => -1 + i / 9.5);
    const risk = empiricalRisk(net, { inputs, targets: inputs.map((x) => Math.exp(x)) });
    const start = initialize(net, xavierUniform, key(3), { biases: normalWeights(0.5) });
    const flow = gradientFlow(risk, start, {
      until: 1e3,
      saveAt: logarithmicTimes(1e-3, 1e3, 10),
      rtol: 1e-7,
      atol: 1e-10,
    });
    const { verdict, reason, unresolved } = classify(trajectoryOf(flow), { objective: risk });
    if (verdict === 'undecided') expect(reason).toMatch(/would tell|long enough/);
    expect(unresolved!.directions).toBeGreaterThan(0);
  });
});

test('a flow that grew until it came to rest at a kink converges, however shortly it has been there', () => {
  // −exp(−|x − 12|) from 0: at 12 from t = e¹² − 1 on
  const risk = objective((x) => sum(neg(exp(neg(abs(sub(x, 12)))))), 1);
  for (const horizon of [1.7e5, 2e5]) {
    const flow = gradientFlow(risk, [0], {
      until: { logTime: Math.log(horizon) },
      saveAt: logarithmicTimes(1e-2, horizon, 20),
      rtol: 1e-7,
      atol: 1e-10,
    });
    const { verdict, by } = classify(trajectoryOf(flow), { objective: risk });
    expect([verdict, by]).toEqual(['converges', 'rest']);
  }
  // and one that only has less and less to go on does not rest
  const slow = objective((x) => sum(add(exp(neg(gather(x, [0]))), abs(gather(x, [1])))), 2);
  const flow = gradientFlow(slow, [1, 0.3], {
    until: { logTime: Math.log(1e16) },
    saveAt: logarithmicTimes(1e-2, 1e16, 20),
    rtol: 1e-7,
    atol: 1e-10,
  });
  expect(classify(trajectoryOf(flow), { objective: slow }).verdict).toBe('diverges');
});

test('gradient descent is judged on the clock of its steps', () => {
  const net = network([2, 1], { activation: 'identity' });
  const inputs = normal(key(1), [20, 2]);
  const risk = empiricalRisk(net, { inputs, targets: normal(key(2), [20]) });
  const learningRate = 0.1;
  const run = descend(risk, [1, 1, 1], sgd({ learningRate }), { steps: 20_000, every: 10 });
  const trajectory = trajectoryOfDescent(risk, run, learningRate);
  expect(trajectory.times[0]).toBe(1);
  expect(classify(trajectory).verdict).toBe('converges');
  expect(() => trajectoryOfDescent(risk, run, 0)).toThrow('learningRate');
});

test('the threshold study tells what it sampled from what is proved', () => {
  const net = network([1, 3, 1], { activation: 'relu' });
  const inputs = [-1, -0.5, 0, 0.5, 1];
  const starts = [0.1, 0.5].map((scale) => new Float64Array(net.dimension).fill(scale));
  const options = { until: 50, reached: 1e-2, rtol: 1e-6, atol: 1e-9 };
  const constant = empiricalRisk(net, { inputs, targets: [1, 1, 1, 1, 1] });
  const study = thresholdStudy(constant, starts, options);
  expect(study.bound!.epsilon).toBe(Infinity);
  expect(study.provedThreshold).toBe(study.rows.at(-1)!.level);
  const other = empiricalRisk(net, { inputs, targets: [1, 0, 1, 0, 1] });
  expect(thresholdStudy(other, starts, options).bound).toBeUndefined();
});
