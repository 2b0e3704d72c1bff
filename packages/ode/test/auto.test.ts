import {
  auto,
  dormandPrince54,
  euler,
  integrate,
  ndf,
  solve,
  stiffMethodFor,
  switching,
  tsitouras54,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { expect, test } from 'vitest';

/** Stiff along its slow pieces, not at all in its jumps between them. */
const vanDerPol: InitialValueProblem = {
  rhs(_t, [y, v], out) {
    out[0] = v!;
    out[1] = 1000 * ((1 - y! * y!) * v! - y!);
  },
  y0: [2, 0],
  t0: 0,
  t1: 2,
};

const oscillator: InitialValueProblem = {
  rhs(_t, y, out) {
    out[0] = y[1]!;
    out[1] = -y[0]!;
  },
  y0: [0, 1],
  t0: 0,
  t1: 30,
};

test('a stiff problem needs far fewer right-hand sides than the explicit method alone', () => {
  const options = { rtol: 1e-6, atol: 1e-6 };
  const fine = solve(vanDerPol, { method: tsitouras54, rtol: 1e-10, atol: 1e-10 });
  const explicit = solve(vanDerPol, { ...options, method: tsitouras54 });
  const switched = solve(vanDerPol, { ...options, method: auto });
  expect(switched.statistics.jacobians).toBeGreaterThan(0);
  expect(switched.statistics.rhs).toBeLessThan(explicit.statistics.rhs / 2);
  expect(Math.abs(switched.y.at(-1)![0]! - fine.y.at(-1)![0]!)).toBeLessThan(1e-3);
});

test('a problem that is not stiff is solved by the explicit method, bit for bit', () => {
  const options = { rtol: 1e-6, atol: 1e-9 };
  const plain = solve(oscillator, { ...options, method: tsitouras54 });
  const switched = solve(oscillator, { ...options, method: auto });
  expect(switched.statistics).toEqual(plain.statistics);
  expect([...switched.y.at(-1)!]).toEqual([...plain.y.at(-1)!]);
});

test('stiffness that passes brings the explicit method back', () => {
  // stiff to t = 5, then an oscillation that small explicit steps do best
  const rate = (t: number): number => (t < 5 ? 2000 : 1);
  const { statistics } = solve(
    {
      rhs(t, y, out) {
        out[0] = -rate(t) * (y[0]! - Math.cos(t));
        out[1] = 20 * y[2]!;
        out[2] = -20 * y[1]!;
      },
      y0: [1, 0, 1],
      t0: 0,
      t1: 40,
    },
    { method: auto, rtol: 1e-6, atol: 1e-8 },
  );
  expect(statistics.jacobians).toBeGreaterThan(0);
  expect(statistics.rejected).toBeLessThan(statistics.accepted / 4);
});

test('the stiff method follows what is known', () => {
  const known = {
    dimension: 10,
    symmetric: false,
    suppliesJacobian: false,
    suppliesJacobianVector: false,
  };
  const at = (rtol: number) => ({ ...known, tolerance: { rtol } as never });
  expect(stiffMethodFor(at(1e-4)).name).toBe('NDF');
  expect(stiffMethodFor(at(1e-9)).name).toBe('Radau IIA 5');
  expect(stiffMethodFor({ ...at(1e-4), symmetric: true }).name).toBe('RKC2');
  expect(stiffMethodFor({ ...at(1e-4), symmetric: true, suppliesJacobian: true }).name).toBe('NDF');
  expect(stiffMethodFor({ ...at(1e-4), symmetric: true, suppliesJacobianVector: true }).name).toBe(
    'exprb53s3',
  );
});

test('a checkpoint continues with the same bits, before and after the switch', () => {
  const options = { method: auto, rtol: 1e-5 };
  for (const at of [5, 300]) {
    const whole = integrate(vanDerPol, options);
    let saved: Checkpoint | undefined;
    for (let count = 0; whole.next(); count++) {
      if (count === at) saved = JSON.parse(JSON.stringify(whole.checkpoint())) as Checkpoint;
    }
    const rest = integrate(vanDerPol, { ...options, from: saved! });
    while (rest.next());
    expect([...rest.y]).toEqual([...whole.y]);
    expect(rest.statistics).toEqual(whole.statistics);
  }
});

test("two methods of one's own switch, and begin where they ended", () => {
  const stiffness = { isStiff: false };
  const options = { method: switching(dormandPrince54, ndf, stiffness), rtol: 1e-6, atol: 1e-6 };
  const first = solve({ ...vanDerPol, t1: 0.5 }, options);
  expect(stiffness.isStiff).toBe(true);
  expect(first.statistics.rhs).toBeGreaterThan(first.statistics.accepted * 4);
  const [y, v] = first.y.at(-1)!;
  const rest = { ...vanDerPol, t0: 0.5, t1: 0.6, y0: [y!, v!] };
  const [on, anew] = [solve(rest, options), solve(rest, { ...options, method: dormandPrince54 })];
  expect(on.statistics.rhs).toBeLessThan(anew.statistics.rhs / 3);
  expect(Math.abs(on.y.at(-1)![0]! - anew.y.at(-1)![0]!)).toBeLessThan(1e-5);
});

test('methods that do not estimate their errors cannot switch', () => {
  expect(() => switching(euler, ndf)).toThrow('explicit = ');
  expect(() => switching(dormandPrince54, undefined as never)).toThrow('stiff = undefined');
});
