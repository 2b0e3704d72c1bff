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
  allowed: readonly string[] | Readonly<Record<string, unknown>>,
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

/** Throws ArgumentError unless `value` is an object that is no list and no array. */
export function requireObject(argument: string, value: unknown): asserts value is object {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  ) {
    throw new ArgumentError(argument, value, 'an object');
  }
}

function withSuggestion(name: string, allowed: readonly string[], what = ''): string {
  const near = suggestion(name, allowed);
  const list = `${what}${allowed.join(', ')}`;
  return near.length > 0 ? `${list} (did you mean ${near.join(' or ')}?)` : list;
}
