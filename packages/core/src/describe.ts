const longest = 120;

/** A value as one short line of text for a message: never throws, never longer than 160 characters. */
export function describe(value: unknown): string {
  const text = textOf(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    if (ArrayBuffer.isView(value) || Array.isArray(value)) return list(value as ArrayLike<unknown>);
    return JSON.stringify(value) ?? 'an object';
  } catch {
    return 'an object';
  }
}

function list(values: ArrayLike<unknown>): string {
  const head = Array.prototype.slice.call(values, 0, 6).map(entry).join(', ');
  return values.length > 6 ? `[${head}, … ${values.length} entries]` : `[${head}]`;
}

const entry = (value: unknown): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? '{…}' : String(value);
