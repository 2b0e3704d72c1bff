import { differences, writeWhole, type Build } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { existingArchive, type Archive } from '../archive.js';
import { fileNameOf, membersOf, previousOf, type Member } from '../members.js';
import type { Study } from '../study.js';

/** A part of the members of a study, for machines that share nothing while they compute: part `number` of `of`. */
export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** What a folder with a shard says of itself. */
interface ShardNote extends Shard {
  readonly build: Build;
  /** Members that threw, with their reasons: they have no files. */
  readonly failed: Readonly<Record<string, string>>;
}

const noteSchema = z.strictObject({
  number: z.int().positive(),
  of: z.int().positive(),
  build: z.strictObject({ packages: z.record(z.string(), z.string()), schema: z.string() }),
  failed: z.record(z.string(), z.string()),
}) satisfies z.ZodType<ShardNote>;

const noteName = 'shard.json';
const mostShards = 100_000;

/** Reads '3/100'. @throws ArgumentError */
export function shardOf(text: string): Shard {
  const [, number, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (number !== undefined && of !== undefined && number >= 1 && number <= of && of <= mostShards) {
    return { number, of };
  }
  throw new ArgumentError('--shard', text, `NUMBER/OF, such as 3/100; of at most ${mostShards}`);
}

/**
 * Every `of`-th member, so that shards of different variations take about as long; every `of`-th variation where members
 * go on from one another.
 */
export function isIn({ number, of }: Shard, member: Member): boolean {
  return placeOf(member) % of === number - 1;
}

function placeOf({ index, start, study, variation }: Member): number {
  const goesOn = previousOf({ index, start: 1, study, variation }) !== undefined;
  return goesOn ? (index - start) / study.members : index;
}

/** Notes in its folder what a shard is, and which members failed. */
export function noteShard(
  folder: string,
  shard: Shard,
  build: Build,
  failed: ReadonlyMap<number, string>,
): void {
  const note: ShardNote = { ...shard, build, failed: Object.fromEntries(failed) };
  writeWhole(join(folder, noteName), `${JSON.stringify(note, null, 2)}\n`);
}

/** The shard that a folder was begun with; undefined for a folder without. @throws ArgumentError if it is damaged. */
export function shardIn(folder: string): Shard | undefined {
  return existsSync(join(folder, noteName)) ? readNote(folder) : undefined;
}

/** All members of a study, found in the folders of its shards. */
export interface Whole {
  readonly study: Study;
  readonly members: readonly Member[];
  readonly build: Build;
  /** The file of each member that has one, by its name. */
  readonly files: ReadonlyMap<string, string>;
  /** Reasons of members that failed. */
  readonly failed: ReadonlyMap<number, string>;
}

/** Finds that folders hold all shards of one study, each once and complete. @throws ArgumentError that says what is wrong. */
export function wholeOf(folders: readonly string[]): Whole {
  const parts = folders.map((folder) => ({
    folder,
    ...existingArchive(folder),
    note: readNote(folder),
  }));
  const [first] = parts;
  if (!first) throw new ArgumentError('<folders>', '', 'the folders of all shards of a study');
  const { of, build } = first.note;
  const study = JSON.stringify(first.study);
  const by = new Map<number, string>();
  for (const { folder, note, study: other } of parts) {
    const refuse = (allowed: string): never => {
      throw new ArgumentError('folder', folder, allowed);
    };
    if (JSON.stringify(other) !== study)
      refuse(`a shard of the study in ${first.folder}, not of another one`);
    if (note.of !== of) refuse(`a shard of ${of}, as ${first.folder}, not of ${note.of}`);
    const difference = differences(note.build, build);
    if (difference !== '')
      refuse(`a shard computed by the build of ${first.folder} (${difference})`);
    const same = by.get(note.number);
    if (same !== undefined) refuse(`each shard once; ${note.number}/${of} is in ${same}, too`);
    by.set(note.number, folder);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((number) => !by.has(number));
  if (missing.length > 0) {
    throw new ArgumentError(
      '<folders>',
      `${by.size} of ${of} shards`,
      `all; missing: ${some(missing.map((number) => `${number}/${of}`))}`,
    );
  }
  const members = membersOf(first.study);
  const files = new Map<string, string>();
  const failed = new Map<number, string>();
  for (const { folder, archive, note } of parts) {
    const own = members.filter((member) => isIn(note, member));
    requireNoOthers(folder, own, note, members);
    const unfinished: number[] = [];
    for (const member of own) {
      const reason = note.failed[member.index];
      if (archive.read(member)) files.set(fileNameOf(member), archive.fileOf(member));
      else if (reason !== undefined) failed.set(member.index, reason);
      else unfinished.push(member.index);
    }
    if (unfinished.length > 0) {
      throw new ArgumentError(
        'folder',
        folder,
        `a shard that has ended; run ${note.number}/${of} with --resume: missing members ${some(unfinished)}`,
      );
    }
  }
  return { study: first.study, members, build, files, failed };
}

/** Copies the files of all members into the folder `members` of another one. */
export function copyMembers({ files }: Whole, archive: Archive): void {
  for (const [name, from] of files) {
    const to = join(archive.folder, 'members', name);
    const temporary = `${to}.${process.pid}.tmp`;
    copyFileSync(from, temporary);
    renameSync(temporary, to);
  }
}

/** Equal members of different shards share a file name, but each folder holds files of its own members only. */
function requireNoOthers(
  folder: string,
  own: readonly Member[],
  { number, of }: Shard,
  members: readonly Member[],
): void {
  const names = new Set(own.map(fileNameOf));
  const others = readdirSync(join(folder, 'members')).filter(
    (name) => name.endsWith('.safetensors') && !names.has(name),
  );
  if (others.length === 0) return;
  const found = members.find((member) => others.includes(fileNameOf(member)));
  const what = found
    ? `member ${found.index}, which belongs to shard ${(placeOf(found) % of) + 1}/${of}`
    : `${others[0]}, which is no member of this study`;
  throw new ArgumentError(
    'folder',
    folder,
    `members of shard ${number}/${of} only; it holds ${what}`,
  );
}

function readNote(folder: string): ShardNote {
  const file = join(folder, noteName);
  const refuse = (why: string): never => {
    throw new ArgumentError('folder', folder, `a folder that run --shard wrote (${why})`);
  };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(`${noteName}: ${(error as NodeJS.ErrnoException).code ?? 'no JSON'}`);
  }
  const result = noteSchema.safeParse(content);
  return result.success ? result.data : refuse(`${noteName} is damaged`);
}

/** The first few of a list, in words. */
function some(entries: readonly (string | number)[]): string {
  const rest = entries.length - 10;
  return `${entries.slice(0, 10).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
