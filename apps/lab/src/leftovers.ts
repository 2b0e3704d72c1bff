import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes what processes that were killed while they wrote have left in a folder: temporary files, never renamed. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const writer = /\.(\d+)(-[\da-f]{8})?\.tmp$/.exec(name)?.[1];
    if (writer !== undefined && !isAtWork(Number(writer))) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

/** Whether another process of this number runs; this one has not written anything yet. */
function isAtWork(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
