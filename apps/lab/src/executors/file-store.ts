import { writeWhole } from '@nonsmooth/apps-shared';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from 'bullmq';
import { mostFileBytes, type Payload } from './payload.js';

/** Where checkpoints and results of members wait for whoever goes on with them. */
export interface FileStore {
  read(job: Job<Payload>): Uint8Array | undefined;
  write(job: Job<Payload>, bytes: Uint8Array): Promise<void>;
  /** After the job itself was removed. */
  remove(id: string): void;
}

/** A file that is too large to travel through a queue. */
export class TooLarge extends Error {
  constructor(bytes: number) {
    super(
      `its file has ${bytes} bytes; allowed in a queue: ${mostFileBytes}, or --shared FOLDER of starter and workers`,
    );
  }
}

/** In the data of the job: nothing but the queue is needed. */
export const inJobs: FileStore = {
  read: ({ data: { file } }) => (file === undefined ? undefined : Buffer.from(file, 'base64')),
  async write(job, bytes) {
    if (bytes.length > mostFileBytes) throw new TooLarge(bytes.length);
    await job.updateData({ ...job.data, file: Buffer.from(bytes).toString('base64') });
  },
  remove() {},
};

/** In a folder that all machines share. */
export function inFolder(folder: string): FileStore {
  const place = (id: string): string => join(folder, `${requireName(id)}.safetensors`);
  return {
    read(job) {
      const path = place(job.id!);
      return existsSync(path) ? readFileSync(path) : inJobs.read(job);
    },
    async write(job, bytes) {
      writeWhole(place(job.id!), bytes);
      await Promise.resolve();
    },
    remove: (id) => rmSync(place(id), { force: true }),
  };
}

/** Names of jobs are hashes; another one could be a path. */
function requireName(id: string): string {
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new Error('the name of a job is no hash');
}
