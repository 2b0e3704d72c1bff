import type { LocalForm } from '../abs-normal/local-form.js';
import type { Reason } from './reasons.js';

/** Why nothing can be decided about the function at the point, if so. */
export function obstacleOf({ procedure, value }: LocalForm): Reason | undefined {
  const [irregular] = procedure.irregular;
  if (irregular !== undefined) {
    const { op, node, entry, reason } = irregular;
    return { code: 'notAbsSmooth', text: `${op} (node ${node}, entry ${entry}): ${reason}` };
  }
  const [unresolved] = procedure.unresolved;
  if (unresolved !== undefined) {
    const { index, op } = unresolved;
    const text = `the sign of switching variable ${index} (${op}) is hidden by rounding`;
    return { code: 'hiddenSign', text };
  }
  return Number.isFinite(value) ? undefined : { code: 'notFinite', text: `the value is ${value}` };
}
