import type { LocalForm } from '../abs-normal/local-form.js';
import { independence } from '../membership/independence.js';
import type { Membership, Proof, SubdifferentialName } from '../membership/proofs.js';

/** Claims from numbers that are known to within rounding: what margins beyond all of it show. */
export function marginsProve(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
  set: SubdifferentialName,
  answer: Membership,
  proof: Proof,
): boolean {
  const kinks = local.kinks.length;
  if (proof.kind === 'differentiable') {
    if (kinks > 0) return false;
    return answer === 'in' ? choice !== undefined : isElsewhere(local, gradient);
  }
  if (proof.kind !== 'margins' || choice === undefined) return false;
  if (independence(local).independent.length < kinks) return false;
  // with independent rows g = g_σ has |μ_i| = |σ_i||β_i|, and σ_i = ±1 for |μ_i| = |β_i|
  const sides = signsOfWeights(local, choice);
  const isVertex = choice.map((sigma) => Math.abs(sigma) === 1);
  switch (`${set} ${answer}`) {
    case 'frechet in':
      return sides.every((side) => side === 1);
    case 'frechet out':
      return sides.includes(-1);
    case 'bouligand in':
      return isVertex.every(Boolean);
    case 'bouligand out':
      return sides.some((side, i) => side !== undefined && !isVertex[i]!);
    case 'limiting in':
      return sides.every((side, i) => side === 1 || isVertex[i]!);
    case 'limiting out':
      return sides.some((side, i) => side === -1 && !isVertex[i]!);
    default:
      return set === 'clarke' && answer === 'in';
  }
}

/** Whether some entry differs from that of ∇f by more than rounding. */
function isElsewhere({ outputByInput }: LocalForm, gradient: Float64Array): boolean {
  return gradient.some((entry, t) => {
    const { value, radius } = outputByInput.get(t) ?? { value: 0, radius: 0 };
    return Math.abs(entry - value) > radius;
  });
}

/** Signs of β_i = b_i + Σ_{m>i} σ_mβ_mL_mi as far as rounding does not hide them. */
function signsOfWeights({ bounded }: LocalForm, choice: readonly number[]): (1 | -1 | undefined)[] {
  const low = bounded.outputByAbs.map(({ value, radius }) => value - radius);
  const high = bounded.outputByAbs.map(({ value, radius }) => value + radius);
  for (let m = choice.length - 1; m >= 0; m--) {
    for (const [j, { value, radius }] of bounded.switchingByAbs[m]!) {
      const ends = [low[m]!, high[m]!].flatMap((beta) =>
        [value - radius, value + radius].map((coupling) => choice[m]! * beta * coupling),
      );
      const outward =
        2 ** -50 * Math.max(...ends.map(Math.abs), Math.abs(low[j]!), Math.abs(high[j]!));
      low[j] = low[j]! + Math.min(...ends) - outward;
      high[j] = high[j]! + Math.max(...ends) + outward;
    }
  }
  return low.map((x, i) => (x > 0 ? 1 : high[i]! < 0 ? -1 : undefined));
}
