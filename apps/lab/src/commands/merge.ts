import { counted, exitStatus } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { openArchive } from '../archive.js';
import { copyMembers, wholeOf } from '../executors/shards.js';
import type { LabCommand } from './command.js';
import { formatNames, oneOf, optionsOf, printing } from './options.js';

interface MergeOptions {
  readonly out?: string;
  readonly format?: string;
  readonly resume?: boolean;
}

/** `nonsmooth merge FOLDER… --out FOLDER`. */
export const merge: LabCommand = {
  what: 'joins the shards of a study that run --shard has written',
  prepare(words) {
    const given = optionsOf<MergeOptions>('merge', merge.what, words, (command) =>
      command
        .argument('<folders...>', 'the folders of all shards')
        .option('--out <folder>', 'folder for the whole study')
        .option(
          '--format <name>',
          `of the trajectories: ${formatNames.join(', ')} (default: arrow)`,
        )
        .option('--resume', 'into a folder that holds members of the study already'),
    );
    if (given.text !== undefined) return printing(given.text);
    const { out = '', resume = false } = given.options;
    if (out === '') throw new ArgumentError('--out', out, 'a folder');
    const format = oneOf('--format', given.options.format ?? 'arrow', formatNames);
    const whole = wholeOf(given.arguments);
    const { study, members, failed } = whole;
    const archive = openArchive(out, study, members, resume);
    return async () => {
      copyMembers(whole, archive);
      const { writeResults } = await import('../results.js');
      const { files, ended } = await writeResults(archive, study, members, format);
      console.log(`${counted(ended, 'member')} of ${given.arguments.length} shards`);
      console.log(`Written: ${files.join(', ')}`);
      for (const [index, reason] of failed) console.error(`error: member ${index}: ${reason}`);
      return failed.size > 0 ? exitStatus.failed : exitStatus.done;
    };
  },
};
