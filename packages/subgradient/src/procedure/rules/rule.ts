import type { NodeOf, Op, Shape } from '@nonsmooth/autodiff';
import { broadcastEntries, groups, single, type Entries } from '../entries.js';
import type { Scalars } from '../scalars.js';

/** A node whose inputs are scalars already. */
export interface Reached<O extends Op> {
  readonly node: NodeOf<O>;
  /** Its index in the program. */
  readonly index: number;
  readonly inputs: readonly Entries[];
  readonly shapes: readonly Shape[];
}

/** The scalars of a node. */
export type Rule<O extends Op> = (at: Reached<O>, scalars: Scalars) => Entries;

/** The inputs in the shape of the node. */
export function spread({ node, inputs, shapes }: Reached<Op>): Entries[] {
  return inputs.map((entries, i) => broadcastEntries(entries, shapes[i]!, node.shape));
}

/** A rule for each entry of one or two arguments alone; single numbers, which long chains are made of, need no lists. */
export function entrywise<O extends Op>(
  f: (scalars: Scalars, index: number, u: number, v: number) => number,
): Rule<O> {
  return (at, scalars) => {
    const [x, y] = at.inputs;
    if (x!.length === 1 && (y === undefined || y.length === 1)) {
      return single(f(scalars, at.index, x![0]!, y === undefined ? -1 : y[0]!));
    }
    const [u, v] = spread(at);
    return u!.map((entry, i) => f(scalars, at.index, entry, v === undefined ? -1 : v[i]!));
  };
}

/** A map of groups of entries to as many, put where they come from. */
export function byGroup(
  entries: Entries,
  shape: Shape,
  axes: readonly number[],
  map: (group: number[], at: number) => readonly number[],
): Entries {
  const out = new Int32Array(entries.length);
  groups(
    entries.map((_, i) => i),
    shape,
    axes,
  ).forEach((positions, at) => {
    const images = map(
      positions.map((i) => entries[i]!),
      at,
    );
    positions.forEach((i, j) => (out[i] = images[j]!));
  });
  return out;
}

/** As `byGroup` for two arrays of one shape. */
export function byPairs(
  [first, second]: readonly Entries[],
  shape: Shape,
  axes: readonly number[],
  map: (u: readonly number[], v: readonly number[]) => readonly number[],
): Entries {
  const others = groups(second!, shape, axes);
  return byGroup(first!, shape, axes, (group, at) => map(group, others[at]!));
}
