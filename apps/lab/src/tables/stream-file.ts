import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { WriteBytes } from './sink.js';

/** Writes a file part by part, whole or not at all: under a temporary name in the same folder, then renamed. */
export function streamFile(path: string, fill: (write: WriteBytes) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      fill((bytes) => {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      });
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
