import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readMember, type MemberFile } from './member-file.js';
import { removeLeftovers } from './leftovers.js';
import { fileNameOf, membersOf, type Member } from './members.js';
import type { Study } from './study.js';

/** The folder of a study: the study itself, and one file for each member that has ended or passed a checkpoint. */
export interface Archive {
  readonly folder: string;
  /** Where a member is kept. */
  fileOf(member: Member): string;
  /** What is kept of a member if it has ended, with as many steps as its study asks for. */
  read(member: Member): MemberFile | undefined;
}

/** A folder that members can be written to. */
export interface OpenArchive extends Archive {
  /** The members that have not ended yet. */
  readonly open: readonly Member[];
}

/**
 * Opens a folder for a study; one with results only to resume or extend it.
 * @throws ArgumentError if they are of another study, or of this one without `resume`, or the folder cannot be used.
 */
export function openArchive(
  folder: string,
  study: Study,
  members: readonly Member[],
  resume: boolean,
): OpenArchive {
  const studyFile = join(folder, 'study.json');
  const kept = filesIn(join(folder, 'members'));
  if (kept.size > 0 && !resume) {
    throw new ArgumentError(
      '--out',
      folder,
      'a folder without results, or --resume to go on with those there',
    );
  }
  if (kept.size > 0) {
    const own = new Set(members.map(fileNameOf));
    const others = membersOf(readStored(studyFile)).filter((one) => !own.has(fileNameOf(one)));
    if (others.some((one) => kept.has(fileNameOf(one)))) {
      throw new ArgumentError(
        '--resume',
        folder,
        'the folder of the same study, or of one that this study extends by members, variations or steps',
      );
    }
  }
  requireWritable('--out', folder);
  requireWritable('--out', join(folder, 'members'));
  for (const place of [folder, join(folder, 'members')]) removeLeftovers(place);
  const archive = memberFilesIn(folder);
  const open: Member[] = [];
  for (const member of members) {
    const { dynamics } = member.study;
    const found = kept.has(fileNameOf(member)) ? readMember(archive.fileOf(member)) : undefined;
    if (found && 'steps' in dynamics && found.facts.steps > dynamics.steps) {
      throw new ArgumentError(
        'dynamics.steps',
        dynamics.steps,
        `at least ${found.facts.steps}, which a member in ${folder} has done`,
      );
    }
    if (!found || !hasEnded(found, member)) open.push(member);
  }
  writeWhole(studyFile, `${JSON.stringify(study, null, 2)}\n`);
  return { ...archive, open };
}

/** The folder of a study that was run, and the study. @throws ArgumentError for other folders. */
export function existingArchive(folder: string): { archive: Archive; study: Study } {
  return { archive: memberFilesIn(folder), study: readStored(join(folder, 'study.json')) };
}

/** The files of members in a folder, which need not exist. */
export function memberFilesIn(folder: string): Archive {
  const fileOf = (member: Member): string => join(folder, 'members', fileNameOf(member));
  return {
    folder,
    fileOf,
    read(member) {
      const path = fileOf(member);
      if (!existsSync(path)) return undefined;
      const found = readMember(path);
      return hasEnded(found, member) ? found : undefined;
    },
  };
}

/** Whether a member has come to its end, with as many steps as its study asks for. */
export function hasEnded({ facts }: MemberFile, { study: { dynamics } }: Member): boolean {
  const isShort =
    'steps' in dynamics && facts.status === 'finished' && facts.steps < dynamics.steps;
  return facts.status !== 'unfinished' && !isShort;
}

function filesIn(folder: string): ReadonlySet<string> {
  if (!(existsSync(folder) && statSync(folder).isDirectory())) return new Set();
  return new Set(readdirSync(folder).filter((name) => name.endsWith('.safetensors')));
}

function readStored(file: string): Study {
  let stored: Study;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8')) as Study;
  } catch (error) {
    const { code = 'no JSON' } = error as NodeJS.ErrnoException;
    throw new ArgumentError('folder', file, `the folder of a study that was run (${code})`);
  }
  if (!('network' in stored)) {
    throw new ArgumentError(
      'folder',
      file,
      'a study of members; one of answers at kinks has its tables and its report',
    );
  }
  return stored;
}
