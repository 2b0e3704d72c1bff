import type { LocalForm } from '../abs-normal/local-form.js';
import { independence } from '../membership/independence.js';
import { kinkClasses } from '../membership/kink-classes.js';
import type { Membership, Proof, SubdifferentialName } from '../membership/proofs.js';
import { comparison, mergedMultipliers } from '../membership/robust.js';

/**
 * Claims from numbers that are known to within rounding: what margins beyond all of it show. Here the multipliers
 * are computed anew by the same routine that `certify` uses.
 */
export function marginsProve(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
  set: SubdifferentialName,
  answer: Membership,
  proof: Proof,
): boolean {
  if (proof.kind === 'differentiable') {
    if (local.kinks.length > 0) return false;
    return answer === 'in' ? choice !== undefined : isElsewhere(local, gradient);
  }
  if (proof.kind !== 'margins' || choice === undefined) return false;
  const classes = kinkClasses(local);
  const { independent } = independence(local);
  if (!classes.every(({ first }) => independent.includes(first))) return false;
  const merged = mergedMultipliers(local, classes, choice);
  const states = classes.map((_, i) => comparison(merged, i));
  switch (`${set} ${answer}`) {
    case 'frechet in':
      return states.every(({ below }) => below === true);
    case 'frechet out':
      return states.some(({ below }) => below === false);
    case 'bouligand in':
      return states.every(({ equal }) => equal === true);
    case 'bouligand out':
      return states.some(({ equal }) => equal === false);
    case 'limiting in':
      return states.every(({ below, equal }) => below === true || equal === true);
    case 'limiting out':
      return states.some(({ below, equal }) => below === false && equal === false);
    case 'clarke in':
      return states.every(({ within }) => within === true);
    case 'clarke out':
      return merged.isUncoupled && states.some(({ within }) => within === false);
    default:
      return false;
  }
}

/** Whether some entry differs from that of ∇f by more than rounding. */
function isElsewhere(local: LocalForm, gradient: Float64Array): boolean {
  return gradient.some((entry, t) => {
    const { value, radius } = local.outputByInput().get(t) ?? { value: 0, radius: 0 };
    return Math.abs(entry - value) > radius;
  });
}
