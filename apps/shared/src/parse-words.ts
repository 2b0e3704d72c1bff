import { ArgumentError } from '@nonsmooth/kernels';
import { CommanderError, type Command } from 'commander';

/**
 * Has the command parse the words of a command line. Returns what it would have printed (--help), if anything.
 * @throws ArgumentError that names the argument, the value and what is allowed.
 */
export function parseWords(command: Command, words: readonly string[]): string | undefined {
  let text = '';
  command
    .exitOverride()
    .configureOutput({ writeOut: (output) => void (text += output), writeErr: () => {} });
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return text;
    throw explain(error, command);
  }
  return undefined;
}

/** Commander's complaint in the form that all others have. */
function explain(error: CommanderError, command: Command): ArgumentError {
  const flags = command.options.map(({ long }) => long).join(', ');
  const word = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const own = command.registeredArguments;
  switch (error.code) {
    case 'commander.unknownOption': {
      const [name = '', value = ''] = word.split('=', 2);
      if (command.options.some(({ long }) => long === name)) {
        return new ArgumentError(name, value, 'no value');
      }
      return new ArgumentError('option', word, `${flags}, --help`);
    }
    case 'commander.optionMissingArgument':
      return new ArgumentError(word.split(' ')[0]!, '', `a value: ${word}`);
    case 'commander.missingArgument': {
      const missing = own.find((argument) => argument.name() === word);
      return new ArgumentError(`<${word}>`, '', missing?.description ?? 'a value');
    }
    case 'commander.excessArguments': {
      const before = own.map((argument) => `<${argument.name()}>, `).join('');
      const allowed = before === '' ? `options only: ${flags}` : `${before}${flags}`;
      return new ArgumentError(
        'argument',
        command.args.slice(own.length).join(' '),
        `${allowed}, --help`,
      );
    }
    default:
      return new ArgumentError('command line', error.message, `${flags}, --help`);
  }
}
