import { ArgumentError, requireIndex, requireLength, requireObject } from '@nonsmooth/core';
import type { Checkpoint, Statistics } from '@nonsmooth/ode';
import type { KinkEvent } from './kink-event.js';

/** An argument that has not left 0 yet: entry, order, slack, rate, and 1 if what is held keeps it at 0, 2 if for good. */
export type SavedFresh = readonly [
  entry: number,
  order: number,
  slack: number,
  rate: number,
  kept: number,
];

/** What has happened at kinks so far. */
export interface SavedItinerary {
  readonly itinerary: readonly Omit<KinkEvent, 'name'>[];
  readonly uniqueUntil: number | null;
}

/** All that an integration across kinks needs to go on, bit for bit, as plain data that survives JSON. */
export interface InclusionCheckpoint extends SavedItinerary {
  /** Of the whole integration so far. */
  readonly statistics: Statistics;
  readonly t: number;
  readonly y: readonly number[];
  /** What every kink does. */
  readonly sides: readonly number[];
  readonly tied: readonly number[];
  readonly held: readonly number[];
  /** The state where the field is known. */
  readonly known: readonly number[] | null;
  readonly fresh: readonly SavedFresh[];
  /** Kinks of which it is known that the flow could leave them. */
  readonly leaving: readonly number[];
  /** How far arguments of norms move with the state. */
  readonly reaches: readonly (readonly [norm: number, reach: number])[];
  /** Numbers by which steps, rest and rounding are judged. */
  readonly judged: Readonly<Record<JudgedName, number>>;
  readonly reason: string;
  /** The piece under way, and what was counted before it. */
  readonly piece: Checkpoint | null;
  readonly isLeft: boolean;
  readonly projects: boolean;
  readonly counted: Statistics;
}

/** The numbers that are carried from step to step. */
export const judgedNames = [
  'expected',
  'shortened',
  'ordinary',
  'nextStep',
  'retries',
  'close',
  'doubted',
  'speed',
  'forces',
  'noise',
  'measured',
  'fallFrom',
  'fallSince',
  'rate',
  'changedAt',
  'restingSince',
] as const;

/** The name of one of them. */
export type JudgedName = (typeof judgedNames)[number];

const lists = ['y', 'sides', 'tied', 'held', 'fresh', 'leaving', 'reaches', 'itinerary'] as const;

/** Whether a flow across kinks left this checkpoint. */
export function isInclusionCheckpoint(
  saved: Checkpoint | InclusionCheckpoint,
): saved is InclusionCheckpoint {
  return 'sides' in saved;
}

/** Checks a checkpoint against the function that the flow goes on with. @throws ArgumentError */
export function requireInclusionCheckpoint(
  saved: Checkpoint | InclusionCheckpoint,
  kinked: { readonly dimension: number; readonly size: number; readonly count: number },
  end: number,
): InclusionCheckpoint {
  const where = 'from.integration';
  if (!isInclusionCheckpoint(saved)) {
    throw new ArgumentError(where, saved, 'a checkpoint of a flow across kinks');
  }
  for (const name of lists) {
    if (!Array.isArray(saved[name])) {
      throw new ArgumentError(`${where}.${name}`, saved[name], 'a list');
    }
  }
  requireObject(`${where}.judged`, saved.judged);
  requireObject(`${where}.statistics`, saved.statistics);
  requireObject(`${where}.counted`, saved.counted);
  const { dimension, size, count } = kinked;
  const lengths = { y: dimension, sides: size, tied: size, held: count };
  for (const [name, length] of Object.entries(lengths)) {
    const list = saved[name as keyof typeof lengths];
    if (list.length !== length) {
      throw new ArgumentError(`${where}.${name}.length`, list.length, String(length));
    }
    for (const x of list) {
      if (!Number.isFinite(x)) throw new ArgumentError(`${where}.${name}`, x, 'finite numbers');
    }
  }
  if (saved.known !== null) requireLength(`${where}.known`, saved.known, dimension);
  saved.fresh.forEach((entry: unknown, i) => {
    if (!Array.isArray(entry) || entry.length !== 5) {
      throw new ArgumentError(`${where}.fresh[${i}]`, entry, '[entry, order, slack, rate, kept]');
    }
    requireIndex(`${where}.fresh[${i}][0]`, entry[0], size);
  });
  saved.leaving.forEach((kink, i) => requireIndex(`${where}.leaving[${i}]`, kink, count));
  saved.itinerary.forEach((event, i) => {
    requireObject(`${where}.itinerary[${i}]`, event);
    requireIndex(`${where}.itinerary[${i}].index`, event.index, count);
  });
  if (!(saved.t >= 0 && saved.t <= end)) {
    throw new ArgumentError(`${where}.t`, saved.t, `times from 0 to ${end}`);
  }
  return saved;
}
