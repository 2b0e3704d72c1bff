import { gradientFlow } from '@nonsmooth/flows';
import { expect, test } from 'vitest';
import { isLimitOfEuler, randomRisk } from './random-risks.js';

const options = { until: 1, rtol: 1e-8, atol: 1e-10, maxSteps: 20_000 };

test('flows of random and degenerate networks are limits of explicit Euler, or say that there are several', () => {
  let [limits, undecided] = [0, 0];
  for (let index = 0; index < 40; index++) {
    const one = randomRisk(index);
    const flow = gradientFlow(one.risk, one.start, options);
    if (flow.status === 'stopped') {
      expect(flow.reason, one.name).toMatch(/^undecided: /);
      undecided++;
      continue;
    }
    expect(flow.status, one.name).toBe('finished');
    if (isLimitOfEuler(one, flow.theta)) limits++;
    else expect('uniqueUntil' in flow && flow.uniqueUntil, one.name).toBe(0);
  }
  expect(limits).toBeGreaterThan(36);
  expect(undecided).toBeLessThan(2);
});

test.each([303, 771])(
  'corners of many kinks from which neurons may rise or not are not called unique (%i)',
  (index) => {
    const one = randomRisk(index);
    const flow = gradientFlow(one.risk, one.start, options);
    expect(flow.status).toBe('finished');
    expect('uniqueUntil' in flow && flow.uniqueUntil).toBe(0);
  },
);
