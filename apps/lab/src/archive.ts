import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/kernels';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MemberResult } from './run-member.js';
import type { Study } from './study.js';

/** The folder of a study: the study itself and one file for each member that has ended. */
export interface Archive {
  /** Members that ended in earlier runs, by index. */
  readonly earlier: ReadonlyMap<number, MemberResult>;
  store(result: MemberResult): void;
}

/**
 * Opens a folder for a study; one with members that have ended only to resume it.
 * @throws ArgumentError if they are of another study, or of this one without `resume`, or the folder cannot be used.
 */
export function openArchive(folder: string, study: Study, resume: boolean): Archive {
  const studyFile = join(folder, 'study.json');
  const members = join(folder, 'members');
  const content = `${JSON.stringify(study, null, 2)}\n`;
  const ended = filesIn(members);
  if (ended.length > 0 && !resume) {
    throw new ArgumentError('--out', folder, 'a folder without results, or --resume');
  }
  if (ended.length > 0 && textOf(studyFile) !== content) {
    throw new ArgumentError('--resume', folder, 'the folder of the same study, unchanged');
  }
  requireWritable('--out', folder);
  requireWritable('--out', members);
  if (ended.length === 0) writeWhole(studyFile, content);
  const results = ended.map((file) => resultIn(file));
  const earlier = new Map(results.map((result) => [result.index, result]));
  return {
    earlier,
    store(result) {
      const name = `${String(result.index).padStart(6, '0')}.json`;
      writeWhole(join(members, name), `${JSON.stringify(result)}\n`);
    },
  };
}

function filesIn(folder: string): readonly string[] {
  if (!(existsSync(folder) && statSync(folder).isDirectory())) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('--resume', file, `a file that can be read (${code})`);
  }
}

function resultIn(file: string): MemberResult {
  try {
    return JSON.parse(textOf(file)) as MemberResult;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ArgumentError(
      '--resume',
      file,
      'an unmodified result file; delete it to recompute this member',
    );
  }
}
