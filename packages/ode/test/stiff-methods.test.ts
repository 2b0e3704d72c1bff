import {
  bdf,
  integrate,
  IntegrationError,
  kennedyCarpenter43,
  ndf,
  radauIIA5,
  rodas43,
  solve,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { errorAtEnd, hires, protheroRobinson, robertson, vanDerPol } from './stiff-problems.js';

describe.each([bdf, ndf, radauIIA5, rodas43, kennedyCarpenter43])('$name', (method) => {
  test.each([1e-4, 1e-6, 1e-8])('solves the stiff problems at tolerance %f', (rtol) => {
    const chemistry = solve(robertson, { method, rtol, atol: 1e-6 * rtol });
    expect(errorAtEnd(chemistry, robertson.reference, true)).toBeLessThan(50 * rtol);
    const plants = solve(hires, { method, rtol, atol: 1e-4 * rtol });
    expect(errorAtEnd(plants, hires.reference, true)).toBeLessThan(500 * rtol);
    const oscillator = solve(vanDerPol, { method, rtol, atol: 1e-3 * rtol });
    // the phase of the relaxation oscillation multiplies errors
    expect(errorAtEnd(oscillator, vanDerPol.reference)).toBeLessThan(500 * rtol);
  });

  test('stiffness does not slow it down, nor spoil its accuracy', () => {
    for (const lambda of [-1e2, -1e4, -1e6, -1e8]) {
      const problem = protheroRobinson(lambda);
      const solution = solve(problem, { method, rtol: 1e-5, atol: 1e-5 });
      expect(errorAtEnd(solution, problem.reference)).toBeLessThan(1e-4);
      // an explicit method is held to steps of 3/λ: 300 at the mildest, 3e8 at the stiffest
      expect(solution.statistics.accepted).toBeLessThan(250);
    }
  });

  test('a Jacobian by forward differences does as well as the exact one', () => {
    const { jacobian: _, ...withoutJacobian } = robertson;
    const options = { method, rtol: 1e-6, atol: 1e-12 };
    const exactly = solve(robertson, options);
    const approximately = solve(withoutJacobian, options);
    expect(errorAtEnd(approximately, robertson.reference, true)).toBeLessThan(5e-5);
    expect(approximately.statistics.accepted).toBeLessThan(1.2 * exactly.statistics.accepted);
  });

  test('dense output is as accurate as its order allows', () => {
    const problem = protheroRobinson(-1e4);
    // the interpolants of order 3 need steps shorter than the solution's accuracy does
    const options = { method, rtol: 1e-7, atol: 1e-7, maxStep: 0.1, dense: true };
    // stages of order 1 cost the interpolant of Rodas an order on stiff problems
    const allowed = method === rodas43 ? 5e-5 : 2e-6;
    const solution = solve(problem, options);
    for (let t = 0.05; t < 10; t += 0.0937) {
      expect(Math.abs(solution.at(t)[0]! - Math.sin(t + Math.PI / 4))).toBeLessThan(allowed);
    }
  });

  test('runs backward in time', () => {
    const { y } = solve(
      { rhs: (_t, [x], out) => void (out[0] = 50 * (x! - 1)), y0: [2], t0: 1, t1: -1 },
      { method, rtol: 1e-7, atol: 1e-9 },
    );
    expect(y.at(-1)![0]).toBeCloseTo(1, 6);
  });

  test('keeps its order when every step is projected', () => {
    // y stays on the unit circle
    const rotation: InitialValueProblem = {
      rhs: (_t, [a, b], out) => out.set([b!, -a!]),
      y0: [0, 1],
      t0: 0,
      t1: 5,
    };
    const project = (_t: number, y: Float64Array): void => {
      const radius = Math.hypot(y[0]!, y[1]!);
      y[0] = y[0]! / radius;
      y[1] = y[1]! / radius;
    };
    const solution = solve(rotation, { method, rtol: 1e-7, atol: 1e-7, project });
    expect(Math.abs(Math.hypot(...solution.y.at(-1)!) - 1)).toBeLessThan(1e-15);
    expect(errorAtEnd(solution, [Math.sin(5), Math.cos(5)])).toBeLessThan(1e-5);
  });

  test('a checkpoint as JSON continues with the same bits', () => {
    const options = { method, rtol: 1e-5, atol: 1e-8 };
    const whole = integrate(vanDerPol, options);
    let saved = '';
    let count = 0;
    while (whole.next()) if (++count === 100) saved = JSON.stringify(whole.checkpoint());
    const rest = integrate(vanDerPol, { ...options, from: JSON.parse(saved) as Checkpoint });
    while (rest.next());
    expect([...rest.y]).toEqual([...whole.y]);
    expect(rest.statistics).toEqual(whole.statistics);
  });

  test('a right-hand side that is nowhere finite after t = 1 ends in a typed error', () => {
    const problem: InitialValueProblem = {
      rhs: (t, [x], out) => void (out[0] = t > 1 ? Number.NaN : -x!),
      y0: [1],
      t0: 0,
      t1: 2,
    };
    expect(() => solve(problem, { method })).toThrow(IntegrationError);
  });
});
