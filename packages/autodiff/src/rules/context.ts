import type { Operand, Value } from '../emit.js';
import type { KinkOp, NodeOf } from '../program.js';

/**
 * Weight in [0, 1] of the branch z > 0 of the kink at `index` of the trace, where its switching function z is
 * 0. Forward mode tells the tangent of z as well.
 */
export type UpperWeight = (index: number, node: NodeOf<KinkOp>, dz?: () => Value) => Operand;

/** What derivative rules may ask about the node at `index` of the trace. */
export interface RuleContext {
  readonly upperWeight: UpperWeight;
  /**
   * d as a divisor in the derivative of the node: 1 where the node's value does not reach the output, and
   * NotLipschitzError at run time where it does and d is 0.
   */
  divisor(index: number, d: Value): Value;
}
