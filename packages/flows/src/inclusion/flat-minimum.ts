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

/** The minimum over a product of intervals and simplices, by active sets; returns whether the search came to an end. */
export function flatMinimum(
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
