/** The code of an error of the file system, such as ENOSPC; undefined for other errors. */
export function storageCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** What to do when results cannot be written. */
export function storageMessage(code: string): string {
  return `results cannot be written (${code}): what was written is whole; make room or choose another --out, then go on with --resume`;
}
