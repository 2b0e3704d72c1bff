import { ShapeError } from '@nonsmooth/kernels';
import { norm } from '../norm.js';

export interface Boundedness {
  /** sup ‖Θ_t‖ over the saved times, and the first time it is reached. */
  readonly supremum: number;
  readonly at: number;
  /** The supremum over the first half of the saved times in log time, to see whether it still grows. */
  readonly earlySupremum: number;
  readonly norms: Float64Array;
}

/** How large the parameters of a flow become: watched, not proved. @throws ShapeError for a flow that saved nothing */
export function boundedness(flow: {
  readonly t: Float64Array;
  readonly y: readonly Float64Array[];
}): Boundedness {
  if (flow.t.length === 0 || flow.t.length !== flow.y.length) {
    throw new ShapeError('flow.t.length', flow.t.length, `${flow.y.length}, as many as y, and ≥ 1`);
  }
  const norms = Float64Array.from(flow.y, norm);
  const supremum = norms.reduce((most, value) => Math.max(most, value), 0);
  const horizon = flow.t[flow.t.length - 1]!;
  const first = flow.t.find((t) => t > 0) ?? horizon;
  const middle = Math.sqrt(first * horizon);
  const earlySupremum = norms.reduce(
    (most, value, i) => (flow.t[i]! <= middle ? Math.max(most, value) : most),
    0,
  );
  return { supremum, at: flow.t[norms.indexOf(supremum)]!, earlySupremum, norms };
}
