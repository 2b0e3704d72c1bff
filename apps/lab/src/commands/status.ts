import {
  connect,
  counted,
  differences,
  exitStatus,
  fingerprintOf,
  knownBuilds,
  knownMachines,
  plainLine,
  queueAddress,
} from '@nonsmooth/apps-shared';
import { ownBuild } from '../executors/lab-build.js';
import { memberQueue } from '../executors/run-by-queue.js';
import type { LabCommand } from './command.js';
import { optionsOf, printing, queueOption, requireQueue } from './options.js';

/** `nonsmooth status --queue URL`. */
export const status: LabCommand = {
  what: 'tells what a queue holds and which machines work for it',
  prepare(words) {
    const given = optionsOf<{ queue?: string }>('status', status.what, words, (command) =>
      command.option(...queueOption),
    );
    if (given.text !== undefined) return printing(given.text);
    const address = queueAddress(requireQueue(given.options.queue), process.env);
    return async () => {
      const connection = await connect(address, memberQueue, (line) => console.error(line), 10);
      try {
        const own = ownBuild();
        const builds = await knownBuilds(connection);
        const machines = await knownMachines(connection);
        const names = [...new Set([...builds.keys(), ...machines.map(({ build }) => build)])];
        if (names.length === 0) console.log(`${address.shown}: nothing`);
        for (const name of names.sort()) {
          const queue = new connection.bullmq.Queue(connection.queueOf(name), {
            connection: { ...address.options },
            prefix: connection.prefix,
          });
          queue.on('error', () => {});
          const counts = await queue.getJobCounts(
            'wait',
            'delayed',
            'active',
            'completed',
            'failed',
          );
          await queue.close();
          const known = builds.get(name);
          const what =
            name === fingerprintOf(own)
              ? 'this build'
              : known
                ? `another build: ${plainLine(differences(known, own))}`
                : 'an unknown build';
          const waiting = (counts['wait'] ?? 0) + (counts['delayed'] ?? 0);
          const here = machines.filter(({ build }) => build === name);
          if (name !== fingerprintOf(own) && waiting === 0 && here.length === 0) continue;
          console.log(
            `${name} (${what}): ${counted(waiting, 'member')} waiting, ${counts['active']} running, ` +
              `${counts['completed']} ended and ${counts['failed']} failed, not yet collected`,
          );
          for (const { name: machine, cores, running, kernels } of here) {
            console.log(
              `  ${plainLine(machine)}: ${running} of ${counted(cores, 'member')} at a time, kernels ${plainLine(kernels)}`,
            );
          }
        }
      } finally {
        await connection.close();
      }
      return exitStatus.done;
    };
  },
};
