import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { normalizeAxis } from '../shape.js';
import { sub } from './arithmetic.js';
import { maximum, minimum } from './kinks.js';
import { concatenate, gather, reshape, slice, transpose } from './structure.js';

/**
 * The entries in ascending order along the axis (default: the last): a network of minima and maxima of two (Batcher's
 * odd–even merge sort), so that its kinks are ties, with the kink policy for ties.
 */
export function sort(x: Operand, axis = -1): Value {
  const value = toValue(x);
  const at = normalizeAxis(value.shape.length, axis);
  const count = value.shape[at]!;
  if (count < 2) return value;
  // The axis first
  const order = [at, ...value.shape.map((_, i) => i).filter((i) => i !== at)];
  let list = transpose(value, order);
  for (const pairs of comparators(count)) list = exchange(list, pairs);
  return transpose(
    list,
    order.map((_, i) => order.indexOf(i)),
  );
}

type Pairs = readonly (readonly [number, number])[];

/** One layer of the network: the smaller entry of each pair to its first place, the larger to its second. */
function exchange(list: Value, pairs: Pairs): Value {
  const count = list.shape[0]!;
  const [firsts, seconds] = [pairs.map(([i]) => i), pairs.map(([, j]) => j)];
  const [u, v] = [gather(list, firsts), gather(list, seconds)];
  const touched = new Set([...firsts, ...seconds]);
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => !touched.has(i));
  const parts = [minimum(u, v), maximum(u, v)];
  if (others.length > 0) parts.push(gather(list, others));
  const places = new Array<number>(count);
  [...firsts, ...seconds, ...others].forEach((place, from) => (places[place] = from));
  return gather(concatenate(parts), places);
}

/** The layers of Batcher's network for `count` entries (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M). */
function comparators(count: number): Pairs[] {
  const layers: Pairs[] = [];
  const top = 2 ** (Math.ceil(Math.log2(count)) - 1);
  for (let p = top; p >= 1; p /= 2) {
    let [q, r, d] = [top, 0, p];
    for (;;) {
      const layer: [number, number][] = [];
      for (let i = 0; i + d < count; i++) if ((i & p) === r) layer.push([i, i + d]);
      if (layer.length > 0) layers.push(layer);
      if (q === p) break;
      [d, q, r] = [q - p, q / 2, p];
    }
  }
  return layers;
}

/** The difference of the two largest entries along the axis, which disappears; 1 where there is one entry only. */
export function gap(x: Value, axis: number): Value {
  const count = x.shape[axis]!;
  const rest = x.shape.filter((_, i) => i !== axis);
  if (count < 2) return toValue(new Float64Array(rest.reduce((a, b) => a * b, 1)).fill(1));
  const sorted = sort(x, axis);
  const entry = (i: number): Value => {
    const starts = x.shape.map((_, at) => (at === axis ? i : 0));
    const ends = x.shape.map((extent, at) => (at === axis ? i + 1 : extent));
    return reshape(slice(sorted, starts, ends), rest);
  };
  return sub(entry(count - 1), entry(count - 2));
}
