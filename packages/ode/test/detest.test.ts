import { solve } from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';
import { closedFormProblems, computedProblems } from './detest.js';

const adaptive = allMethods.filter((method) => method.adaptive);

describe.each(adaptive)('$name', (method) => {
  test.each(closedFormProblems)('$name to the requested accuracy', ({ name, problem, exact }) => {
    const rtol = method.order < 3 ? 1e-6 : 1e-7;
    const { t, y } = solve(problem, { method, rtol, atol: rtol });
    const error = Math.max(...exact(t.at(-1)!).map((value, i) => Math.abs(value - y.at(-1)![i]!)));
    // an orbit turns errors of its energy into errors of its phase; the lower the order, the less of the tolerance
    // per unit step is left per unit time
    const orbit = method.order < 3 ? 1e5 : 1e4;
    const amplification = name.startsWith('D') ? orbit : name.startsWith('E') ? orbit / 5 : 300;
    expect(error).toBeLessThan(amplification * rtol);
  });

  test.each(computedProblems)('$name as two methods agree on it', ({ problem, reference }) => {
    const rtol = method.order < 3 ? 1e-6 : 1e-7;
    const end = solve(problem, { method, rtol, atol: rtol }).y.at(-1)!;
    const error = Math.max(...reference().map((value, i) => Math.abs(value - end[i]!)));
    // these too multiply the errors of earlier steps: cycles in their phase, pursuers in their lag
    expect(error).toBeLessThan((method.order < 3 ? 1e4 : 2000) * rtol);
  });
});
