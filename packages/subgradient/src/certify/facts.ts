import type { ActiveRows } from '../abs-normal/local-form.js';
import type { Rational } from '../exact/rational.js';
import type { Vector } from './sparse-vector.js';

/** What a claim is about: Z, L, b of the active kinks, and q = g − a. */
export interface Facts {
  readonly rows: ActiveRows<Rational>;
  readonly offset: Vector;
  /** Whether f has no patterns of signs near the point but those of its linearization. */
  isLinearizationEnough(): boolean;
}
