import {
  connect,
  type Executor,
  type QueueAddress,
  type QueueNames,
  type Say,
} from '@nonsmooth/apps-shared';
import type { Ended, Job } from '../worker.js';
import { ownBuild } from './lab-build.js';
import { inFolder, inJobs } from './file-store.js';
import { queueExecutor } from './queue-executor.js';

/** Where members of a study wait for machines. */
export interface QueuePlace {
  readonly address: QueueAddress;
  /** A folder for checkpoints and results, which all machines share. */
  readonly shared: string | undefined;
}

/** Of members of studies. */
export const memberQueue: QueueNames = { prefix: 'nonsmooth', jobs: 'members' };

const secondsOfPatience = 30;

/** Has `work` run its members by a queue; `folder` is that of the study. */
export async function runByQueue(
  { address, shared }: QueuePlace,
  folder: string,
  work: (executor: () => Executor<Job, Ended>) => Promise<number>,
): Promise<number> {
  const say: Say = (line) => console.error(line);
  const connection = await connect(address, memberQueue, say, secondsOfPatience);
  try {
    return await work(() =>
      queueExecutor({
        connection,
        build: ownBuild(),
        folder,
        store: shared === undefined ? inJobs : inFolder(shared),
        say,
      }),
    );
  } finally {
    await connection.close();
  }
}
