import type { Operand, Value } from '../emit.js';
import type { KinkOp, NodeOf } from '../program.js';

/** The choices that derivatives make at kinks. Forward mode tells how the argument moves as well. */
export interface KinkChoice {
  /** Weight in [0, 1] of the branch z > 0 of the kink at `index` of the trace, where z = 0. */
  upperWeight(index: number, node: NodeOf<KinkOp>, dz?: () => Value): Operand;
  /** What x/‖x‖ is to be where x = 0, in the shape of x; default 0. */
  unitAtZero?(index: number, node: NodeOf<'norm'>, dx?: Value): Value;
}

/** What derivative rules may ask about the node at `index` of the trace. */
export interface RuleContext extends KinkChoice {
  /**
   * d as a divisor in the derivative of the node: 1 where the node's value does not reach the output, and
   * NotLipschitzError at run time where it does and d is 0.
   */
  divisor(index: number, d: Value): Value;
}
