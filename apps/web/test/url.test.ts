import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemOf } from '../src/compute/problem.js';
import { experimentOf } from '../src/state/experiments.js';
import { initialState, type State } from '../src/state/state.js';
import { parseState, printState } from '../src/state/url.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const positive = finite.map(Math.abs).filter((x) => x > 0);
const width = fc.integer({ min: 1, max: 9 });

const states: fc.Arbitrary<State> = fc
  .record({
    hidden: fc.array(width, { minLength: 1, maxLength: 3 }),
    rows: fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 6 }),
    activation: fc.constantFrom('relu', 'tanh', 'gelu' as const),
    seed: fc.nat(),
    theta: fc.array(finite, { maxLength: 5 }),
    until: positive.filter((x) => x <= 1e8),
    time: finite.map(Math.abs),
    beside: fc.boolean(),
    charts: fc.constantFrom<State['charts'][]>(['loss'], ['norm', 'energy']),
    expression: fc.string({ maxLength: 300 }),
    point: fc.array(finite, { maxLength: 2 }),
  })
  .map(({ hidden, rows, ...rest }) => ({
    ...initialState,
    ...rest,
    widths: [1, ...hidden, 1],
    data: 'points',
    inputs: rows.map(([x]) => [x]),
    targets: rows.map(([, y]) => y),
    neuron: hidden[0]! - 1,
  }));

describe('the address', () => {
  test('names every state: printed and parsed, it is the same', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(parseState(printState(state))).toEqual(state);
      }),
    );
  });

  test('may say anything: the state has a size that can be drawn', () => {
    const names = [
      'p',
      'net',
      'act',
      'loss',
      'data',
      'n',
      'level',
      'x',
      'y',
      'start',
      'seed',
      'sd',
      'b',
      'theta',
      'dyn',
      'choice',
      'until',
      'rtol',
      'lr',
      'steps',
      'batch',
      'beside',
      'more',
      't',
      'neuron',
      'logt',
      'logy',
      'charts',
      'tab',
      'f',
      'at',
      'dir',
    ];
    const values = fc.oneof(
      fc.constantFrom(
        '',
        '1',
        '0',
        '-1',
        '1e999',
        '1e308',
        '9007199254740993',
        'NaN',
        'points',
        'xor',
        'constant',
        'values',
        'normalized',
        'sgd',
        'loss-loss',
        '1-1-1',
        '2-64-64-64-64-64-1',
        '1-99999-1',
        '3-2-2',
        '~',
        '1~2',
        '1_2~3_4',
        '%',
        '%F0',
        '__proto__',
      ),
      fc.string(),
      fc.double().map(String),
      fc.array(fc.integer({ min: -3, max: 70 })).map((all) => all.join('-')),
      fc.array(fc.double()).map((all) => all.join('~')),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 12 }),
        (pairs) => {
          const state = parseState(pairs.map(([name, value]) => `${name}=${value}`).join('&'));
          const { widths, count, steps, overlays, until, inputs, targets, neuron } = state;
          expect([1, 2]).toContain(widths[0]);
          expect(widths.at(-1)).toBe(1);
          expect(widths.length).toBeLessThanOrEqual(6);
          expect(Math.max(...widths)).toBeLessThanOrEqual(64);
          expect(count).toBeLessThanOrEqual(10_000);
          expect(steps).toBeLessThanOrEqual(1e6);
          expect(overlays).toBeLessThanOrEqual(8);
          expect(until).toBeLessThanOrEqual(1e8);
          expect(neuron).toBeLessThan(widths[1]!);
          if (state.data === 'points') expect(inputs.length).toBe(targets.length);
          expect(parseState(printState(state))).toEqual(state);
          // a problem that can be drawn, or a sentence
          try {
            expect(
              problemOf(experimentOf({ ...state, count: Math.min(count, 50) })).start.length,
            ).toBeGreaterThan(0);
          } catch (error) {
            expect((error as Error).message).toMatch(/\w+ \w+/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is empty for the state that the page begins with', () => {
    expect(printState(initialState)).toBe('');
  });

  test('that is no state, or the state of no page, begins as without', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { widths, data, inputs, targets } = parseState(text);
        expect([1, 2]).toContain(widths[0]);
        if (data === 'points') expect(inputs.length).toBe(targets.length);
      }),
    );
    for (const wrong of ['net=a', 'net=0-1', 'until=-1', 'data=points', 'act=cosine', 'charts=x']) {
      expect(parseState(wrong)).toEqual(initialState);
    }
  });
});
