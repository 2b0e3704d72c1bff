import { GramFactor } from './gram-factor.js';

/** Where the multipliers of one kink may lie: |λ| ≤ b, λ ≥ 0 with Σλ ≤ b, or ‖λ‖ ≤ b; variables follow each other. */
export interface MultiplierSet {
  readonly kind: 'interval' | 'simplex' | 'ball';
  readonly start: number;
  readonly size: number;
  readonly bound: number;
}

const free = 0;
const low = 1;
const high = 2;

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
    if (settled) return true;
  }
  // points that rounding does not tell apart
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
    const length = Math.hypot(...direction);
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
    const gain = bound * Math.hypot(...pull) - along;
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

/** The minimum over a product of intervals and simplices. */
function flatMinimum(
  gram: Float64Array,
  h: Float64Array,
  sets: readonly MultiplierSet[],
  lambda: Float64Array,
): boolean {
  const k = h.length;
  const state = new Uint8Array(k);
  const full = new Map<MultiplierSet, boolean>();
  for (const set of sets) begin(set, lambda, state, full);
  const residual = new Float64Array(k);
  const noise = new Float64Array(k);
  const step = new Float64Array(k);
  for (let round = 0; round < 40 * k + 100; round++) {
    slopes(gram, h, lambda, residual, noise);
    faceStep(gram, residual, sets, state, full, step);
    const block = blockedStep(sets, state, full, lambda, step);
    if (block) {
      block();
      continue;
    }
    slopes(gram, h, lambda, residual, noise);
    const release = worst(sets, residual, noise, state, full);
    if (!release) return true;
    release();
  }
  return false;
}

/** Gλ − h, and what rounding leaves of it. */
function slopes(
  gram: Float64Array,
  h: Float64Array,
  lambda: Float64Array,
  residual: Float64Array,
  noise: Float64Array,
): void {
  const k = h.length;
  for (let i = 0; i < k; i++) {
    let sum = -h[i]!;
    let size = Math.abs(h[i]!);
    for (let j = 0; j < k; j++) {
      const term = gram[i * k + j]! * lambda[j]!;
      sum += term;
      size += Math.abs(term);
    }
    residual[i] = sum;
    noise[i] = 1e-14 * size;
  }
}

/** Goes as far as the bounds allow; returns how to take up the bound that was met. */
function blockedStep(
  sets: readonly MultiplierSet[],
  state: Uint8Array,
  full: Map<MultiplierSet, boolean>,
  lambda: Float64Array,
  step: Float64Array,
): (() => void) | undefined {
  let length = 1;
  let block: (() => void) | undefined;
  const consider = (reach: number, take: () => void): void => {
    if (reach < length) [length, block] = [Math.max(0, reach), take];
  };
  for (const set of sets) {
    let [sum, change] = [0, 0];
    const lowest = set.kind === 'interval' ? -set.bound : 0;
    for (let i = set.start; i < set.start + set.size; i++) {
      const [at, d] = [lambda[i]!, step[i]!];
      sum += at;
      change += d;
      if (state[i] !== free || d === 0) continue;
      if (d < 0) {
        consider((lowest - at) / d, () => {
          state[i] = low;
          lambda[i] = lowest;
        });
      } else if (set.kind === 'interval') {
        consider((set.bound - at) / d, () => {
          state[i] = high;
          lambda[i] = set.bound;
        });
      }
    }
    if (set.kind === 'simplex' && !full.get(set) && change > 0) {
      consider((set.bound - sum) / change, () => full.set(set, true));
    }
  }
  for (let i = 0; i < lambda.length; i++) lambda[i] = lambda[i]! + length * step[i]!;
  return block;
}

/** Makes λ feasible on one set, and says which of its bounds it lies on. */
function begin(
  set: MultiplierSet,
  lambda: Float64Array,
  state: Uint8Array,
  full: Map<MultiplierSet, boolean>,
): void {
  const { kind, start: first, size, bound } = set;
  const end = first + size;
  let sum = 0;
  for (let i = first; i < end; i++) {
    const lowest = kind === 'interval' ? -bound : 0;
    const at = Math.min(bound, Math.max(lowest, lambda[i]!));
    lambda[i] = at;
    state[i] = at <= lowest ? low : at >= bound && kind === 'interval' ? high : free;
    sum += at;
  }
  if (kind !== 'simplex') return;
  if (sum > bound)
    for (let i = first; i < end; i++) lambda[i] = bound > 0 ? (lambda[i]! * bound) / sum : 0;
  full.set(set, sum >= bound && bound > 0);
  if (bound <= 0) state.fill(low, first, end);
}

/** The step to the minimum on the face. */
function faceStep(
  gram: Float64Array,
  residual: Float64Array,
  sets: readonly MultiplierSet[],
  state: Uint8Array,
  full: ReadonlyMap<MultiplierSet, boolean>,
  step: Float64Array,
): void {
  const k = residual.length;
  // directions e_i, or e_i − e_p where the sum over a simplex is fixed
  const plus: number[] = [];
  const minus: number[] = [];
  for (const set of sets) {
    let reference = -1;
    for (let i = set.start; i < set.start + set.size; i++) {
      if (state[i] !== free) continue;
      if (full.get(set) && reference < 0) reference = i;
      else {
        plus.push(i);
        minus.push(reference);
      }
    }
  }
  const m = plus.length;
  step.fill(0);
  if (m === 0) return;
  const entry = (i: number, j: number): number => (i < 0 || j < 0 ? 0 : gram[i * k + j]!);
  const reduced = new Float64Array(m * m);
  const right = new Float64Array(m);
  for (let a = 0; a < m; a++) {
    const [p, q] = [plus[a]!, minus[a]!];
    right[a] = -(residual[p]! - (q < 0 ? 0 : residual[q]!));
    for (let b = 0; b < m; b++) {
      const [r, s] = [plus[b]!, minus[b]!];
      reduced[a * m + b] = entry(p, r) - entry(p, s) - entry(q, r) + entry(q, s);
    }
  }
  const factor = new GramFactor(m);
  factor.factorize(reduced, m);
  factor.solve(right, m);
  for (let a = 0; a < m; a++) {
    step[plus[a]!] = step[plus[a]!]! + right[a]!;
    if (minus[a]! >= 0) step[minus[a]!] = step[minus[a]!]! - right[a]!;
  }
}

/** How to leave the bound that pulls most, if any does beyond rounding. */
function worst(
  sets: readonly MultiplierSet[],
  residual: Float64Array,
  noise: Float64Array,
  state: Uint8Array,
  full: Map<MultiplierSet, boolean>,
): (() => void) | undefined {
  let most = 0;
  let release: (() => void) | undefined;
  const consider = (pull: number, rounding: number, leave: () => void): void => {
    if (pull > rounding && pull > most) [most, release] = [pull, leave];
  };
  for (const set of sets) {
    if (set.bound <= 0) continue;
    const end = set.start + set.size;
    let level = 0;
    let levelNoise = 0;
    if (full.get(set)) {
      // on Σλ = b the multiplier of the sum is the slope that the free ones share
      for (let i = set.start; i < end; i++) {
        if (state[i] === free) [level, levelNoise] = [residual[i]!, noise[i]!];
      }
      consider(level, levelNoise, () => full.set(set, false));
    }
    for (let i = set.start; i < end; i++) {
      if (state[i] === low)
        consider(level - residual[i]!, noise[i]! + levelNoise, () => (state[i] = free));
      else if (state[i] === high) consider(residual[i]!, noise[i]!, () => (state[i] = free));
    }
  }
  return release;
}
