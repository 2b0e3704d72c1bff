/** The code of an error of the file system, such as ENOSPC; undefined for other errors. */
export function storageCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** What to do when results cannot be written. */
export function storageMessage(code: string): string {
  const cure = cures[code] ?? 'choose another --out';
  return `results cannot be written (${code}): what was written is whole; ${cure}, then go on with --resume`;
}

const full = 'make room or choose another --out';

const cures: Readonly<Record<string, string>> = {
  ENOSPC: full,
  EDQUOT: full,
  ENOENT: 'the folder is gone: bring it back or run anew',
  EACCES: 'make the folder writable or choose another --out',
  EROFS: 'make the folder writable or choose another --out',
};
