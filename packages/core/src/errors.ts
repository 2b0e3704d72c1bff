import { describe } from './describe.js';

/**
 * A wrong argument: which one, what it was, what is allowed. Base of every complaint about user input, and the same
 * class in every package.
 */
export class ArgumentError extends Error {
  override readonly name: string = 'ArgumentError';
  readonly argument: string;
  readonly value: unknown;
  readonly allowed: string;

  constructor(argument: string, value: unknown, allowed: string) {
    super(`${argument} = ${describe(value)}; allowed: ${allowed}`);
    this.argument = argument;
    this.value = value;
    this.allowed = allowed;
  }
}

/** An array whose shape does not fit the others. */
export class ShapeError extends ArgumentError {
  override readonly name = 'ShapeError';
}

/** NaN or ±Infinity where only finite numbers make sense; names the first offending position. */
export class NonFiniteError extends ArgumentError {
  override readonly name = 'NonFiniteError';
  readonly index: number;

  constructor(argument: string, index: number, value: number) {
    super(`${argument}[${index}]`, value, 'finite numbers');
    this.index = index;
  }
}

/** Use of something whose memory was released by `dispose()`. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';

  constructor(what: string) {
    super(`${what} was disposed of; it cannot be used any more`);
  }
}
