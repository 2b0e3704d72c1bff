import { ArgumentError } from '@nonsmooth/kernels';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Makes the folder and proves that files can be written there. @throws ArgumentError otherwise. */
export function requireWritable(argument: string, folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    makeFolder(resolve(folder));
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ArgumentError(argument, folder, `a folder that can be written (${code})`);
  }
}

/** Not `mkdir` with `recursive`, which never returns in file systems that refuse new folders, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Writes the whole file or none of it: to a temporary name in the same folder, then renamed. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  // of containers on several machines, many have the same process number
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
