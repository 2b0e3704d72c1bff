/** A right call of an exported function, from which wrong ones are made. */
export interface Entry {
  /** The function; made anew for each call where it belongs to an object with a state. */
  readonly of: () => (...args: never[]) => unknown;
  /** Arguments of a right call, made anew for each call. */
  readonly right: () => readonly unknown[];
  /** Positions where every value is right: of type unknown, or passed on to the user's own functions. */
  readonly anything: readonly number[];
  /** Positions of what the caller's author writes, such as the names that are allowed: right in every call. */
  readonly fixed: readonly number[];
  /** Positions of options, whose unknown names are refused. */
  readonly options: readonly number[];
}

export type Table = Readonly<Record<string, Entry>>;

/** An entry for a function that is the same in every call. */
export function call(
  f: (...args: never[]) => unknown,
  right: () => readonly unknown[],
  { anything = [], fixed = [], options = [] }: Partial<Omit<Entry, 'of' | 'right'>> = {},
): Entry {
  return { of: () => f, right, anything, fixed, options };
}

/** An entry for a function that belongs to something made anew for each call. */
export function made(
  of: () => (...args: never[]) => unknown,
  right: () => readonly unknown[],
  { anything = [], fixed = [], options = [] }: Partial<Omit<Entry, 'of' | 'right'>> = {},
): Entry {
  return { of, right, anything, fixed, options };
}
