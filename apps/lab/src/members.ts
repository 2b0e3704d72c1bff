import { ArgumentError } from '@nonsmooth/core';
import { createHash } from 'node:crypto';
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
  const count = Object.values(study.vary).reduce(
    (product, values) => product * values.length,
    study.members,
  );
  if (count > mostMembers) {
    throw new ArgumentError('members', count, `at most ${mostMembers}, all variations together`);
  }
  const variations = Object.entries(study.vary).reduce<Record<string, unknown>[]>(
    (combinations, [path, values]) =>
      combinations.flatMap((one) => values.map((value) => ({ ...one, [path]: value }))),
    [{}],
  );
  return variations
    .map((variation) => ({ variation, varied: substitute(study, variation) }))
    .flatMap(({ variation, varied }) =>
      Array.from({ length: study.members }, (_, start) => ({ start, variation, study: varied })),
    )
    .map((member, index) => ({ index, ...member }));
}

/**
 * The name of a member's file: a function of everything that determines its run but the number of a descent's steps, so
 * that a study with more members, variations or steps finds what exists.
 */
export function fileNameOf({ study, start }: Member): string {
  const { title: _title, members: _members, vary: _vary, dynamics, ...rest } = study;
  const { steps: _steps, ...kept } = { steps: 0, ...dynamics };
  const text = JSON.stringify({ ...rest, dynamics: kept, start });
  return `${createHash('sha256').update(text).digest('hex').slice(0, 24)}.safetensors`;
}

/** A variation in words; empty if there is one only. */
export function nameOf(variation: Readonly<Record<string, unknown>>): string {
  return Object.entries(variation)
    .map(([path, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${path.split('.').at(-1)} ${text}`;
    })
    .join(', ');
}
