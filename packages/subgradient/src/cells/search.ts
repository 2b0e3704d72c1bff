import { dot } from '@nonsmooth/core';
import { nonnegativeSolver } from '../cones/nonnegative-least-squares.js';
import { strictDirection } from '../exact/nonnegative-solution.js';
import { rowSource, type AbsLinearForm, type RowSource, type SwitchingRow } from './abs-linear.js';
import { meter, type Exhausted, type Meter } from './budget.js';
import { proveRefutation } from './refutation.js';
import { integerWitness, signAlong, witness, type Witness } from './witness.js';

/** A full-dimensional cone on which all Δz_i have constant sign, with a direction in its interior. */
export interface Cell {
  /** −1 or 1; 0 where ∇z_i^σ = 0, so that the sign does not matter. Overwritten as the search goes on. */
  readonly signs: Int8Array;
  readonly witness: Witness;
  readonly rows: RowSource;
}

/** One node of the search tree: both signs attained, none of importance, or one refuted. */
export type BranchStep =
  /** The branch with sign `first` comes first. */
  | { readonly kind: 'both'; readonly first: number }
  | { readonly kind: 'zero' }
  /** The sign −`sign` is refuted: sign·row_i lies in the cone of the earlier signed rows `support`. */
  | { readonly kind: 'single'; readonly sign: number; readonly support: readonly number[] }
  /** A cell, where what is claimed for it is a nonnegative combination of these of its signed rows. */
  | { readonly kind: 'cell'; readonly support: readonly number[] };

/** Callbacks of the search for cells. */
export interface SearchHooks {
  /** Called for every cell; true ends the search. */
  cell(cell: Cell): boolean | void;
  /** Called in depth-first order, before what it leads to. */
  branch?(step: BranchStep, depth: number, signs: Int8Array): void;
}

/** Whether the search saw all cells, was stopped by a hook, or ran out of budget. */
export type SearchOutcome =
  | { readonly status: 'complete' | 'stopped' }
  | { readonly status: 'exhausted'; readonly exhausted: Exhausted };

/** Relative size of a residual below which a refutation is tried before a witness. */
const smallResidual = 1e-9;

/**
 * Visits every sign vector that Δz = Z·d + L·|Δz| takes on an open cone: depth-first over the switching
 * variables in evaluation order, each node with a strict interior direction, which settles one sign of the next
 * variable. The other sign −s is attained exactly if s·row_i is not in the cone of the signed rows so far: ray
 * shooting finds most directions, one nonnegative least squares problem the others, its residual being the
 * direction and its multipliers the refutation. Every direction and every refutation is verified without
 * rounding; where that fails an exact simplex decides.
 */
export function searchCells(
  form: AbsLinearForm,
  hooks: SearchHooks,
  limits: Meter = meter(),
): SearchOutcome {
  const kinks = form.switchingByInput.length;
  const n = form.dimension;
  const source = rowSource(form);
  const signs = new Int8Array(kinks);
  const rows: SwitchingRow[] = [];
  /** σ_j·row_j for the nonzero rows of the current prefix, and which variables they belong to. */
  const signed = Array.from({ length: kinks }, () => new Float64Array(n));
  const owner = new Int32Array(kinks);
  const solver = nonnegativeSolver(n, Math.max(kinks, 1));
  const target = new Float64Array(n);
  let stopped = false;

  function isInterior(candidate: Witness, depth: number): boolean {
    for (let j = 0; j < depth; j++) {
      if (signs[j] !== 0 && signAlong(rows[j]!, candidate) !== signs[j]) return false;
    }
    return true;
  }

  /** A direction in the interior of the prefix on side `side` of row i, or the support of a refutation. */
  function otherSide(
    i: number,
    count: number,
    side: number,
    inside: Witness,
  ): Witness | readonly number[] | undefined {
    const row = rows[i]!;
    const accepted = (numbers: Float64Array): Witness | undefined => {
      const candidate = witness(numbers);
      return signAlong(row, candidate) === side && isInterior(candidate, i) ? candidate : undefined;
    };
    const shot = shoot(row.numbers, signed, count, inside.numbers, side);
    const hit = shot && accepted(shot);
    if (hit !== undefined) return hit;
    for (let t = 0; t < n; t++) target[t] = -side * row.numbers[t]!;
    const answer = solver.solve(signed, count, target);
    const length = Math.sqrt(dot(target, target));
    const clear = answer.residualNorm > smallResidual * length;
    if (clear) {
      const found = accepted(
        intoCone(answer.residual, answer.residualNorm, inside.numbers, row.numbers),
      );
      if (found !== undefined) return found;
    }
    const support = Array.from(answer.support.subarray(0, answer.supportSize), (at) => owner[at]!);
    const supportRows = support.map((j) => rows[j]!);
    const supportSigns = support.map((j) => signs[j]!);
    const proof = proveRefutation(supportRows, supportSigns, row, -side, answer.multipliers);
    if (proof === 'exact' || proof === 'none') limits.spend('exactSolves');
    if (proof !== 'none') return support;
    if (!clear && answer.residualNorm > 0) {
      const found = accepted(
        intoCone(answer.residual, answer.residualNorm, inside.numbers, row.numbers),
      );
      if (found !== undefined) return found;
    }
    if (!limits.spend('exactSolves')) return undefined;
    return decideExactly(i, side);
  }

  function decideExactly(i: number, side: number): Witness | readonly number[] {
    const members = [...rows.slice(0, i).keys()].filter((j) => signs[j] !== 0);
    const oriented = (row: SwitchingRow, sign: number): readonly bigint[] =>
      sign > 0 ? row.integers : row.integers.map((entry) => -entry);
    const list = [...members.map((j) => oriented(rows[j]!, signs[j]!)), oriented(rows[i]!, side)];
    const answer = strictDirection(list, n);
    if ('direction' in answer) {
      const exact = integerWitness(answer.direction);
      const rounded = witness(exact.numbers);
      const good = signAlong(rows[i]!, rounded) === side && isInterior(rounded, i);
      return good ? rounded : exact;
    }
    return answer.support.filter((at) => at < members.length).map((at) => members[at]!);
  }

  function visit(i: number, count: number, inside: Witness): void {
    if (i === kinks) {
      if (limits.spend('cells'))
        stopped = hooks.cell({ signs, witness: inside, rows: source }) === true;
      return;
    }
    const row = source.row(i, signs);
    rows[i] = row;
    if (row.isZero) {
      signs[i] = 0;
      hooks.branch?.({ kind: 'zero' }, i, signs);
      visit(i + 1, count, inside);
      return;
    }
    if (!limits.spend('tests')) return;
    let here = inside;
    let side = signAlong(row, here);
    if (side === 0 || isNear(row, here)) {
      here = stepOff(row.numbers, signed, count, here, (candidate) => isInterior(candidate, i));
      side = signAlong(row, here);
      if (side === 0) {
        here = exactStepOff(row, rows, signs, i, here);
        side = signAlong(row, here);
      }
    }
    const other = otherSide(i, count, -side, here);
    if (other === undefined || limits.exhausted !== undefined) return;
    const refuted = !('numbers' in other);
    hooks.branch?.(
      refuted ? { kind: 'single', sign: side, support: other } : { kind: 'both', first: side },
      i,
      signs,
    );
    descend(i, count, row, side, here);
    if (refuted || stopped || limits.exhausted !== undefined) return;
    descend(i, count, row, -side, other);
  }

  function descend(i: number, count: number, row: SwitchingRow, side: number, at: Witness): void {
    signs[i] = side;
    const into = signed[count]!;
    for (let t = 0; t < n; t++) into[t] = side * row.numbers[t]!;
    owner[count] = i;
    visit(i + 1, count + 1, at);
  }

  const start = new Float64Array(n);
  for (let t = 0; t < n; t++) start[t] = 1 / (t + 2); // any direction: nothing is constrained yet
  visit(0, 0, witness(start));
  if (limits.exhausted !== undefined) return { status: 'exhausted', exhausted: limits.exhausted };
  return { status: stopped ? 'stopped' : 'complete' };
}

/** Whether the hyperplane passes so near the direction that rounding may have put it on the wrong side. */
function isNear(row: SwitchingRow, d: Witness): boolean {
  const product = dot(row.numbers, d.numbers);
  return (
    Math.abs(product) < 1e-9 * Math.sqrt(dot(row.numbers, row.numbers) * dot(d.numbers, d.numbers))
  );
}

/** d + τ·side·row with τ beyond the hyperplane of the row and before those of the cone, if there is such a τ. */
function shoot(
  row: Float64Array,
  cone: readonly Float64Array[],
  count: number,
  d: Float64Array,
  side: number,
): Float64Array | undefined {
  const square = dot(row, row);
  const reach = Math.abs(dot(row, d)) / square;
  let limit = 3 * reach;
  for (let j = 0; j < count; j++) {
    const rate = side * dot(cone[j]!, row);
    if (rate >= 0) continue;
    const blocked = dot(cone[j]!, d) / -rate;
    if (blocked <= reach) return undefined;
    if (blocked < limit) limit = blocked;
  }
  const step = side * (reach + limit) * 0.5;
  const moved = new Float64Array(d.length);
  for (let t = 0; t < d.length; t++) moved[t] = d[t]! + step * row[t]!;
  return moved;
}

/** −residual lies in the closed cone and strictly beyond the hyperplane: mix in enough of the interior. */
function intoCone(
  residual: Float64Array,
  norm: number,
  inside: Float64Array,
  row: Float64Array,
): Float64Array {
  const room = (0.5 * norm * norm) / Math.abs(dot(row, inside));
  const balanced = norm / Math.sqrt(dot(inside, inside));
  const mix = Math.min(room, balanced);
  const direction = new Float64Array(residual.length);
  for (let t = 0; t < residual.length; t++) direction[t] = mix * inside[t]! - residual[t]!;
  return direction;
}

/** Moves a direction off the hyperplane of a row that it lies on or near, within the open cone. */
function stepOff(
  row: Float64Array,
  cone: readonly Float64Array[],
  count: number,
  d: Witness,
  isInside: (candidate: Witness) => boolean,
): Witness {
  const square = dot(row, row);
  const size = Math.sqrt(dot(d.numbers, d.numbers) / square);
  let best: Witness | undefined;
  let furthest = 0;
  for (const side of [1, -1]) {
    let limit = size;
    for (let j = 0; j < count; j++) {
      const rate = side * dot(cone[j]!, row);
      if (rate < 0) limit = Math.min(limit, dot(cone[j]!, d.numbers) / -rate);
    }
    if (!(limit > furthest)) continue;
    const moved = d.numbers.map((entry, t) => entry + 0.5 * side * limit * row[t]!);
    const candidate = witness(moved);
    if (isInside(candidate)) {
      best = candidate;
      furthest = limit;
    }
  }
  return best ?? d;
}

/** The same without rounding: d·q + row for q so large that the cone is not left. */
function exactStepOff(
  row: SwitchingRow,
  rows: readonly SwitchingRow[],
  signs: Int8Array,
  depth: number,
  d: Witness,
): Witness {
  const base = d.integers!;
  for (let scale = 1n; ; scale <<= 8n) {
    const candidate = integerWitness(base.map((entry, t) => entry * scale + row.integers[t]!));
    let inside = signAlong(row, candidate) !== 0;
    for (let j = 0; inside && j < depth; j++) {
      inside = signs[j] === 0 || signAlong(rows[j]!, candidate) === signs[j];
    }
    if (inside) return candidate;
  }
}
