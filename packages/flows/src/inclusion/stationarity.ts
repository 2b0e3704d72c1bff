import { norm2 } from '@nonsmooth/core';
import { heldKinks } from './pattern.js';
import type { InclusionRun } from './inclusion-run.js';

/** How far from stationary a state is: 0 has at most this distance from Clarke's set there. */
export interface Stationarity {
  /** ‖element‖. */
  readonly distance: number;
  /** −Θ', an element of Clarke's set at the last state within rounding. */
  readonly element: Float64Array;
  /** The kinks that are held there, by index. */
  readonly held: readonly number[];
}

/** The element that a run follows at its end. */
export function stationarity(run: InclusionRun): Stationarity {
  const element = new Float64Array(run.y.length);
  run.velocityAt(run.y, true, element);
  for (let i = 0; i < element.length; i++) element[i] = 0 - element[i]!;
  const held = heldKinks(run.pattern);
  return { distance: norm2(element), element, held };
}
