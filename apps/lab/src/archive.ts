import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/kernels';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
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
 * Opens a folder for a study, an existing one only to resume it.
 * @throws ArgumentError if it holds another study, or this one without `resume`, or cannot be written.
 */
export function openArchive(folder: string, study: Study, resume: boolean): Archive {
  const studyFile = join(folder, 'study.json');
  const members = join(folder, 'members');
  const content = `${JSON.stringify(study, null, 2)}\n`;
  const earlier = new Map<number, MemberResult>();
  if (existsSync(studyFile)) {
    if (!resume) throw new ArgumentError('--out', folder, 'a new folder, or --resume');
    if (readFileSync(studyFile, 'utf8') !== content) {
      throw new ArgumentError('--resume', folder, 'the folder of the same study, unchanged');
    }
    for (const name of existsSync(members) ? readdirSync(members) : []) {
      if (!name.endsWith('.json')) continue;
      const result = JSON.parse(readFileSync(join(members, name), 'utf8')) as MemberResult;
      earlier.set(result.index, result);
    }
  } else {
    requireWritable('--out', members);
    writeWhole(studyFile, content);
  }
  return {
    earlier,
    store(result) {
      const name = `${String(result.index).padStart(6, '0')}.json`;
      writeWhole(join(members, name), `${JSON.stringify(result)}\n`);
    },
  };
}
