import { floatArray } from '@nonsmooth/kernels';
import type { Dtype, FloatArray } from '@nonsmooth/kernels';
import type { Factor } from './forward/matmul.js';
import type { Step } from './forward/step.js';
import type { Node, Program, Shape } from './program.js';
import { prepare } from './rules/forward.js';
import { sizeOf } from './shape.js';

/** The input that the node reads only where its other inputs do not decide: a mask; −1 if there is none. */
function deferredInput(node: Node): number {
  switch (node.op) {
    case 'maskedMul':
      return node.masked ? node.inputs.length - 1 : -1;
    case 'matmul':
      return node.masked === 'none' ? -1 : 2;
    case 'divisor':
      return node.inputs.length === 2 ? 1 : -1;
    default:
      return -1;
  }
}

/** Which nodes the outputs need in every run: not those that only masks are made of. */
export function regularNodes({ nodes, inputs, outputs }: Program): boolean[] {
  const regular = new Array<boolean>(nodes.length).fill(false);
  for (const node of [...inputs, ...outputs]) regular[node] = true;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!regular[i]) continue;
    const node = nodes[i]!;
    const deferred = deferredInput(node);
    node.inputs.forEach((input, at) => {
      if (at !== deferred) regular[input] = true;
    });
  }
  return regular;
}

interface Deferred {
  readonly index: number;
  readonly inputs: readonly Factor[];
  data?: FloatArray;
  step?: Step;
  /** The run in which the value was computed. */
  run: number;
}

/** Values that are computed when their arrays are first read in a run; their memory is taken then, once. */
export class OnDemand {
  private readonly nodes: readonly Node[];
  private readonly buffers: readonly Factor[];
  private readonly dtype: Dtype;
  private readonly deferred = new Map<number, Deferred>();
  private run = 0;

  constructor(nodes: readonly Node[], buffers: readonly Factor[], dtype: Dtype) {
    this.nodes = nodes;
    this.buffers = buffers;
    this.dtype = dtype;
  }

  /** The array of a node, which computes it when it is read. */
  add(index: number, inputs: readonly Factor[]): Factor {
    const entry: Deferred = { index, inputs, run: -1 };
    this.deferred.set(index, entry);
    const { shape } = this.nodes[index]!;
    const read = (): FloatArray => {
      if (entry.run !== this.run) this.compute(entry);
      return entry.data!;
    };
    return {
      shape,
      get data(): FloatArray {
        return read();
      },
    };
  }

  /** A new run begins: all inputs may have changed. */
  forget(): void {
    this.run++;
  }

  /** Computes what the entry needs in the order of the program. */
  private compute(entry: Deferred): void {
    const missing: Deferred[] = [];
    const open = [entry];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.run === this.run) continue;
      next.run = this.run;
      missing.push(next);
      for (const input of this.nodes[next.index]!.inputs) {
        const below = this.deferred.get(input);
        if (below !== undefined) open.push(below);
      }
    }
    missing.sort((a, b) => a.index - b.index);
    for (const one of missing) {
      const { shape } = this.nodes[one.index]!;
      one.data ??= floatArray(this.dtype, sizeOf(shape));
      one.step ??= this.prepare(one, one.data, shape);
      one.step();
    }
  }

  private prepare(entry: Deferred, data: FloatArray, shape: Shape): Step {
    return prepare(this.nodes[entry.index]!, entry.inputs, { data, shape });
  }
}
