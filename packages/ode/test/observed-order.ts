import { integrate, IntegrationError, type InitialValueProblem, type Method } from '@nonsmooth/ode';

/** y₁' = y₂·(1 + t/4), y₂' = −y₁·(1 + t/4): y = (sin s, cos s), s = t + t²/8. Mildly nonlinear through y₃' = −y₃²·y₁. */
export const testProblem: InitialValueProblem = {
  rhs(t, y, out) {
    out[0] = y[1]! * (1 + t / 4);
    out[1] = -y[0]! * (1 + t / 4);
    out[2] = -y[2]! * y[2]! * y[0]! * (1 + t / 4);
  },
  jacobian(t, y, out) {
    const s = 1 + t / 4;
    out.set([0, s, 0, -s, 0, 0, -y[2]! * y[2]! * s, 0, -2 * y[2]! * y[0]! * s]);
  },
  timeDerivative(_t, y, out) {
    out.set([y[1]! / 4, -y[0]! / 4, (-y[2]! * y[2]! * y[0]!) / 4]);
  },
  y0: [0, 1, 1],
  t0: 0,
  t1: 2,
};

export function exact(t: number): [number, number, number] {
  const s = t + (t * t) / 8;
  // 1/y₃ grows by ∫ sin s ds
  return [Math.sin(s), Math.cos(s), 1 / (2 - Math.cos(s))];
}

/** Largest error at the end of fixed steps, and between them, each the highest over the components. */
export function fixedStepError(method: Method, steps: number): { end: number; between: number } {
  const integration = integrate(testProblem, {
    method,
    fixedStep: 2 / steps,
    rtol: 1e-12,
    atol: 1e-14,
    dense: true,
  });
  let between = 0;
  for (const { segment, end } of integration) {
    // the local error of the interpolant: its curve against the exact one through the start of the step
    if (segment!.start !== 0) continue;
    for (let theta = 0.1; theta < 1; theta += 0.1) {
      const expected = exact(theta * end);
      for (let i = 0; i < 3; i++) {
        let value = 0;
        for (let j = segment!.degree; j >= 0; j--)
          value = value * theta + segment!.coefficients[j]![i]!;
        between = Math.max(between, Math.abs(value - expected[i]!));
      }
    }
  }
  const expected = exact(2);
  const end = Math.max(...expected.map((value, i) => Math.abs(value - integration.y[i]!)));
  return { end, between };
}

function slope(method: Method, kind: 'end' | 'between'): number {
  // steps so many that the error is well above rounding and yet asymptotic
  const floor = 1e-12;
  let best = 0;
  let coarse = Number.NaN;
  for (let steps = kind === 'end' ? 4 : 1; steps <= 4096; steps *= 2) {
    let fine: number;
    try {
      fine = fixedStepError(method, steps)[kind];
    } catch (error) {
      // an implicit method may not find its stages in a step so long
      if (error instanceof IntegrationError) continue;
      throw error;
    }
    if (fine < floor) break;
    if (coarse > 0) best = Math.log2(coarse / fine);
    coarse = fine;
  }
  return best;
}

/** The slope of the global error against the step size. */
export const observedOrder = (method: Method): number => slope(method, 'end');

/** The slope of the interpolant's local error within one step: its order plus one. */
export const interpolationOrder = (method: Method): number => slope(method, 'between');
