import { solve } from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';
import { closedFormProblems } from './detest.js';

const adaptive = allMethods.filter((method) => method.adaptive);

describe.each(adaptive)('$name', (method) => {
  test.each(closedFormProblems)('$name to the requested accuracy', ({ name, problem, exact }) => {
    const rtol = method.order < 3 ? 1e-6 : 1e-7;
    const { t, y } = solve(problem, { method, rtol, atol: rtol });
    const error = Math.max(...exact(t.at(-1)!).map((value, i) => Math.abs(value - y.at(-1)![i]!)));
    // an orbit turns errors of its energy into errors of its phase; the lower the order, the less of the tolerance
    // per unit step is left per unit time
    const orbit = method.order < 3 ? 1e5 : 1e4;
    const amplification = name.startsWith('D') ? orbit : 300;
    expect(error).toBeLessThan(amplification * rtol);
  });
});
