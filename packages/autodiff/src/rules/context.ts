import type { Operand, Value } from '../emit.js';
import type { KinkOp, NodeOf } from '../program.js';

/** The choices that derivatives make at kinks. Forward mode tells how the argument moves as well. */
export interface KinkChoice {
  /** Weight in [0, 1] of the branch z > 0 of the kink at `index` of the trace, where z = 0. */
  upperWeight(index: number, node: NodeOf<KinkOp>, dz?: () => Value): Operand;
  /** What x/‖x‖ is to be where x = 0, in the shape of x; default 0. */
  unitAtZero?(index: number, node: NodeOf<'norm'>, dx?: Value): Value;
}

/** What a derivative does where its divisor d is not positive. */
export interface DivisorOptions {
  /** Where the op is defined: a negative d outside of it makes the derivative NaN. Default 'all'. */
  readonly domain?: 'all' | 'positive';
  /** The derivative is 0 where this is 0, whatever d is. */
  readonly unlessZero?: Value;
}

/** What derivative rules may ask about the node at `index` of the trace. */
export interface RuleContext extends KinkChoice {
  /**
   * d as a divisor in the derivative of the node: 1 where the node's value does not reach the output, and
   * NotLipschitzError at run time where it does and d is 0; NaN where d overflowed or lies outside the domain.
   */
  divisor(index: number, d: Value, options?: DivisorOptions): Value;
  /** 1 where the node's value reaches the output, 0 where another branch was chosen; undefined: everywhere. */
  mask(index: number): Value | undefined;
  /** The same for an input of the node. */
  maskOfInput(index: number, input: number): Value | undefined;
}
