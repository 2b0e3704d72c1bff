import { exitStatus } from '@nonsmooth/apps-shared';
import { existingArchive } from '../archive.js';
import { membersOf, nameOf } from '../members.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

/** `nonsmooth list FOLDER`. */
export const list: LabCommand = {
  what: 'lists the members of a study and what became of them',
  prepare(words) {
    const given = optionsOf('list', list.what, words, (command) =>
      command.argument('<folder>', 'a folder of results, such as lab/threshold'),
    );
    if (given.text !== undefined) return printing(given.text);
    const { archive, study } = existingArchive(given.arguments[0]!);
    return () => {
      for (const member of membersOf(study)) {
        const { facts } = archive.read(member) ?? {};
        const name = [nameOf(member.variation), `start ${member.start}`].filter(Boolean).join(', ');
        const state = facts ? `${facts.status}, ${facts.verdict}` : 'not finished';
        console.log(`${member.index}  ${name}: ${state}  ${archive.fileOf(member)}`);
      }
      return exitStatus.done;
    };
  },
};
