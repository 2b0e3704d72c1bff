import { NotLipschitzError } from '../errors.js';
import { sameShape } from '../shape.js';
import { positions } from './broadcast.js';
import type { NodeOf } from '../program.js';
import type { Buffer, Step } from './step.js';

/** Position of the entry of `input` for entry i of `out`: i·step, or table[i] if it is broadcast oddly. */
export interface Reader {
  readonly data: Buffer['data'];
  readonly step: number;
  readonly table: Uint32Array | undefined;
}

/** Reads the input as if it were broadcast to the shape of `out`. */
export function reader(input: Buffer, out: Buffer): Reader {
  const { data } = input;
  if (sameShape(input.shape, out.shape)) return { data, step: 1, table: undefined };
  if (data.length === 1) return { data, step: 0, table: undefined };
  return { data, step: 0, table: positions(input, out) };
}

/** The entry that belongs to entry i of the output. */
export function read({ data, step, table }: Reader, i: number): number {
  return table === undefined ? data[i * step]! : data[table[i]!]!;
}

/** (c, a, b): a where c ≠ 0, else b. */
export function chooseByCondition(inputs: readonly Buffer[], out: Buffer): Step {
  const [c, a, b] = inputs.map((input) => reader(input, out)) as [Reader, Reader, Reader];
  const to = out.data;
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = read(c, i) !== 0 ? read(a, i) : read(b, i);
  };
}

/** (u, v, a, b, t): a where u > v, b where u < v, t·a + (1 − t)·b where u = v. */
export function chooseByOrder(inputs: readonly Buffer[], out: Buffer): Step {
  const [u, v, a, b, t] = inputs.map((input) => reader(input, out)) as [
    Reader,
    Reader,
    Reader,
    Reader,
    Reader,
  ];
  const to = out.data;
  return () => {
    for (let i = 0; i < to.length; i++) {
      to[i] = byOrder(read(u, i), read(v, i), read(a, i), read(b, i), read(t, i));
    }
  };
}

/**
 * a where u > v, b where u < v, t·a + (1 − t)·b where u = v; weight 0 does not flow, and where there is nothing to
 * choose from, u and v may be NaN.
 */
export function byOrder(u: number, v: number, a: number, b: number, t: number): number {
  if (u > v) return a;
  if (u < v) return b;
  if (u === v && Math.abs(u) < Infinity) return mix(t, a, b);
  // NaN, or two that overflowed: nobody knows which is larger.
  return a === 0 && b === 0 ? 0 : NaN;
}

function mix(t: number, a: number, b: number): number {
  if (t === 1) return a;
  return t === 0 ? b : t * a + (1 - t) * b;
}

/**
 * (d, active?): d where active, 1 elsewhere. The mask is asked only for divisors that are 0, negative outside of the
 * domain, or no numbers.
 */
export function divisor(
  node: NodeOf<'divisor'>,
  [d, active]: readonly Buffer[],
  out: Buffer,
): Step {
  const from = reader(d!, out);
  const to = out.data;
  let present: Reader | undefined;
  const check = divisorCheck(node, active && (() => (present ??= reader(active, out))));
  return () => {
    present = undefined;
    for (let i = 0; i < to.length; i++) to[i] = check(read(from, i), i);
  };
}

/** The divisor for entry i: itself where it can be divided by; elsewhere the mask decides, where there is one. */
export function divisorCheck(
  { of, domain, finite }: NodeOf<'divisor'>,
  mask: (() => Reader) | undefined,
): (value: number, i: number) => number {
  const least = domain === 'all' ? -Infinity : 0;
  const most = finite ? Number.MAX_VALUE : Infinity;
  return (value, i) => {
    if (value !== 0 && value >= least && Math.abs(value) <= most) return value;
    if (mask !== undefined && read(mask(), i) === 0) return 1;
    if (value === 0) throw new NotLipschitzError(of, i);
    return NaN;
  };
}
