import { ArgumentError } from '@nonsmooth/kernels';

/** How a command ends: `failed` if its work did, 130 as shells have it for an interruption. */
export const exitStatus = { done: 0, failed: 1, badUse: 2, interrupted: 130 } as const;

/** What `read` returns; undefined if it found a wrong argument, which is then printed on stderr. */
export function understood<Request>(read: () => Request): Request | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(`error: ${error.message}`);
    return undefined;
  }
}
