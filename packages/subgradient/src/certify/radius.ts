import { kinds, type Call } from '../procedure/tape.js';
import type { ScalarProcedure } from '../procedure/scalar-procedure.js';

/** sup |f(v + δ) − f(v)| over |δ| ≤ d for arguments v that are known to r: by the mean value theorem. */
function bound(call: Call, v: number, r: number, d: number): number {
  const reach = (r + d) * inflation;
  const slope = call.slope?.(v - reach, v + reach);
  return slope === undefined ? Infinity : slope * d;
}

const inflation = 1 + 2 ** -30;

/** How far each scalar can move while no input moves by more than ρ and no inactive kink is crossed. */
function deviations({ tape, active }: ScalarProcedure, rho: number, moved: Float64Array): void {
  const { kind, value, radius, first } = tape;
  for (let id = 0; id < moved.length; id++) {
    switch (kind[id]) {
      case kinds.constant:
        moved[id] = 0;
        break;
      case kinds.input:
        moved[id] = rho;
        break;
      case kinds.absolute:
        moved[id] = moved[active[first[id]!]!.scalar]!; // ||z'| − |z|| ≤ |z' − z|
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
      default: {
        const call = tape.call(id);
        const { arguments: args } = call;
        let isStill = true;
        for (const at of args) isStill &&= moved[at] === 0;
        const [at] = args as [number];
        moved[id] = isStill
          ? 0
          : args.length > 1
            ? Infinity
            : bound(call, value[at]!, radius[at]!, moved[at]!) * inflation;
      }
    }
  }
}

/**
 * ρ such that no switching variable that is not 0 changes its sign while no input moves by more than ρ: for
 * networks a bound layer by layer, entry by entry. ∞ if nothing can change, 0 where a sign rests on digits that
 * doubles do not have.
 */
export function radiusOfConstancy(procedure: ScalarProcedure, refinements = 0): number {
  const { tape, switching, active } = procedure;
  const { value, radius, sensitivity } = tape;
  const zeros = new Set(active.map(({ index }) => index));
  const slack = new Float64Array(switching.length);
  for (let i = 0; i < slack.length; i++) {
    const z = switching[i]!;
    slack[i] = Math.abs(value[z]!) - radius[z]!;
    if (!(slack[i]! > 0 && slack[i]! < Infinity) && !zeros.has(i)) return 0;
  }
  const moved = new Float64Array(tape.size);
  const holds = (rho: number): boolean => {
    deviations(procedure, rho, moved);
    for (let i = 0; i < slack.length; i++) {
      if (slack[i]! > 0 && !(moved[switching[i]!]! < slack[i]!)) return false;
    }
    return true;
  };
  // the bound grows at least linearly, so its slope at 0 gives a radius that is too large
  let upper = Infinity;
  for (let i = 0; i < slack.length; i++) {
    const slope = sensitivity[switching[i]!]!;
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
