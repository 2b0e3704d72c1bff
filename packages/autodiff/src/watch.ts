import { NonFiniteStepError } from './errors.js';
import type { Factor } from './forward/matmul.js';
import type { Step } from './forward/step.js';
import { printNode } from './print.js';
import type { Node } from './program.js';

/** Stops a run where the value of the node is infinite or no number. */
export function watch(
  nodes: readonly Node[],
  bufferOf: (index: number) => Factor,
  index: number,
): Step {
  const { data } = bufferOf(index);
  return () => {
    for (let entry = 0; entry < data.length; entry++) {
      if (Number.isFinite(data[entry])) continue;
      throw new NonFiniteStepError({
        node: index,
        op: nodes[index]!.op,
        step: printNode(nodes[index]!, index),
        entry,
        value: data[entry]!,
        inputs: nodes[index]!.inputs.map((input) => ({
          step: printNode(nodes[input]!, input),
          values: Float64Array.from(bufferOf(input).data),
        })),
      });
    }
  };
}
