import { Tracer } from './builder.js';
import type { Builder } from './builder.js';
import { constantOf, emit, toValue } from './emit.js';
import type { Value } from './emit.js';
import { fit } from './fit.js';
import { add } from './ops/arithmetic.js';
import { where } from './ops/choice.js';
import { greater } from './ops/comparisons.js';
import { broadcastTo } from './ops/structure.js';
import type { Node, Op, Shape } from './program.js';
import { keepsAll, masks } from './rules/activity.js';
import type { KinkChoice, RuleContext } from './rules/context.js';
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
  const mask = (index: number): Value | undefined => {
    reaching ??= activity(builder, nodes, depends, outputs);
    return reaching[index];
  };
  return {
    ...choice,
    mask,
    maskOfInput: (index, input) => {
      const node = nodes[index]!;
      const m = mask(index);
      if (m === undefined && keepsAll(node)) return undefined;
      return flowOfMask(builder, node, index, m)[input];
    },
    divisor: (index, d, { domain = 'all', unlessZero } = {}) => {
      const known = constantOf(d);
      const least = domain === 'all' ? -Infinity : 0;
      if (known?.data.every((e) => e !== 0 && e > least && e < Infinity)) return d;
      const active =
        unlessZero === undefined ? mask(index) : where(unlessZero, mask(index) ?? 1, 0);
      const inputs = active === undefined ? [d] : [d, active];
      const shape = broadcastShapes(...inputs.map((input) => input.shape));
      const finite = nodes[index]!.inputs.some((input) => builder.mayOverflow(input));
      return emit('divisor', inputs, shape, { of: nodes[index]!.op, domain, finite });
    },
  };
}

/** The masks of the inputs of a node from that of its value. */
function flowOfMask(
  builder: Builder,
  node: Node,
  index: number,
  mask: Value | undefined,
): readonly (Value | undefined)[] {
  const m = mask ?? broadcastTo(toValue(1), node.shape);
  const x = node.inputs.map((input) => new Tracer(builder, input));
  return masks({ node, index, x, y: new Tracer(builder, index), m }).map((flow) =>
    flow === undefined ? undefined : toValue(flow),
  );
}

/** Ops whose derivatives multiply by nothing that may be infinite, and divide by nothing. */
const withoutProducts: ReadonlySet<Op> = new Set<Op>([
  'input',
  'constant',
  'variable',
  'stopGradient',
  'neg',
  'finite',
  'add',
  'sub',
  'relu',
  'leakyRelu',
  'abs',
  'maximum',
  'minimum',
  'sign',
  'greater',
  'greaterEqual',
  'equal',
  'argmax',
  'where',
  'branch',
  'divisor',
  'reshape',
  'transpose',
  'broadcast',
  'slice',
  'embed',
  'concatenate',
  'gather',
  'scatterAdd',
  'cumulativeSum',
  'sum',
  'max',
  'min',
  'shareToWinners',
  'meanOfWinners',
]);

/** For each node 1 where its value reaches the outputs, else 0; undefined: everywhere, as far as known. */
function activity(
  builder: Builder,
  nodes: readonly Node[],
  depends: readonly boolean[],
  outputs: readonly Tracer[],
): readonly (Value | undefined)[] {
  const aboveProduct: boolean[] = [];
  nodes.forEach((node, i) => {
    const here = depends[i]! && !withoutProducts.has(node.op);
    aboveProduct[i] = here || node.inputs.some((input) => aboveProduct[input]);
  });
  const result = new Array<Value | undefined>(nodes.length).fill(undefined);
  const everywhere = new Array<boolean>(nodes.length).fill(false);
  for (const { node } of outputs) everywhere[node] = true;
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (!aboveProduct[index] || !(everywhere[index] || result[index])) continue;
    if (everywhere[index]) {
      result[index] = undefined;
      if (keepsAll(node)) {
        for (const input of node.inputs) everywhere[input] = true;
        continue;
      }
    }
    const flows = flowOfMask(builder, node, index, result[index]);
    flows.forEach((flow, i) => {
      const input = node.inputs[i]!;
      if (flow === undefined || !aboveProduct[input]) return;
      const before = result[input];
      const mask = fitMask(flow, nodes[input]!.shape);
      result[input] = before === undefined ? mask : greater(add(before, mask), 0);
    });
  }
  return result;
}

/** The mask of a value that was broadcast: 1 where any of its copies reaches the outputs. */
function fitMask(mask: Value, shape: Shape): Value {
  return sameShape(mask.shape, shape) ? mask : greater(fit(mask, shape), 0);
}
