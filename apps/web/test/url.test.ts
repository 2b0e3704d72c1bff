import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
    until: positive,
    time: finite.map(Math.abs),
    beside: fc.boolean(),
    charts: fc.constantFrom<State['charts'][]>(['loss'], ['norm', 'energy']),
    expression: fc.string(),
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
