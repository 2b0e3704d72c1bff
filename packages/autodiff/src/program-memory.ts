import { ArgumentError, floatArray, type Dtype, type FloatArray } from '@nonsmooth/core';
import type { Kernels, Workspace } from '@nonsmooth/kernels';
import { needsScratch } from './forward/by-kernel.js';
import type { Factor } from './forward/matmul.js';
import { OnDemand, regularNodes } from './on-demand.js';
import type { Node, Program } from './program.js';
import { sameShape, sizeOf } from './shape.js';

/** Arrays of at most so many entries lie in one array for all of them. */
const small = 256;

/** How a node's entries come about. */
const Place = {
  /** A step computes them in every run. */
  regular: 0,
  /** They lie within the array of the first input. */
  view: 1,
  /** Nowhere: products read the input transposed. */
  transposed: 2,
  /** They are computed when a step asks for them. */
  deferred: 3,
} as const;

/**
 * The arrays of a program's nodes: of a kernel's workspace, or small ones in one shared array and large ones of their
 * own. Reshaped arrays and slices along the first axis lie in their arguments.
 */
export class ProgramMemory {
  /** The array that small ones share. */
  readonly shared: FloatArray;
  readonly onDemand: OnDemand;
  private readonly nodes: readonly Node[];
  private readonly dtype: Dtype;
  private readonly places: Uint8Array;
  /** Where a node's entries begin in the shared array; −1 for those that lie elsewhere. */
  private readonly offsets: Int32Array;
  /** The kernel's memory and operations, if kernels were given. */
  readonly workspace: Workspace | undefined;
  private readonly buffers: (Factor | undefined)[] = [];

  constructor(program: Program, dtype: Dtype, kernels?: Pick<Kernels, 'workspace'>) {
    const { nodes } = program;
    this.nodes = nodes;
    this.dtype = dtype;
    this.places = placesOf(program);
    this.onDemand = new OnDemand(
      nodes,
      {
        deferredSource: (index) => this.deferredSource(index),
        factorOf: (index) => this.factorOf(index),
      },
      dtype,
    );
    this.offsets = new Int32Array(nodes.length).fill(-1);
    this.workspace = kernels && this.takeFrom(kernels);
    this.shared = floatArray(dtype, this.workspace === undefined ? this.layOut() : 0);
  }

  /** Gives small nodes their places in the shared array; returns its length. */
  private layOut(): number {
    const { nodes, offsets } = this;
    let total = 0;
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index]!;
      const place = this.places[index]!;
      if (place === Place.view) {
        const base = offsets[node.inputs[0]!]!;
        if (base >= 0) offsets[index] = base + viewOffset(nodes, node)!;
      } else if (place === Place.regular && sizeOf(node.shape) <= small) {
        offsets[index] = total;
        total += sizeOf(node.shape);
      }
    }
    return total;
  }

  private takeFrom(kernels: Pick<Kernels, 'workspace'>): Workspace {
    let scratch = 0;
    let inner = 0;
    const lengths = this.nodes.map(({ op, inputs, shape }, index) => {
      const length = this.isRegular(index) ? sizeOf(shape) : 0;
      if (needsScratch(op)) scratch = Math.max(scratch, length);
      if (op === 'matmul') inner = Math.max(inner, this.nodes[inputs[0]!]!.shape.at(-1)!);
      return length;
    });
    const workspace: unknown = kernels.workspace(this.dtype, [...lengths, scratch], inner);
    const arrays = (workspace as Partial<Workspace> | undefined)?.arrays;
    if (!Array.isArray(arrays) || arrays.length !== lengths.length + 1) {
      throw new ArgumentError('kernels.workspace(…)', workspace, 'a workspace of these kernels');
    }
    return workspace as Workspace;
  }

  /** An array of the workspace that is as long as the longest value of a kernel that writes more than its value. */
  get scratch(): FloatArray | undefined {
    return this.workspace?.arrays[this.nodes.length];
  }

  /** Whether a step has to compute the node in every run. */
  isRegular(index: number): boolean {
    return this.places[index] === Place.regular;
  }

  /** Where the node's entries begin in the shared array; −1 for those that lie elsewhere. */
  offset(index: number): number {
    return this.offsets[index]!;
  }

  /** Writes the entries of a node. */
  set(index: number, entries: FloatArray): void {
    const offset = this.offsets[index]!;
    if (offset >= 0) this.shared.set(entries, offset);
    else this.buffer(index).data.set(entries);
  }

  /** The array of the node, or the transpose of what it stands for. */
  factorOf(index: number): Factor {
    if (this.places[index] !== Place.transposed) return this.buffer(index);
    const buffer = this.buffer(this.nodes[index]!.inputs[0]!);
    return {
      shape: buffer.shape,
      transposed: true,
      get data(): FloatArray {
        return buffer.data;
      },
    };
  }

  /** The array of the node. */
  buffer(index: number): Factor {
    return (this.buffers[index] ??= this.make(index));
  }

  private make(index: number): Factor {
    const node = this.nodes[index]!;
    const { shape } = node;
    const place = this.places[index]!;
    if (place === Place.deferred) return this.onDemand.buffer(index);
    const offset = this.offsets[index]!;
    if (offset >= 0) return { data: this.shared.subarray(offset, offset + sizeOf(shape)), shape };
    if (place === Place.view) {
      const { data } = this.buffer(node.inputs[0]!);
      const start = viewOffset(this.nodes, node)!;
      return { data: data.subarray(start, start + sizeOf(shape)), shape };
    }
    return { data: this.workspace?.arrays[index] ?? floatArray(this.dtype, sizeOf(shape)), shape };
  }

  private deferredSource(index: number): number | undefined {
    const place = this.places[index];
    if (place === Place.transposed) return this.deferredSource(this.nodes[index]!.inputs[0]!);
    return place === Place.deferred ? index : undefined;
  }
}

function placesOf(program: Program): Uint8Array {
  const { nodes } = program;
  const regular = regularNodes(program);
  const transposed = transposedNodes(program);
  const places = new Uint8Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    if (transposed[index] === 1) places[index] = Place.transposed;
    else if (regular[index] === 0) places[index] = Place.deferred;
    else if (viewOffset(nodes, nodes[index]!) !== undefined) places[index] = Place.view;
    else places[index] = Place.regular;
  }
  return places;
}

/** Where in its argument the node's entries lie as they are: reshaped arrays, runs along the first axis. */
function viewOffset(nodes: readonly Node[], node: Node): number | undefined {
  if (node.op === 'reshape') return 0;
  if (node.op !== 'slice' || node.shape.length === 0 || node.steps[0] !== 1) return undefined;
  const { shape } = nodes[node.inputs[0]!]!;
  const rest = shape.slice(1);
  if (!sameShape(rest, node.shape.slice(1))) return undefined;
  return node.starts[0]! * sizeOf(rest);
}

/** 1 for matrix transposes that only products read. */
function transposedNodes({ nodes, outputs }: Program): Uint8Array {
  const transposed = new Uint8Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    if (isMatrixTranspose(nodes[index]!)) transposed[index] = 1;
  }
  for (const { op, inputs } of nodes) {
    if (op !== 'matmul') for (const input of inputs) transposed[input] = 0;
  }
  for (const output of outputs) transposed[output] = 0;
  return transposed;
}

/** Whether the node exchanges the last two axes and nothing else. */
function isMatrixTranspose(node: Node): boolean {
  if (node.op !== 'transpose') return false;
  const rank = node.permutation.length;
  return node.permutation.every(
    (axis, i) => axis === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2),
  );
}
