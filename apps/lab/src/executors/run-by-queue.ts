import type { Executor } from '@nonsmooth/apps-shared';
import type { Ended, Job } from '../worker.js';
import { ownBuild } from './build.js';
import { inFolder, inJobs } from './file-store.js';
import type { QueueAddress } from './queue-address.js';
import { connect } from './queue-connection.js';
import { queueExecutor } from './queue-executor.js';

/** Where members of a study wait for machines. */
export interface QueuePlace {
  readonly address: QueueAddress;
  /** A folder for checkpoints and results, which all machines share. */
  readonly shared: string | undefined;
}

const secondsOfPatience = 30;

/** Has `work` run its members by a queue; `folder` is that of the study. */
export async function runByQueue(
  { address, shared }: QueuePlace,
  folder: string,
  work: (executor: () => Executor<Job, Ended>) => Promise<number>,
): Promise<number> {
  const say = (line: string): void => console.error(line);
  const connection = await connect(address, say, secondsOfPatience);
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
