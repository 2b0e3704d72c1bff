import { GramFactor } from './gram-factor.js';

/** Coefficients of dependent rows below this are rounding. */
const negligible = 1e-6;
/** Directions that are looked at, and kinks below others of which all sides are, at most. */
const mostDirections = 20_000;
const mostBelow = 4;

/**
 * Rows rᵢ of kinks of |u| that are held together, in units of their lengths: arguments change by
 * zᵢ(d) = ⟨rᵢ, d⟩ + Σ sᵢⱼ|zⱼ(d)|, kinks j before those above them.
 */
export interface HeldTogether {
  readonly count: number;
  /** ⟨rᵢ, rⱼ⟩, row by row. */
  readonly cosines: Float64Array;
  /** s, row by row; none if all are 0. */
  readonly slopes: Float64Array | undefined;
  /** The derivatives of the function with respect to |zᵢ|. */
  readonly bounds: Float64Array;
  /** Multipliers: Θ' = −(∇f + Σ λᵢrᵢ). */
  readonly lambda: Float64Array;
}

/** How safely kinks hold each other at 0. */
export interface JointMargin {
  /** In units of force: below 0 the flow leaves. */
  readonly margin: number;
  /** In the direction d of length 1 in which least holds it: zᵢ(d). */
  readonly rates: Float64Array;
  /** ⟨rᵢ, d⟩. */
  readonly along: Float64Array;
}

/**
 * Parts of what is held that can be looked at one by one, as lists of rows: those of different parts neither depend on
 * each other nor have kinks of each other below them.
 */
export function independentParts(
  { count, slopes }: HeldTogether,
  factor: GramFactor,
): { readonly rows: number[]; readonly isDependent: boolean }[] {
  const { order, rank } = factor;
  const part = Int32Array.from({ length: count }, (_, i) => i);
  const rootOf = (i: number): number => {
    while (part[i] !== i) i = part[i]!;
    return i;
  };
  const weights = new Float64Array(rank);
  for (let i = rank; i < count; i++) {
    const row = order[i]!;
    for (let l = rank - 1; l >= 0; l--) {
      let sum = factor.coordinate(row, l);
      for (let m = l + 1; m < rank; m++) sum -= weights[m]! * factor.coordinate(order[m]!, l);
      weights[l] = sum / factor.coordinate(order[l]!, l);
      if (Math.abs(weights[l]!) > negligible) part[rootOf(order[l]!)] = rootOf(row);
    }
  }
  slopes?.forEach((slope, at) => {
    if (slope !== 0) part[rootOf(at % count)] = rootOf(Math.floor(at / count));
  });
  const spare = new Set<number>();
  for (let i = rank; i < count; i++) spare.add(rootOf(order[i]!));
  const parts = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const root = rootOf(i);
    const known = parts.get(root);
    if (known) known.push(i);
    else parts.set(root, [i]);
  }
  return Array.from(parts, ([root, rows]) => ({ rows, isDependent: spare.has(root) }));
}

/** A part of what is held. */
export function partOf(held: HeldTogether, rows: readonly number[]): HeldTogether {
  const { count, cosines, slopes, bounds, lambda } = held;
  const square = (from: Float64Array): Float64Array =>
    Float64Array.from(rows.flatMap((i) => rows.map((j) => from[i * count + j]!)));
  return {
    count: rows.length,
    cosines: square(cosines),
    slopes: slopes && square(slopes),
    bounds: Float64Array.from(rows, (i) => bounds[i]!),
    lambda: Float64Array.from(rows, (i) => lambda[i]!),
  };
}

/**
 * The least of (Σ bᵢ|zᵢ(d)| − ⟨Σ λᵢrᵢ, d⟩) / ‖d‖ over the directions d in the span of the rows in which as many arguments stay at
 * 0 as can. Between them it is linear, so that it is ≥ 0 in all directions if it is in these: then and only then the flow
 * stays where all zᵢ are 0. Some b may be negative: of kinks that depend on each other, some may bend down. Undefined
 * if there are too many directions.
 */
export function jointMargin(held: HeldTogether): JointMargin | undefined {
  const { count: k, cosines, slopes, bounds, lambda } = held;
  const factor = new GramFactor(k);
  factor.factorize(cosines, k);
  const { rank } = factor;
  const rows = Array.from({ length: k }, (_, i) =>
    Float64Array.from({ length: rank }, (_x, l) => factor.coordinate(i, l)),
  );
  const below = new Set<number>();
  slopes?.forEach((slope, at) => slope !== 0 && below.add(at % k));
  if (below.size > mostBelow) return undefined;
  let margin = Infinity;
  const rates = new Float64Array(k);
  const along = new Float64Array(k);
  const best = { rates: new Float64Array(k), along: new Float64Array(k) };
  const look = (direction: Float64Array, turn: 1 | -1): void => {
    let room = 0;
    for (let i = 0; i < k; i++) {
      let rate = turn * product(rows[i]!, direction);
      if (Math.abs(rate) <= negligible) rate = 0;
      along[i] = rate;
      if (slopes) {
        for (let j = 0; j < i; j++) rate += slopes[i * k + j]! * Math.abs(rates[j]!);
        if (Math.abs(rate) <= negligible) rate = 0;
      }
      rates[i] = rate;
      room += bounds[i]! * Math.abs(rate) - lambda[i]! * along[i]!;
    }
    if (room >= margin) return;
    margin = room;
    best.rates.set(rates);
    best.along.set(along);
  };
  for (const cell of cells(rows, slopes, [...below])) {
    const lines = distinct(cell);
    let directions = 2 ** below.size;
    for (let i = 0; i < rank - 1; i++) directions *= (lines.length - i) / (i + 1);
    if (directions > mostDirections) return undefined;
    eachEdge(lines, rank, (direction) => {
      look(direction, 1);
      look(direction, -1);
    });
  }
  return { margin, ...best };
}

/** The gradients of zᵢ on all sides of the kinks below others. */
function* cells(
  rows: readonly Float64Array[],
  slopes: Float64Array | undefined,
  below: readonly number[],
): Generator<readonly Float64Array[]> {
  if (!slopes) {
    yield rows;
    return;
  }
  const k = rows.length;
  for (let code = 0; code < 2 ** below.length; code++) {
    const found: Float64Array[] = [];
    for (let i = 0; i < k; i++) {
      const row = rows[i]!.slice();
      below.forEach((j, b) => {
        const slope = slopes[i * k + j]!;
        if (slope === 0) return;
        const weight = (code >> b) & 1 ? slope : -slope;
        for (let l = 0; l < row.length; l++) row[l] = row[l]! + weight * found[j]![l]!;
      });
      found.push(row);
    }
    yield found;
  }
}

/** Directions of length 1 of rows that are not parallel. */
function distinct(rows: readonly Float64Array[]): Float64Array[] {
  const lines: Float64Array[] = [];
  for (const row of rows) {
    const length = Math.sqrt(product(row, row));
    if (length <= negligible) continue;
    const unit = row.map((x) => x / length);
    if (lines.every((line) => 1 - Math.abs(product(line, unit)) > 1e-12)) lines.push(unit);
  }
  return lines;
}

/** Calls back with the directions of length 1, up to sign, that are orthogonal to rank − 1 independent lines. */
function eachEdge(
  lines: readonly Float64Array[],
  rank: number,
  found: (direction: Float64Array) => void,
): void {
  const out = new Float64Array(rank);
  const chosen: Float64Array[] = [];
  const choose = (from: number): void => {
    if (chosen.length === rank - 1) {
      complement(chosen, out);
      found(out);
      return;
    }
    for (let i = from; i < lines.length; i++) {
      const row = lines[i]!.slice();
      for (let round = 0; round < 2; round++) for (const one of chosen) without(row, one);
      const length = Math.sqrt(product(row, row));
      if (length <= negligible) continue;
      for (let l = 0; l < rank; l++) row[l] = row[l]! / length;
      chosen.push(row);
      choose(i + 1);
      chosen.pop();
    }
  };
  choose(0);
}

/** Writes the direction of length 1 that is orthogonal to these orthonormal ones, one fewer than there are dimensions. */
function complement(basis: readonly Float64Array[], out: Float64Array): void {
  const n = out.length;
  // the axis that they contain least of
  let axis = 0;
  let least = Infinity;
  for (let l = 0; l < n; l++) {
    let share = 0;
    for (const one of basis) share += one[l]! * one[l]!;
    if (share < least) [least, axis] = [share, l];
  }
  out.fill(0);
  out[axis] = 1;
  for (let round = 0; round < 2; round++) for (const one of basis) without(out, one);
  const length = Math.sqrt(product(out, out));
  for (let l = 0; l < n; l++) out[l] = out[l]! / length;
}

function without(row: Float64Array, one: Float64Array): void {
  const share = product(row, one);
  for (let l = 0; l < row.length; l++) row[l] = row[l]! - share * one[l]!;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) sum += a[l]! * b[l]!;
  return sum;
}
