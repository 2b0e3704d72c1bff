import { floatArray } from '@nonsmooth/kernels';
import type { Dtype, FloatArray } from '@nonsmooth/kernels';
import type { Factor } from './forward/matmul.js';
import type { Step } from './forward/step.js';
import type { Node, Program } from './program.js';
import { prepare } from './rules/forward.js';
import { sizeOf } from './shape.js';

/** The input that the node reads only where its other inputs do not decide: a mask; −1 if there is none. */
export function deferredInput(node: Node): number {
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

/** 1 for nodes that the outputs need in every run: not for those that only masks are made of. */
export function regularNodes({ nodes, inputs, outputs }: Program): Uint8Array {
  const regular = new Uint8Array(nodes.length);
  for (const node of inputs) regular[node] = 1;
  for (const node of outputs) regular[node] = 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (regular[i] === 0) continue;
    const node = nodes[i]!;
    const deferred = deferredInput(node);
    for (let at = 0; at < node.inputs.length; at++) {
      if (at !== deferred) regular[node.inputs[at]!] = 1;
    }
  }
  return regular;
}

/** A value that is computed when it is first read in a run. */
interface Deferred {
  readonly index: number;
  readonly data: FloatArray;
  readonly step: Step;
  /** The run in which the value was computed. */
  run: number;
}

/** Where the arrays of a program's nodes are. */
interface Arrays {
  /** The deferred node that has to be computed before the node can be read, if there is one. */
  deferredSource(index: number): number | undefined;
  /** The array of the node as a step reads it. */
  factorOf(index: number): Factor;
}

/** Values that are computed when their arrays are first read in a run; their memory is taken then, once. */
export class OnDemand {
  private readonly nodes: readonly Node[];
  private readonly arrays: Arrays;
  private readonly dtype: Dtype;
  private readonly known = new Map<number, Deferred>();
  private run = 0;

  constructor(nodes: readonly Node[], arrays: Arrays, dtype: Dtype) {
    this.nodes = nodes;
    this.arrays = arrays;
    this.dtype = dtype;
  }

  /** The array of a node, which computes it when it is read. */
  buffer(index: number): Factor {
    const read = (): FloatArray => this.read(index);
    return {
      shape: this.nodes[index]!.shape,
      get data(): FloatArray {
        return read();
      },
    };
  }

  /** A new run begins: all inputs may have changed. */
  forget(): void {
    this.run++;
  }

  private read(index: number): FloatArray {
    if (this.known.get(index)?.run !== this.run) this.compute(index);
    return this.known.get(index)!.data;
  }

  /** Computes what the node needs in the order of the program. */
  private compute(index: number): void {
    const missing = new Set<number>();
    const open = [index];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (missing.has(next) || this.known.get(next)?.run === this.run) continue;
      missing.add(next);
      for (const input of this.nodes[next]!.inputs) {
        const source = this.arrays.deferredSource(input);
        if (source !== undefined) open.push(source);
      }
    }
    for (const next of [...missing].sort((a, b) => a - b)) {
      const deferred = this.known.get(next) ?? this.prepare(next);
      deferred.run = this.run;
      deferred.step();
    }
  }

  private prepare(index: number): Deferred {
    const node = this.nodes[index]!;
    const { shape } = node;
    const data = floatArray(this.dtype, sizeOf(shape));
    const inputs = node.inputs.map((input) => this.arrays.factorOf(input));
    const step = prepare(node, inputs, { data, shape });
    const deferred = { index, data, step, run: this.run };
    this.known.set(index, deferred);
    return deferred;
  }
}
