import {
  dormandPrince853,
  integrate,
  solve,
  type Checkpoint,
  type Event,
  type Integration,
  type Method,
  type SolveOptions,
} from '@nonsmooth/ode';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allMethods, explicitMethods } from './all-methods.js';
import { numbers, reversed, smoothProblems, switchedProblems } from './random-problems.js';

const methods = fc.constantFrom(...allMethods.filter(({ adaptive }) => adaptive));
const tolerances = fc.constantFrom(1e-3, 1e-5, 1e-7);
const seeded = (numRuns: number) => ({ seed: 1, numRuns });

const distance = (a: ArrayLike<number>, b: Float64Array): number =>
  Math.max(...b.map((value, i) => Math.abs(value - a[i]!)));

test('random problems, either way in time: accuracy, times saved, interpolant and events agree', () => {
  const weights = fc.array(numbers(2), { minLength: 4, maxLength: 4 });
  const shares = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 5 });
  fc.assert(
    fc.property(
      smoothProblems,
      fc.boolean(),
      methods,
      tolerances,
      shares,
      weights,
      (forward, back, method, rtol, thousandths, weight) => {
        const problem = back ? reversed(forward) : forward;
        const { t0, t1, y0 } = problem;
        const ahead = Math.sign(t1 - t0);
        const linear = (y: Float64Array): number =>
          y.reduce((sum, value, i) => sum + weight[i]! * value, 0.1);
        const events: Event[] = [
          { value: (_t, y) => linear(y) },
          { value: (t) => Math.sin(7 * t), direction: 1 },
          { value: (_t, y) => y[0]! - y0[0]! },
        ];
        const options: SolveOptions = { method, rtol, atol: rtol / 10, events };
        const whole = solve(problem, { ...options, dense: true });
        const exact = solve(problem, {
          method: dormandPrince853,
          rtol: 1e-11,
          atol: 1e-12,
          saveAt: [t1],
        }).y[0]!;
        const end = whole.y.at(-1)!;
        const size = Math.max(1, ...exact.map(Math.abs));
        expect(distance(end, exact)).toBeLessThan(1000 * rtol * size);

        // the steps are on the interpolant, and it is what is saved, unless the steps end there
        whole.t.forEach((t, k) => {
          if (k > 0) expect(ahead * (t - whole.t[k - 1]!)).toBeGreaterThan(0);
          expect(distance(whole.at(t), whole.y[k]!)).toBeLessThan(1e-12 * size);
        });
        const saveAt = thousandths
          .sort((p, q) => p - q)
          .map((share) => (share === 1000 ? t1 : t0 + (share / 1000) * (t1 - t0)));
        const saved = solve(problem, { ...options, saveAt });
        expect([...saved.t]).toEqual(saveAt);
        saved.y.forEach((y, k) => {
          const apart = method.coarseInterpolant ? 1000 * rtol : 1e-12;
          expect(distance(whole.at(saveAt[k]!), y)).toBeLessThan(apart * size);
        });

        // events are in order, on their functions' zeros, and those of the sine are all there
        expect(whole.zeroEvents.atStart).toContain(2);
        let last = t0;
        for (const { t, y, event } of whole.events) {
          expect(ahead * (t - last)).toBeGreaterThanOrEqual(0);
          last = t;
          expect(Math.abs(events[event]!.value(t, y))).toBeLessThan(1e-11 * size);
        }
        // upward for increasing and decreasing time
        const zeros = Array.from({ length: 61 }, (_, k) => ((k - 30) * Math.PI) / 7)
          .filter((_t, k) => (k % 2 === 0) === ahead > 0)
          .filter((t) => ahead * (t - t0) > 0 && ahead * (t1 - t) > 0)
          .sort((p, q) => ahead * (p - q));
        const found = whole.events.filter(({ event }) => event === 1).map(({ t }) => t);
        expect(found).toHaveLength(zeros.length);
        found.forEach((t, k) => expect(Math.abs(t - zeros[k]!)).toBeLessThan(1e-12));

        // between two times at which the function has different signs there is an odd number of events
        const times = Array.from({ length: 101 }, (_, k) =>
          k === 100 ? t1 : t0 + (k / 100) * (t1 - t0),
        );
        const seen = whole.events.filter(({ event }) => event === 0).map(({ t }) => t);
        let before = { t: t0, value: 0 };
        for (const t of times) {
          const value = linear(whole.at(t));
          if (Math.abs(value) < 1e-9) continue;
          if (before.value !== 0) {
            const between = seen.filter(
              (time) => ahead * (time - before.t) > 0 && ahead * (t - time) > 0,
            );
            expect(between.length % 2).toBe(before.value * value < 0 ? 1 : 0);
          }
          before = { t, value };
        }
      },
    ),
    seeded(120),
  );
}, 30_000);

/** Goes to the end; says what went wrong there. */
function toTheEnd(integration: Integration, each: () => void = () => {}): string {
  try {
    while (integration.next()) each();
    return integration.reason;
  } catch (error) {
    return String(error);
  }
}

/** Continues from the checkpoint after some steps, as JSON, and compares with having gone on. */
function expectTheSame(begin: (from?: Checkpoint) => Integration, steps: number): void {
  const whole = begin();
  let saved = '';
  let [events, changes, count] = [0, 0, 0];
  const end = toTheEnd(whole, () => {
    if (++count !== steps) return;
    saved = JSON.stringify(whole.checkpoint());
    [events, changes] = [whole.events.length, whole.modeChanges.length];
  });
  if (!saved) return;
  const rest = begin(JSON.parse(saved) as Checkpoint);
  expect(toTheEnd(rest)).toBe(end);
  expect(rest.t).toBe(whole.t);
  expect([...rest.y]).toEqual([...whole.y]);
  expect(rest.statistics).toEqual(whole.statistics);
  expect(rest.events).toEqual(whole.events.slice(events));
  expect(rest.zeroEvents).toEqual(whole.zeroEvents);
  expect(rest.modeChanges).toEqual(whole.modeChanges.slice(changes));
}

test('from any checkpoint a random integration with events and resets goes on with the same bits', () => {
  fc.assert(
    fc.property(
      smoothProblems,
      fc.boolean(),
      methods,
      tolerances,
      fc.integer({ min: 1, max: 20 }),
      (forward, back, method, rtol, steps) => {
        const problem = back ? reversed(forward) : forward;
        const events: Event[] = [
          { value: (_t, y) => y[0]! - problem.y0[0]! },
          { value: (t) => Math.sin(7 * t), reset: (_t, y) => void (y[0] = 0.1 - y[0]! / 2) },
          { value: (_t, y) => y[0]! - 0.3, terminal: 2 },
          { value: () => 0 },
        ];
        expectTheSame((from) => {
          const options = { method, rtol, atol: rtol / 10, events };
          return integrate(problem, from ? { ...options, from } : options);
        }, steps);
      },
    ),
    seeded(150),
  );
});

test('from any checkpoint a random switched system goes on with the same bits, to the same failures', () => {
  fc.assert(
    fc.property(
      switchedProblems,
      methods,
      fc.constantFrom(1e-4, 1e-7),
      fc.integer({ min: 1, max: 25 }),
      (problem, method, rtol, steps) => {
        expectTheSame((from) => {
          const options = { method, rtol, atol: rtol / 10, maxSteps: 2000 };
          return integrate(problem(), from ? { ...options, from } : options);
        }, steps);
      },
    ),
    seeded(400),
  );
});

// Their spectral radii and Krylov spaces begin with vectors that do not change sign with the right-hand side.
const reversible = (method: Method): boolean => !/RKC|ROCK|exprb/.test(method.name);

test('with the sign of time changed a random integration takes the same steps to the same bits', () => {
  fc.assert(
    fc.property(smoothProblems, methods.filter(reversible), tolerances, (problem, method, rtol) => {
      // difference quotients go by the sign of the right-hand side
      fc.pre(problem.jacobian !== undefined);
      const there = solve(problem, { method, rtol });
      const back = solve(reversed(problem), { method, rtol });
      expect(Array.from(back.t, (t) => -t)).toEqual([...there.t]);
      expect([...back.y.at(-1)!]).toEqual([...there.y.at(-1)!]);
    }),
    seeded(60),
  );
});

// Without Jacobians, whose difference quotients go by the sign of the right-hand side.
const pairs = explicitMethods.filter(({ adaptive }) => adaptive);

test('with the sign of time changed a random switched system has the same itinerary to the same bits', () => {
  fc.assert(
    fc.property(switchedProblems, fc.constantFrom(...pairs), (problem, method) => {
      const options = { method, rtol: 1e-5, atol: 1e-6 };
      const [there, back] = ([1, -1] as const).map((ahead) => {
        const integration = integrate(problem(ahead), options);
        const end = toTheEnd(integration);
        const itinerary = integration.modeChanges.map(({ t, notes }) => [ahead * t, notes]);
        return { failed: end !== 'reached t1', itinerary, y: [...integration.y] };
      });
      expect(back).toEqual(there);
    }),
    seeded(200),
  );
});
