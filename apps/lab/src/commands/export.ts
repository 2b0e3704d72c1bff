import { counted, exitStatus } from '@nonsmooth/apps-shared';
import { existingArchive } from '../archive.js';
import { membersOf } from '../members.js';
import { thetaFormats, writeTheta, type ThetaFormat } from '../theta-files.js';
import { join } from 'node:path';
import { formatNames, oneOf, optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

const thetaNames = Object.keys(thetaFormats) as ThetaFormat[];

/** `nonsmooth export FOLDER`. */
export const exportTables: LabCommand = {
  what: 'writes the trajectories of a study as a table, or its parameters',
  prepare(words) {
    const given = optionsOf<{ format?: string; theta?: string }>(
      'export',
      exportTables.what,
      words,
      (command) =>
        command
          .argument('<folder>', 'a folder of results, such as lab/threshold')
          .option('--format <name>', `${formatNames.join(', ')} (default: csv)`)
          .option(
            '--theta <name>',
            `the parameters of the members instead: ${thetaNames.join(', ')}`,
          ),
    );
    if (given.text !== undefined) return printing(given.text);
    const format = oneOf('--format', given.options.format ?? 'csv', formatNames);
    const { archive, study } = existingArchive(given.arguments[0]!);
    const { theta } = given.options;
    if (theta !== undefined) {
      const thetaFormat = oneOf('--theta', theta, thetaNames);
      return () => {
        const files = writeTheta(archive, membersOf(study), thetaFormat);
        console.log(`Written: ${counted(files, 'file')} in ${join(archive.folder, 'theta')}`);
        return exitStatus.done;
      };
    }
    return async () => {
      const { writeResults } = await import('../results.js');
      const { files } = await writeResults(archive, study, membersOf(study), format);
      console.log(`Written: ${files.join(', ')}`);
      return exitStatus.done;
    };
  },
};
