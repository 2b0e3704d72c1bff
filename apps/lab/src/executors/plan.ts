import { connect, counted, exitStatus, fingerprintOf, knownMachines } from '@nonsmooth/apps-shared';
import { memberFilesIn } from '../archive.js';
import type { Work } from '../commands/command.js';
import { nameOf, type Member } from '../members.js';
import type { Study } from '../study.js';
import { ownBuild } from './lab-build.js';
import { alone, studyText } from './payload.js';
import { memberQueue, type QueuePlace } from './run-by-queue.js';
import { portable } from './study-files.js';

/** What would be run. */
export interface Planned {
  readonly study: Study;
  readonly own: readonly Member[];
  readonly out: string;
  /** That of the study. */
  readonly folder: string;
  readonly queue: QueuePlace | undefined;
}

/** Tells what would run, and leaves everything as it is. @throws ArgumentError for a study that cannot travel. */
export function plan({ study, own, out, folder, queue }: Planned): Work {
  const archive = memberFilesIn(out);
  const open = own.filter((member) => !archive.read(member));
  const bytes = queue
    ? open.map((member) => studyText(portable(alone(member), folder).study).length)
    : [];
  return async () => {
    console.log(
      `${study.title}: ${counted(own.length, 'member')}, ${own.length - open.length} of them ended in ${out}`,
    );
    for (const member of open) {
      const name = [nameOf(member.variation), `start ${member.start}`].filter(Boolean).join(', ');
      console.log(`  ${member.index}  ${name}`);
    }
    if (!queue) return exitStatus.done;
    const connection = await connect(queue.address, memberQueue, (line) => console.error(line), 10);
    const machines = await knownMachines(connection).finally(() => connection.close());
    const same = machines.filter(({ build }) => build === fingerprintOf(ownBuild()));
    const cores = same.reduce((sum, one) => sum + one.cores, 0);
    const size = Math.ceil(bytes.reduce((sum, one) => sum + one, 0) / 1024);
    console.log(
      `by ${queue.address.shown}: ${size} kB; ${counted(same.length, 'worker')} of this build there, ` +
        `${counted(cores, 'member')} at a time; ${machines.length - same.length} of other builds`,
    );
    return exitStatus.done;
  };
}
