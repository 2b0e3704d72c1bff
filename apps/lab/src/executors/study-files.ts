import { ArgumentError } from '@nonsmooth/core';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Study } from '../study.js';
import { Refusal } from '@nonsmooth/apps-shared';

// Studies name files of numbers. On other machines they lie below a folder of the machine's choice, under the same
// names and with the same content.

/** The hash of each file that a study reads, by its path below the folder of the study. */
export type StudyFiles = Readonly<Record<string, string>>;

/** The study with paths from `folder` on instead of absolute ones. @throws ArgumentError for files outside of it. */
export function portable(study: Study, folder: string): { study: Study; files: StudyFiles } {
  const files: Record<string, string> = {};
  const moved = mapFiles(study, (file) => {
    const path = relative(folder, resolve(folder, file));
    if (leaves(path)) {
      throw new ArgumentError('file', file, `files below the folder of the study, ${folder}`);
    }
    const name = path.split(sep).join('/');
    files[name] = hashOf(join(folder, path));
    return name;
  });
  return { study: moved, files };
}

/**
 * The study with its files in `folder`.
 * @throws Refusal for paths that leave the folder, links included. @throws Error for files that are not those of the
 * study: another machine may have them.
 */
export function localized(study: Study, files: StudyFiles, folder: string | undefined): Study {
  return mapFiles(study, (file) => {
    if (isAbsolute(file) || leaves(file.split('/').join(sep)) || file.includes('\\')) {
      throw new Refusal(`file ${JSON.stringify(file)}`, 'it is not below the folder of the study');
    }
    if (folder === undefined) throw new Error(`the study reads ${file}: a worker with --data`);
    const path = join(folder, file);
    if (leaves(relative(realpathOf(folder), realpathOf(path)))) {
      throw new Refusal(`file ${JSON.stringify(file)}`, 'it links out of the folder of the study');
    }
    if (hashOf(path) !== files[file]) {
      throw new Error(`the file ${file} of this worker is not that of the study`);
    }
    return path;
  });
}

function leaves(path: string): boolean {
  return path === '' || path.split(sep).includes('..') || isAbsolute(path);
}

/** A copy of a study in which every path of a file is replaced. */
function mapFiles<Part>(part: Part, map: (file: string) => string): Part {
  if (Array.isArray(part)) return part.map((entry: unknown) => mapFiles(entry, map)) as Part;
  // files of packages are found by each machine itself
  if (typeof part !== 'object' || part === null || 'package' in part) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => [
      key,
      key === 'file' && typeof value === 'string' ? map(value) : mapFiles(value, map),
    ]),
  ) as Part;
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

const hashes = new Map<string, { readonly state: string; readonly hash: string }>();

/** Read again only after a change: many members of a study read the same file. */
function hashOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    const state = `${mtimeMs} ${size} ${ino}`;
    const known = hashes.get(path);
    if (known?.state === state) return known.hash;
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    hashes.set(path, { state, hash });
    return hash;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('file', path, `a file that can be read (${code})`);
  }
}
