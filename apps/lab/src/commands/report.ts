import { exitStatus } from '@nonsmooth/apps-shared';
import { existingArchive } from '../archive.js';
import { membersOf } from '../members.js';
import { writeResults } from '../results.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

/** `nonsmooth report FOLDER`. */
export const report: LabCommand = {
  what: 'writes the report of a study anew',
  prepare(words) {
    const given = optionsOf('report', report.what, words, (command) =>
      command.argument('<folder>', 'a folder of results, such as lab/threshold'),
    );
    if (given.text !== undefined) return printing(given.text);
    const { archive, study } = existingArchive(given.arguments[0]!);
    return () => {
      const { files } = writeResults(archive, study, membersOf(study), undefined);
      console.log(`Written: ${files.join(', ')}`);
      return exitStatus.done;
    };
  },
};
