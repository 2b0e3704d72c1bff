import { ArgumentError } from './errors.js';
import { suggestion } from './suggestion.js';

/**
 * Every option's name. A constant of this type beside the options' interface lets the compiler report a name that is
 * missing or too many: `const names: OptionNames<SolveOptions> = { rtol: true, … }`.
 */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Throws unless `options` is absent or an object all of whose names are allowed.
 * @param argument What the message calls the options.
 * @param allowed The names, as a list or as the keys of a table.
 * @throws ArgumentError that names the first unknown option and suggests what may have been meant.
 */
export function requireKnownOptions(
  argument: string,
  options: unknown,
  allowed: readonly string[] | object,
): void {
  if (options === undefined) return;
  requireObject(argument, options);
  for (const name of Object.keys(options)) {
    const isKnown = Array.isArray(allowed) ? allowed.includes(name) : Object.hasOwn(allowed, name);
    if (isKnown) continue;
    const names = Array.isArray(allowed) ? (allowed as readonly string[]) : Object.keys(allowed);
    const value = (options as Readonly<Record<string, unknown>>)[name];
    throw new ArgumentError(`${argument}.${name}`, value, withSuggestion(name, names, 'options '));
  }
}

/**
 * Throws where a name of a record, which may carry more than is read, looks like a misspelt one of the names read.
 * @throws ArgumentError that names it and what may have been meant.
 */
export function refuseMisspelt(argument: string, record: unknown, read: readonly string[]): void {
  requireObject(argument, record);
  for (const name of Object.keys(record)) {
    if (read.includes(name)) continue;
    const meant = suggestion(
      name,
      read.filter((one) => !Object.hasOwn(record, one)),
    );
    if (meant.length === 0) continue;
    const value = (record as Readonly<Record<string, unknown>>)[name];
    throw new ArgumentError(
      `${argument}.${name}`,
      value,
      `${meant.join(' or ')}, if that is meant`,
    );
  }
}

/** Throws ArgumentError unless `value` is one of `allowed`; suggests what may have been meant. */
export function requireOneOf<Name extends string>(
  argument: string,
  value: unknown,
  allowed: readonly Name[],
): asserts value is Name {
  if ((allowed as readonly unknown[]).includes(value)) return;
  throw new ArgumentError(
    argument,
    value,
    typeof value === 'string' ? withSuggestion(value, allowed) : allowed.join(', '),
  );
}

/** Throws ArgumentError unless `value` is an object with properties: no list, date, map or the like. */
export function requireObject(argument: string, value: unknown): asserts value is object {
  // Lists, dates, maps and the like have tags of their own.
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new ArgumentError(argument, value, 'an object');
  }
}

function withSuggestion(name: string, allowed: readonly string[], what = ''): string {
  const near = suggestion(name, allowed);
  const list = `${what}${allowed.join(', ')}`;
  return near.length > 0 ? `${list} (did you mean ${near.join(' or ')}?)` : list;
}
