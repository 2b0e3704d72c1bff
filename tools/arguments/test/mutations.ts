import type { Entry } from './entry.js';

/** Numbers in [0, 1) from a seed: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Values that no argument of any function may be, but for those of type unknown. */
const aliens: readonly (() => unknown)[] = [
  () => null,
  () => Symbol('alien'),
  () => 'alien',
  () => new Date(0),
  () => new Map([[1, 2]]),
  () => ({ alien: 1 }),
  () => Promise.resolve(1),
  () => /alien/,
];

/** Values that may be right or wrong. */
const oddities: readonly (() => unknown)[] = [
  () => undefined,
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => -1,
  () => 0,
  () => -0,
  () => 0.5,
  () => 1,
  () => 3,
  () => 2 ** 53,
  () => 1e300,
  () => 5e-324,
  () => 7n,
  () => '',
  () => '3',
  () => true,
  () => false,
  () => [],
  () => [[]],
  () => [1, 2],
  () => [NaN],
  () => ['1', '2'],
  () => [null, null],
  () => [[1], [2, 3]],
  () => [1, , 3], // oxlint-disable-line no-sparse-arrays
  () => new Array<number>(2),
  () => ({}),
  () => Object.create(null) as object,
  () => ({ length: 2 }),
  () => ({ name: 'relu', parameter: 'much' }),
  () => new Float64Array(0),
  () => new Float64Array(3),
  () => Float64Array.of(NaN, Infinity),
  () => new Float32Array(2),
  () => new Int32Array(2),
  () => new BigInt64Array(2),
  () => new DataView(new ArrayBuffer(16)),
  () => () => undefined,
  () => () => NaN,
  () => (x: unknown) => x,
  () => 'float64',
  () => 'f64',
  () => 'relu',
];

/** A wrong call: its arguments, what was changed, and whether it must be refused. */
export interface WrongCall {
  readonly args: readonly unknown[];
  readonly change: string;
  readonly mustThrow: boolean;
}

/** One argument of a right call, or something within it, replaced, left out, or given one more name. */
export function wrongCall(entry: Entry, random: () => number): WrongCall {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const args = [...entry.right()];
  const free = args.map((_, i) => i).filter((i) => !entry.fixed.includes(i));
  if (free.length === 0) {
    const args = [pick(oddities)()];
    return { args, change: `[0] = ${text(args[0])}`, mustThrow: false };
  }
  const at = pick(free);
  const kind = random();
  if (kind < 0.3) {
    args[at] = pick(aliens)();
    const mustThrow = !entry.anything.includes(at);
    return { args, change: `[${at}] = ${text(args[at])}`, mustThrow };
  }
  if (kind < 0.4 && entry.options.length > 0) {
    const option = pick(entry.options);
    args[option] = { ...(args[option] as object), unheardOf: 1 };
    return { args, change: `[${option}].unheardOf = 1`, mustThrow: true };
  }
  if (kind < 0.45 && entry.fixed.length === 0) {
    return { args: args.slice(0, at), change: `only ${at} arguments`, mustThrow: false };
  }
  const change = { path: `[${at}]` };
  args[at] = changed(args[at], random, pick, change, 0);
  return { args, change: change.path, mustThrow: false };
}

/** A copy of the value with one odd part: the value itself, or one in depth. */
function changed(
  value: unknown,
  random: () => number,
  pick: <T>(list: readonly T[]) => T,
  change: { path: string },
  depth: number,
): unknown {
  const names = isPlain(value) ? Object.keys(value) : [];
  if (depth < 3 && names.length > 0 && random() < 0.75) {
    const name = pick(names);
    change.path += `.${name}`;
    const inner = (value as Readonly<Record<string, unknown>>)[name];
    const part = changed(inner, random, pick, change, depth + 1);
    if (Array.isArray(value)) {
      const copy = [...(value as readonly unknown[])];
      copy[Number(name)] = part;
      return copy;
    }
    return { ...(value as object), [name]: part };
  }
  const odd = random() < 0.25 ? pick(aliens)() : pick(oddities)();
  change.path += ` = ${text(odd)}`;
  return odd;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

function text(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) {
    const name = (value.constructor as { name: string } | undefined)?.name ?? 'null prototype';
    return `${name} ${JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
