import type { LocalForm } from '../abs-normal/local-form.js';

/** Why nothing can be decided about the function at the point, if so. */
export function obstacleOf({ procedure, value }: LocalForm): string | undefined {
  const [irregular] = procedure.irregular;
  if (irregular !== undefined) {
    return `${irregular.op} (node ${irregular.node}, entry ${irregular.entry}): ${irregular.reason}`;
  }
  const [unresolved] = procedure.unresolved;
  if (unresolved !== undefined) {
    return `the sign of switching variable ${unresolved.index} (${unresolved.op}) is hidden by rounding`;
  }
  return Number.isFinite(value) ? undefined : `the value is ${value}`;
}
