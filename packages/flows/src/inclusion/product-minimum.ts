import { norm2 } from '@nonsmooth/core';
import { polishBalls } from './ball-polish.js';
import { flatMinimum, type MultiplierSet } from './flat-minimum.js';

/**
 * The minimum of ½⟨λ, Gλ⟩ − ⟨h, λ⟩ over a product of intervals, simplices and balls, for a Gram matrix G = JJᵀ
 * (k × k, row by row) and h in its range: the minimal-norm element of g + Jᵀλ for h = −Jg. By active sets over
 * intervals and simplices; of each ball the points that matter are found one by one, as the farthest against the
 * slope, and their hull takes its place (fully corrective conditional gradients; von Hohenbalken 1977). λ is
 * overwritten; it is where the search starts, as far as it is feasible. Returns whether it came to an end.
 */
export function productMinimum(
  gram: Float64Array,
  h: Float64Array,
  sets: readonly MultiplierSet[],
  lambda: Float64Array,
): boolean {
  if (sets.every(({ kind }) => kind !== 'ball')) return flatMinimum(gram, h, sets, lambda);
  const hulls = sets.map((set) => new Hull(set, lambda, h));
  for (let round = 0; round < 40; round++) {
    if (!hullMinimum(gram, h, hulls, lambda)) return false;
    let settled = true;
    for (const hull of hulls) if (hull.grow(gram, h, lambda)) settled = false;
    if (settled) break;
  }
  // hulls come near spheres slowly
  polishBalls(gram, h, sets, lambda);
  return true;
}

/** Of a ball the hull of 0 and some of its points, as a simplex of their weights; any other set as it is. */
class Hull {
  readonly set: MultiplierSet;
  /** Rows of `size` numbers. */
  readonly points: Float64Array[] = [];
  weights: number[] = [];

  constructor(set: MultiplierSet, lambda: Float64Array, h: Float64Array) {
    this.set = set;
    const { kind, start, size } = set;
    if (kind !== 'ball') {
      for (let i = 0; i < size; i++) {
        const unit = new Float64Array(size);
        unit[i] = 1;
        this.points.push(unit);
      }
      this.weights = Array.from(lambda.subarray(start, start + size));
      return;
    }
    this.add(lambda.subarray(start, start + size), 1);
    if (this.points.length === 0) this.add(h.subarray(start, start + size), 0);
  }

  /** Adds the point of the sphere in this direction. */
  private add(direction: Float64Array, weight: number): void {
    const length = norm2(direction);
    if (!(length > 0)) return;
    this.points.push(direction.map((x) => (x * this.set.bound) / length));
    this.weights.push(weight);
  }

  /** Adds the farthest point against the slope of the objective, if that is farther than the minimum so far. */
  grow(gram: Float64Array, h: Float64Array, lambda: Float64Array): boolean {
    const { kind, start, size, bound } = this.set;
    if (kind !== 'ball' || bound <= 0) return false;
    const k = h.length;
    const pull = new Float64Array(size);
    let along = 0;
    let terms = 0;
    for (let i = 0; i < size; i++) {
      let sum = h[start + i]!;
      let magnitude = Math.abs(sum);
      for (let j = 0; j < k; j++) {
        const term = gram[(start + i) * k + j]! * lambda[j]!;
        sum -= term;
        magnitude += Math.abs(term);
      }
      pull[i] = sum;
      along += sum * lambda[start + i]!;
      terms = Math.max(terms, magnitude);
    }
    const gain = bound * norm2(pull) - along;
    if (!(gain > 1e-13 * bound * terms)) return false;
    // points without weight are not needed any more
    const kept = this.points.map((_, i) => i).filter((i) => this.weights[i]! > 0);
    this.points.splice(0, this.points.length, ...kept.map((i) => this.points[i]!));
    this.weights = kept.map((i) => this.weights[i]!);
    this.add(pull, 0);
    return true;
  }
}

/** The minimum over the product of hulls, by the weights of their points. */
function hullMinimum(
  gram: Float64Array,
  h: Float64Array,
  hulls: readonly Hull[],
  lambda: Float64Array,
): boolean {
  const k = h.length;
  const columns: { readonly start: number; readonly point: Float64Array }[] = [];
  const sets: MultiplierSet[] = [];
  const weights: number[] = [];
  for (const hull of hulls) {
    const { set, points } = hull;
    const ball = set.kind === 'ball';
    sets.push({
      kind: ball ? 'simplex' : set.kind,
      start: columns.length,
      size: points.length,
      bound: ball ? (set.bound > 0 ? 1 : 0) : set.bound,
    });
    for (const point of points) columns.push({ start: set.start, point });
    weights.push(...hull.weights);
  }
  const m = columns.length;
  const image = columns.map(({ start, point }) => {
    const out = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < point.length; j++) sum += gram[i * k + start + j]! * point[j]!;
      out[i] = sum;
    }
    return out;
  });
  const along = ({ start, point }: (typeof columns)[number], vector: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < point.length; j++) sum += point[j]! * vector[start + j]!;
    return sum;
  };
  const reduced = new Float64Array(m * m);
  const right = Float64Array.from(columns, (column) => along(column, h));
  columns.forEach((column, a) => {
    for (let b = 0; b < m; b++) reduced[a * m + b] = along(column, image[b]!);
  });
  const found = Float64Array.from(weights);
  const ended = flatMinimum(reduced, right, sets, found);
  lambda.fill(0);
  let at = 0;
  for (const hull of hulls) {
    hull.weights = Array.from(found.subarray(at, at + hull.points.length));
    at += hull.points.length;
    hull.points.forEach((point, p) => {
      for (let j = 0; j < point.length; j++) {
        lambda[hull.set.start + j] = lambda[hull.set.start + j]! + hull.weights[p]! * point[j]!;
      }
    });
  }
  return ended;
}
