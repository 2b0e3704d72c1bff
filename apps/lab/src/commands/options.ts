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

/** An integer between bounds. @throws ArgumentError */
export function integerOf(argument: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new ArgumentError(argument, text, `an integer from ${least} to ${most}`);
}

/** The option that limits what a member holds in memory besides arrays. */
export const heapOption = [
  '--heap <megabytes>',
  'of objects in the memory of a member (default: 2048)',
] as const;

/** The value of `heapOption`. @throws ArgumentError */
export function heapOf(text: string = '2048'): number {
  return integerOf('--heap', text, 16, 1_000_000);
}

/** A length of time. @throws ArgumentError */
export function secondsOf(argument: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < Infinity) return value;
  throw new ArgumentError(argument, text, 'a number of seconds > 0');
}

/** The option that names a queue. */
export const queueOption = [
  '--queue <url>',
  'redis://HOST:PORT of the queue, rediss:// with TLS; user and password from the environment',
] as const;

/** @throws ArgumentError without the name of a queue; the environment may hold it. */
export function requireQueue(queue: string | undefined): string {
  const text = queue ?? process.env['NONSMOOTH_QUEUE'] ?? '';
  if (text !== '') return text;
  throw new ArgumentError('--queue', text, 'redis://HOST:PORT, here or in NONSMOOTH_QUEUE');
}
