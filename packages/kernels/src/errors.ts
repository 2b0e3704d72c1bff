/** A wrong argument: which one, what it was, what is allowed. Base of every complaint about user input. */
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

/** Throws NonFiniteError at the first NaN or ±Infinity in `values`. */
export function requireFinite(argument: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new NonFiniteError(argument, i, values[i]!);
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    const head = list.slice(0, 6).map(String).join(', ');
    return list.length > 6 ? `[${head}, … ${list.length} entries]` : `[${head}]`;
  }
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

/** Use of something whose memory was released by `dispose()`. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';

  constructor(what: string) {
    super(`${what} was disposed of; it cannot be used any more`);
  }
}

/** A problem that needs more memory than a kernel can have. */
export class MemoryLimitError extends Error {
  override readonly name = 'MemoryLimitError';
  readonly bytes: number;
  readonly limit: number;

  constructor(bytes: number, limit: number) {
    super(
      bytes > limit
        ? `${bytes} bytes of kernel memory are needed; at most ${limit} are possible`
        : `${bytes} bytes of kernel memory could not be allocated`,
    );
    this.bytes = bytes;
    this.limit = limit;
  }
}
