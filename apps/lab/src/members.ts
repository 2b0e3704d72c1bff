import { ArgumentError } from '@nonsmooth/core';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { substitute } from './read-study.js';
import type { Study } from './study.js';

/** One run of an ensemble, as plain data. */
export interface Member {
  /** Place in the results. */
  readonly index: number;
  /** Which start, from 0: the same for all variations. */
  readonly start: number;
  /** What distinguishes its variation, by path. */
  readonly variation: Readonly<Record<string, unknown>>;
  readonly study: Study;
}

/** More would not fit into the names of their files. */
const mostMembers = 1_000_000;

/**
 * Every start of every combination of the values to vary.
 * @throws ArgumentError for a value that is not allowed, or too many members.
 */
export function membersOf(study: Study): Member[] {
  const variations = variationsOf(study.vary, study.seed, Math.floor(mostMembers / study.members));
  if (!variations) {
    throw new ArgumentError(
      'members',
      study.members,
      `at most ${mostMembers}, all variations together`,
    );
  }
  return variations
    .map((variation) => ({ variation, varied: substitute(study, variation) }))
    .flatMap(({ variation, varied }) =>
      Array.from({ length: study.members }, (_, start) => ({ start, variation, study: varied })),
    )
    .map((member, index) => ({ index, ...member }));
}

/** The variations in order; undefined if they are more than `most`. */
function variationsOf(
  vary: Study['vary'],
  seed: number,
  most: number,
): Record<string, unknown>[] | undefined {
  if (Array.isArray(vary)) return vary.length <= most ? vary : undefined;
  if (isRandom(vary)) {
    if (vary.random > most) return undefined;
    const paths = Object.entries(vary.of);
    // a stream of its own, apart from those of the starts
    const drawn = uniform(foldIn(key(seed), 0x76617279), [vary.random, paths.length]).data;
    return Array.from({ length: vary.random }, (_, i) =>
      Object.fromEntries(
        paths.map(([path, range], j) => [path, chosen(range, drawn[i * paths.length + j]!)]),
      ),
    );
  }
  const lists = Object.entries<unknown[]>(vary);
  if (!(lists.reduce((product, [, values]) => product * values.length, 1) <= most)) {
    return undefined;
  }
  return lists.reduce<Record<string, unknown>[]>(
    (combinations, [path, values]) =>
      combinations.flatMap((one) => values.map((value) => ({ ...one, [path]: value }))),
    [{}],
  );
}

type RandomVariations = Extract<Study['vary'], { of: unknown }>;

function isRandom(vary: object): vary is RandomVariations {
  return 'of' in vary && 'random' in vary && typeof vary.random === 'number';
}

/** The value of a list or an interval at u in [0, 1). */
function chosen(range: RandomVariations['of'][string], u: number): unknown {
  if (Array.isArray(range)) return range[Math.floor(u * range.length)];
  const { from, to, scale } = range;
  if (scale === 'linear') return from + (to - from) * u;
  if (from <= 0) throw new ArgumentError('vary.of.from', from, 'a number > 0 on a log scale');
  return Math.exp(Math.log(from) + (Math.log(to) - Math.log(from)) * u);
}

/**
 * The name of a member's file: a function of everything that determines its run but the number of a descent's steps, so
 * that a study with more members, variations or steps finds what exists.
 */
export function fileNameOf({ study, start }: Member): string {
  const {
    title: _title,
    members: _members,
    vary: _vary,
    figures: _figures,
    dynamics,
    ...rest
  } = study;
  const { steps: _steps, ...kept } = { steps: 0, ...dynamics };
  const text = JSON.stringify({ study: { ...rest, dynamics: kept }, start });
  return `${createHash('sha256').update(text).digest('hex').slice(0, 24)}.safetensors`;
}

/** The member that a member goes on from: the one of the start before, in studies that ask for that. */
export function previousOf({ study, start, ...rest }: Member): Member | undefined {
  const goesOn = 'normalization' in study.start && study.start.normalization === 'previous';
  return goesOn && start > 0 ? { ...rest, study, start: start - 1 } : undefined;
}

/** Members in the order in which they can run: each group when the ones before have ended. */
export function inOrder(members: readonly Member[]): readonly (readonly Member[])[] {
  const groups = new Map<number, Member[]>();
  for (const member of members) {
    const turn = previousOf(member) ? member.start : 0;
    const group = groups.get(turn);
    if (group) group.push(member);
    else groups.set(turn, [member]);
  }
  return [...groups.keys()].toSorted((a, b) => a - b).map((turn) => groups.get(turn)!);
}

/** A variation in words; empty if there is one only. */
export function nameOf(variation: Readonly<Record<string, unknown>>): string {
  return Object.entries(variation)
    .map(([path, value]) => {
      const key = path.split('.').at(-1)!;
      return `${key} ${inWords(value, key)}`;
    })
    .join(', ');
}

/** Objects without quotes, what kind they are first; files without their folders. */
function inWords(value: unknown, key: string = ''): string {
  if (typeof value === 'string') return key === 'file' ? basename(value) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return JSON.stringify(value);
  }
  const { kind, ...rest } = value as Record<string, unknown>;
  const settings = Object.entries(rest).map(([key, one]) => `${key} ${inWords(one, key)}`);
  const listed = settings.join('; ');
  if (kind === undefined) return `{ ${listed} }`;
  return settings.length === 0 ? inWords(kind) : `${inWords(kind)}: ${listed}`;
}
