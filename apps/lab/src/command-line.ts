import { exitStatus, understood } from '@nonsmooth/apps-shared';
import { ArgumentError, suggestion } from '@nonsmooth/core';
import type { LabCommand, Laboratory, Work } from './commands/command.js';
import { certify } from './commands/certify.js';
import { compare } from './commands/compare.js';
import { exportTables } from './commands/export.js';
import { flow } from './commands/flow.js';
import { list } from './commands/list.js';
import { merge } from './commands/merge.js';
import { printing } from './commands/options.js';
import { report } from './commands/report.js';
import { run } from './commands/run.js';
import { schema } from './commands/schema.js';
import { status } from './commands/status.js';
import { worker } from './commands/worker.js';
import { isOutOfMemory, memoryMessage } from './memory-message.js';
import { storageCode, storageMessage } from './storage-message.js';

/** The commands by their names, in the order in which they are listed. */
const commands: Readonly<Record<string, LabCommand>> = {
  run,
  list,
  report,
  export: exportTables,
  compare,
  certify,
  flow,
  schema,
  worker,
  status,
  merge,
};

/** The whole command line: from its words to the exit status. */
export async function perform(words: readonly string[], laboratory: Laboratory): Promise<number> {
  const work = understood(() => workOf(words, laboratory));
  if (!work) return exitStatus.badUse;
  try {
    return await work();
  } catch (error) {
    const code = storageCode(error);
    if (error instanceof ArgumentError) console.error(`error: ${error.message}`);
    else if (code !== undefined) console.error(`error: ${storageMessage(code)}`);
    else if (isOutOfMemory(error)) console.error(`error: ${memoryMessage(String(error))}`);
    else throw error;
    return exitStatus.failed;
  }
}

function workOf(words: readonly string[], laboratory: Laboratory): Work {
  const [word = '', ...rest] = words;
  if (word === '--help' || word === '-h' || word === 'help') return printing(help());
  if (Object.hasOwn(commands, word)) return commands[word]!.prepare(rest, laboratory);
  if (/\.ya?ml$/.test(word)) {
    throw new ArgumentError('command', word, `run before a study: run ${words.join(' ')}`);
  }
  const names = Object.keys(commands);
  const meant = suggestion(word, names).map((name) => `; did you mean ${name}?`);
  throw new ArgumentError('command', word, `${names.join(', ')}, --help${meant.join('')}`);
}

function help(): string {
  return [
    'Usage: nonsmooth <command> …',
    '',
    'Studies: ensembles of training dynamics described in YAML, on worker threads.',
    '',
    ...Object.entries(commands).map(([name, { what }]) => `  ${name.padEnd(9)}${what}`),
    '',
    'nonsmooth <command> --help shows the options of a command.',
    '',
  ].join('\n');
}
