import type { EmpiricalRisk } from '@nonsmooth/nets';
import { DenseFunction } from './dense-function.js';
import { DenseLayout } from './dense-layout.js';
import { isLine, LineFunction } from './line-function.js';

/** Those that no flow uses now: what is known of the samples of a risk is found once, not for every flow. */
const idle = new WeakMap<EmpiricalRisk, DenseFunction>();

/** The risk as a function with kinks for the time of a flow; undefined for a risk of another kind. */
export function denseFunctionOf(risk: EmpiricalRisk): DenseFunction | undefined {
  const known = idle.get(risk);
  if (known) {
    // flows that are begun while this one is under way have their own
    idle.delete(risk);
    return known;
  }
  const layout = DenseLayout.of(risk);
  if (!layout) return undefined;
  return isLine(layout) ? new LineFunction(layout) : new DenseFunction(layout);
}

/** The flow is over. */
export function giveBack(risk: EmpiricalRisk, kinked: DenseFunction): void {
  if (kinked.count <= mostKept) idle.set(risk, kinked);
}

/** Functions of more kinks, which take more memory, are made anew. */
const mostKept = 1 << 17;
