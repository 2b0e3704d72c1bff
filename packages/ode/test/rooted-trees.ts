/** A rooted tree as the list of the subtrees at its root. */
export type Tree = readonly Tree[];

const cache = new Map<number, Tree[]>();

/** Every rooted tree with `order` vertices. */
export function rootedTrees(order: number): readonly Tree[] {
  const known = cache.get(order);
  if (known) return known;
  const trees = forests(order - 1, order - 1, Infinity);
  cache.set(order, trees);
  return trees;
}

/** Multisets of trees with `vertices` vertices in all, the largest tree first. */
function forests(vertices: number, largest: number, beforeIndex: number): Tree[] {
  if (vertices === 0) return [[]];
  const result: Tree[] = [];
  for (let size = Math.min(largest, vertices); size >= 1; size--) {
    const roots = rootedTrees(size);
    const limit = size === largest ? Math.min(beforeIndex, roots.length) : roots.length;
    for (let i = 0; i < limit; i++) {
      for (const rest of forests(vertices - size, size, i + 1)) result.push([roots[i]!, ...rest]);
    }
  }
  return result;
}

/** Σ_i b_i Φ_i(tree), the density γ(tree), and the number of vertices. */
export function elementaryWeight(
  tree: Tree,
  weights: readonly number[],
  a: readonly (readonly number[])[],
): { value: number; density: number; order: number } {
  const { stages, density, order } = derivative(tree, a);
  return { value: weights.reduce((sum, b, i) => sum + b * stages[i]!, 0), density, order };
}

function derivative(
  tree: Tree,
  a: readonly (readonly number[])[],
): { stages: number[]; density: number; order: number } {
  const stages = a.map(() => 1);
  let density = 1;
  let order = 1;
  for (const branch of tree) {
    const inner = derivative(branch, a);
    density *= inner.density;
    order += inner.order;
    a.forEach((row, i) => {
      stages[i]! *= row.reduce((sum, weight, j) => sum + weight * inner.stages[j]!, 0);
    });
  }
  return { stages, density: density * order, order };
}
