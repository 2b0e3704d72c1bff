import { exitStatus, parseWords } from '@nonsmooth/apps-shared';
import { ArgumentError, suggestion } from '@nonsmooth/core';
import { Command } from 'commander';
import { formats, type Format } from '../tables/tables.js';
import type { Work } from './command.js';

/** The words of a command, understood: its arguments and options, or the help that was asked for. */
export interface Given<Options> {
  /** What `--help` prints, if it was given; then there are no arguments. */
  readonly text: string | undefined;
  readonly arguments: readonly string[];
  readonly options: Options;
}

/** Has commander read the words of a command that `declare` gives arguments and options. @throws ArgumentError */
export function optionsOf<Options extends object>(
  name: string,
  what: string,
  words: readonly string[],
  declare: (command: Command) => unknown = () => {},
): Given<Options> {
  const command = new Command(`nonsmooth ${name}`).description(what);
  declare(command);
  const text = parseWords(command, words);
  return { text, arguments: command.args, options: command.opts<Options>() };
}

/** Prints a text and is done. */
export function printing(text: string): Work {
  return () => {
    process.stdout.write(text);
    return exitStatus.done;
  };
}

/** The value, if it is one of those allowed. @throws ArgumentError that lists them, with a suggestion. */
export function oneOf<Name extends string>(
  argument: string,
  value: string,
  allowed: readonly Name[],
): Name {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  const meant = suggestion(value, allowed).map((name) => `; did you mean ${name}?`);
  throw new ArgumentError(argument, value, `${allowed.join(', ')}${meant.join('')}`);
}

/** The names of the formats of tables. */
export const formatNames = Object.keys(formats) as readonly Format[];
