import { exitStatus } from '@nonsmooth/apps-shared';
import { existingArchive } from '../archive.js';
import { membersOf } from '../members.js';
import { formatNames, oneOf, optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

/** `nonsmooth export FOLDER`. */
export const exportTables: LabCommand = {
  what: 'writes the trajectories of a study as a table',
  prepare(words) {
    const given = optionsOf<{ format?: string }>('export', exportTables.what, words, (command) =>
      command
        .argument('<folder>', 'a folder of results, such as lab/threshold')
        .option('--format <name>', `${formatNames.join(', ')} (default: csv)`),
    );
    if (given.text !== undefined) return printing(given.text);
    const format = oneOf('--format', given.options.format ?? 'csv', formatNames);
    const { archive, study } = existingArchive(given.arguments[0]!);
    return async () => {
      const { writeResults } = await import('../results.js');
      const { files } = await writeResults(archive, study, membersOf(study), format);
      console.log(`Written: ${files.join(', ')}`);
      return exitStatus.done;
    };
  },
};
