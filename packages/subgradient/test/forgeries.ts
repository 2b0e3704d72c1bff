/** What JSON holds. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Other values for one leaf. */
function otherLeaves(leaf: Json): Json[] {
  switch (typeof leaf) {
    case 'number':
      return [leaf + 1, -leaf - 3, leaf / 2 + 0.25, 1e300, 'x'];
    case 'string':
      return [...(/^-?\d/.test(leaf) ? [`${leaf}1`, '-7/3', '0', '1/0'] : []), 'nothing', 5];
    default:
      return [null, 'true'];
  }
}

/** The tree with every leaf replaced by other values, and every list without its last entry, one at a time. */
export function* forgeries(tree: Json): Generator<Json> {
  if (Array.isArray(tree)) {
    const list = tree as readonly Json[];
    if (list.length > 0) yield list.slice(0, -1);
    for (const [i, entry] of list.entries()) {
      for (const other of forgeries(entry)) yield list.with(i, other);
    }
  } else if (typeof tree === 'object' && tree !== null) {
    const object = tree as { readonly [key: string]: Json };
    for (const [key, entry] of Object.entries(object)) {
      for (const other of [...forgeries(entry), null]) yield { ...object, [key]: other };
    }
  } else {
    yield* otherLeaves(tree);
  }
}
