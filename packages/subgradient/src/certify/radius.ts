import { kinds, type Procedure } from '../procedure/tape.js';

/** A procedure and the switching variables in it. */
export interface Switching {
  readonly tape: Procedure;
  /** The scalars of all switching variables. */
  readonly switching: Int32Array;
  /** The scalars of differences whose signs decide comparisons. */
  readonly differences: ArrayLike<number>;
  /** Those that are 0, |z| standing in the procedure for their kinks. */
  readonly active: readonly { readonly index: number; readonly scalar: number }[];
}

/** sup |f(v + δ) − f(v)| over |δ| ≤ d for the arguments of a call: by the mean value theorem. */
function bound(tape: Procedure, id: number, moved: Float64Array): number {
  const { first, second, value, radius } = tape;
  const u = first[id]!;
  const v = second[id]!;
  const d = moved[u]!;
  if (v >= 0) {
    // the angle of (x, y): sup |∇| is one over the least distance from 0
    const e = moved[v]!;
    if (d === 0 && e === 0) return 0;
    const reach = (radius[u]! + radius[v]! + d + e) * inflation;
    const least = Math.hypot(value[u]!, value[v]!) - reach;
    return least > 0 ? (d + e) / least : Infinity;
  }
  if (d === 0) return 0;
  const { rule } = tape.functionOf(id);
  if (rule === undefined || rule.isSampled === true) return Infinity;
  const reach = (radius[u]! + d) * inflation;
  return rule.slope(value[u]! - reach, value[u]! + reach) * d;
}

const inflation = 1 + 2 ** -30;

/** How far each scalar can move while no input moves by more than ρ and no inactive kink is crossed. */
function deviations({ tape, active }: Switching, rho: number, moved: Float64Array): void {
  const { kind, value, radius, first, chosen, size } = tape;
  for (let id = 0; id < size; id++) {
    switch (kind[id]) {
      case kinds.constant:
      case kinds.fixed:
        moved[id] = 0;
        break;
      case kinds.input:
        moved[id] = rho;
        break;
      case kinds.absolute:
        moved[id] = moved[active[first[id]!]!.scalar]!; // ||z'| − |z|| ≤ |z' − z|
        break;
      case kinds.chosen:
        moved[id] = moved[chosen[id]!]!;
        break;
      case kinds.sum: {
        let total = 0;
        const { left, first: from, right, second, stride, count } = tape.terms(id);
        for (let t = 0, at = second; t < count; t++, at += stride) {
          const u = left[from + t]!;
          const v = right[at]!;
          const du = moved[u]!;
          const dv = moved[v]!;
          if (dv !== 0) total += (Math.abs(value[u]!) + radius[u]! + du) * dv;
          if (du !== 0) {
            const factor = Math.abs(value[v]!) + radius[v]!;
            if (factor !== 0) total += factor * du;
          }
        }
        moved[id] = total * inflation;
        break;
      }
      default:
        moved[id] = bound(tape, id, moved) * inflation;
    }
  }
}

/** Where the slack of switching variables and of differences, and the deviations of scalars are kept. */
export interface RadiusScratch {
  readonly slack: Float64Array;
  readonly moved: Float64Array;
}

/** Room for a procedure. */
export function radiusScratch({ switching, differences, tape }: Switching): RadiusScratch {
  return {
    slack: new Float64Array(switching.length + differences.length),
    moved: new Float64Array(tape.size),
  };
}

/**
 * ρ such that no switching variable that is not 0 changes its sign and no comparison its answer while no input moves by
 * more than ρ: for networks a bound layer by layer, entry by entry. ∞ if nothing can change, 0 where a sign rests on
 * digits that doubles do not have, and for arguments of maxima.
 */
export function radiusOfConstancy(
  procedure: Switching,
  refinements = 0,
  { slack, moved }: RadiusScratch = radiusScratch(procedure),
): number {
  const { tape, switching, differences, active } = procedure;
  const scalarAt = (i: number): number =>
    i < switching.length ? switching[i]! : differences[i - switching.length]!;
  const { value, radius, sensitivity } = tape;
  const zeros = new Set(active.map(({ index }) => index));
  for (let i = 0; i < slack.length; i++) {
    const z = scalarAt(i);
    slack[i] = Math.abs(value[z]!) - radius[z]!;
    if (!(slack[i]! > 0 && slack[i]! < Infinity) && !zeros.has(i)) return 0;
  }
  const holds = (rho: number): boolean => {
    deviations(procedure, rho, moved);
    for (let i = 0; i < slack.length; i++) {
      if (slack[i]! > 0 && !(moved[scalarAt(i)]! < slack[i]!)) return false;
    }
    return true;
  };
  // the bound grows at least linearly, so its slope at 0 gives a radius that is too large
  let upper = Infinity;
  for (let i = 0; i < slack.length; i++) {
    const slope = sensitivity[scalarAt(i)]!;
    if (slack[i]! > 0 && slack[i]! < upper * slope) upper = slack[i]! / slope;
  }
  if (upper === Infinity) return Infinity;
  let rho = upper * 0.75;
  for (let halvings = 0; !holds(rho); halvings++) {
    if (halvings === 60) return 0;
    upper = rho;
    rho /= 2;
  }
  for (let i = 0; i < refinements; i++) {
    const middle = (rho + upper) / 2;
    if (holds(middle)) rho = middle;
    else upper = middle;
  }
  return rho;
}
