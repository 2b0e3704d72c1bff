import { numbersOf, requireKeys } from '../memory.js';
import type { Segment } from '../segment.js';
import type { Cut, Event, EventOccurrence, EventState } from './event.js';
import { evaluate, timeWithin } from '../segment.js';
import type { System } from '../system.js';
import { SampledFunctions } from './sampled-functions.js';

/** Watches the functions of events along the steps. */
export interface EventWatch {
  readonly occurrences: EventOccurrence[];
  /** Events whose function was zero at the start, and those where it never was anything else. */
  readonly zeroAtStart: readonly number[];
  readonly alwaysZero: readonly number[];
  begin(t: number, y: Float64Array): void;
  /** Looks at a step that ends in this state, up to θ = `limit`; records what happens until the first cut. */
  examine(segment: Segment, end: Float64Array, limit: number): Cut | undefined;
  /** Forgets what the last step examined said. */
  withdraw(): void;
  /** Goes on from where the step ended or was cut; `y` may be reset. */
  advance(t: number, y: Float64Array): void;
  save(): EventState;
  /** Goes on from a point at which it was saved. */
  restore(state: EventState, t: number, y: Float64Array): void;
}

/** Watches events, whose exceptions say where the integration was. */
export function watchEvents(events: readonly Event[], system: System): EventWatch {
  const { dimension } = system;
  const valueOf = (i: number, t: number, y: Float64Array): number => {
    let value = Number.NaN;
    try {
      value = events[i]!.value(t, y);
    } catch (cause) {
      system.threw(`events[${i}].value`, cause);
    }
    if (!(value <= 0 || value > 0)) {
      system.fail('nonFinite', `events[${i}].value(${t}, y) = ${value} is not a number`);
    }
    return value;
  };
  const functions = new SampledFunctions(
    events.length,
    dimension,
    (t, y, out) => {
      for (let i = 0; i < events.length; i++) out[i] = valueOf(i, t, y);
    },
    { samples: 8, dips: true },
  );
  const { sides } = functions;
  const counts = new Uint32Array(events.length);
  const occurrences: EventOccurrence[] = [];
  const state = new Float64Array(dimension);
  let zeroAtStart: readonly number[] = [];
  let alwaysZero: readonly number[] = [...events.keys()];
  let crossed: number[] = [];
  let resets: number[] = [];
  /** How many occurrences there were before the last step examined. */
  let recorded = 0;

  return {
    occurrences,
    get zeroAtStart() {
      return zeroAtStart;
    },
    get alwaysZero() {
      return alwaysZero;
    },
    begin(t, y) {
      functions.begin(t, y);
      zeroAtStart = [...events.keys()].filter((i) => sides[i] === 0);
      alwaysZero = zeroAtStart;
    },
    examine(segment, end, limit) {
      crossed = [];
      resets = [];
      recorded = occurrences.length;
      let cut: Cut | undefined;
      for (const { index, theta, direction } of functions.find(segment, end)) {
        if (theta > (cut?.theta ?? limit)) break;
        const event = events[index]!;
        if (theta === 1 || cut) crossed.push(index);
        if (event.direction !== undefined && event.direction !== direction) continue;
        const t = timeWithin(segment, theta);
        if (theta === 1) state.set(end);
        else evaluate(segment, theta, state);
        occurrences.push({ event: index, name: event.name, t, y: state.slice(), direction });
        const occurred = ++counts[index]!;
        const { terminal = false } = event;
        const ends = typeof terminal === 'number' ? occurred >= terminal : terminal;
        if (!ends && !event.reset) continue;
        if (!crossed.includes(index)) crossed.push(index);
        if (event.reset) resets.push(index);
        const name = event.name ?? `event ${index}`;
        const stops = ends || cut?.action === 'stop';
        cut = { theta, action: stops ? 'stop' : 'restart', reason: cut?.reason ?? name };
      }
      return cut;
    },
    withdraw() {
      for (const { event } of occurrences.splice(recorded)) counts[event] = counts[event]! - 1;
      crossed = [];
      resets = [];
    },
    advance(t, y) {
      for (const index of resets) {
        try {
          events[index]!.reset!(t, y);
        } catch (cause) {
          system.threw(`events[${index}].reset`, cause);
        }
      }
      functions.advance(t, y, crossed);
      if (alwaysZero.some((i) => sides[i] !== 0)) {
        alwaysZero = alwaysZero.filter((i) => sides[i] === 0);
      }
      crossed = [];
      resets = [];
    },
    save: () => ({
      sides: Array.from(sides),
      counts: Array.from(counts),
      zeroAtStart,
      alwaysZero,
    }),
    restore(state, t, y) {
      const where = 'from.watches.events';
      requireKeys(where, state, ['sides', 'counts', 'zeroAtStart', 'alwaysZero']);
      functions.begin(t, y);
      sides.set(numbersOf(`${where}.sides`, state.sides, events.length));
      counts.set(numbersOf(`${where}.counts`, state.counts, events.length));
      ({ zeroAtStart, alwaysZero } = state);
    },
  };
}
