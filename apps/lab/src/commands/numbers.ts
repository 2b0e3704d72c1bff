import { ArgumentError } from '@nonsmooth/core';

/** Numbers between commas, such as `1,-0.5`. @throws ArgumentError for other texts, or another count of them. */
export function numbersIn(argument: string, text: string, count?: number): number[] {
  const numbers = text.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)));
  const allowed = `${count ?? 'finite'} numbers between commas, such as 1,-0.5`;
  if (!numbers.every(Number.isFinite)) throw new ArgumentError(argument, text, allowed);
  if (count !== undefined && numbers.length !== count)
    throw new ArgumentError(argument, text, allowed);
  return numbers;
}

/** A number > 0. @throws ArgumentError for other texts. */
export function positiveIn(argument: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < Infinity) return value;
  throw new ArgumentError(argument, text, 'a finite number > 0');
}
