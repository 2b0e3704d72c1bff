import { Tracer } from './builder.js';
import type { Builder } from './builder.js';
import { constantOf, emit, toValue } from './emit.js';
import type { Value } from './emit.js';
import { fit } from './fit.js';
import { add } from './ops/arithmetic.js';
import { greater } from './ops/choice.js';
import { broadcastTo } from './ops/structure.js';
import type { Node, Shape } from './program.js';
import { keepsAll, masks } from './rules/activity.js';
import type { KinkChoice, RuleContext } from './rules/context.js';
import { switchingOf } from './rules/switching.js';
import { broadcastShapes, sameShape } from './shape.js';

/**
 * The context of a sweep over `nodes`. Its divisors know where a value does not reach the outputs because
 * another branch was chosen: there they are 1, so that nothing infinite meets a cotangent that is absent.
 */
export function activityContext(
  builder: Builder,
  nodes: readonly Node[],
  depends: readonly boolean[],
  outputs: readonly Tracer[],
  choice: KinkChoice,
): RuleContext {
  let reaching: readonly (Value | undefined)[] | undefined;
  return {
    ...choice,
    divisor: (index, d) => {
      if (constantOf(d)?.data.includes(0) === false) return d;
      reaching ??= activity(builder, nodes, depends, outputs);
      const mask = reaching[index];
      const inputs = mask === undefined ? [d] : [d, mask];
      const shape = broadcastShapes(...inputs.map((input) => input.shape));
      return emit('divisor', inputs, shape, { of: nodes[index]!.op });
    },
  };
}

/** For each node 1 where its value reaches the outputs, else 0; undefined: everywhere, as far as known. */
function activity(
  builder: Builder,
  nodes: readonly Node[],
  depends: readonly boolean[],
  outputs: readonly Tracer[],
): readonly (Value | undefined)[] {
  const aboveSingular: boolean[] = [];
  nodes.forEach((node, i) => {
    const here = depends[i]! && switchingOf(node.op).kind === 'singular';
    aboveSingular[i] = here || node.inputs.some((input) => aboveSingular[input]);
  });
  const result = new Array<Value | undefined>(nodes.length).fill(undefined);
  const everywhere = new Array<boolean>(nodes.length).fill(false);
  for (const { node } of outputs) everywhere[node] = true;
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (!aboveSingular[index] || !(everywhere[index] || result[index])) continue;
    if (everywhere[index]) {
      result[index] = undefined;
      if (keepsAll(node.op)) {
        for (const input of node.inputs) everywhere[input] = true;
        continue;
      }
    }
    const m = result[index] ?? broadcastTo(toValue(1), node.shape);
    const x = node.inputs.map((input) => new Tracer(builder, input));
    const flows = masks({ node, index, x, y: new Tracer(builder, index), m });
    flows.forEach((flow, i) => {
      const input = node.inputs[i]!;
      if (flow === undefined || !aboveSingular[input]) return;
      const before = result[input];
      const mask = fitMask(toValue(flow), nodes[input]!.shape);
      result[input] = before === undefined ? mask : greater(add(before, mask), 0);
    });
  }
  return result;
}

/** The mask of a value that was broadcast: 1 where any of its copies reaches the outputs. */
function fitMask(mask: Value, shape: Shape): Value {
  return sameShape(mask.shape, shape) ? mask : greater(fit(mask, shape), 0);
}
