import type { Tensor } from '@nonsmooth/tensor';
import { freezeNodes } from './checked-program.js';
import { ForeignTracerError, TracedValueError, UnusedComparisonError } from './errors.js';
import { NodeTable } from './node-identity.js';
import { mayOverflow, moderate } from './overflow.js';
import type { Node, NodeOf, Op, Program, Shape } from './program.js';

/**
 * A value of a running trace: a node of the program that is being built. It has a shape and no number, so
 * comparing it, computing with it by JavaScript's operators or indexing with it throws TracedValueError.
 */
export class Tracer {
  readonly builder: Builder;
  readonly node: number;

  constructor(builder: Builder, node: number) {
    this.builder = builder;
    this.node = node;
  }

  get shape(): Shape {
    return this.builder.nodes[this.node]!.shape;
  }

  [Symbol.toPrimitive](hint: string): string {
    const name = `${this.builder.nodes[this.node]!.op}(${this.shape.join(' × ') || 'scalar'})`;
    if (hint === 'string') return name;
    throw new TracedValueError(name, hint === 'number' ? 'arithmetic or a comparison' : 'this');
  }
}

/** What to write instead of JavaScript's own access to arrays. */
function hintFor(property: string): string | undefined {
  if (/^-?\d+$/.test(property)) return `use at(x, ${property})`;
  switch (property) {
    case 'length':
      return 'use x.shape[0]';
    case 'at':
      return 'use at(x, i)';
    case 'slice':
      return 'use index or slice(x, starts, ends)';
    case 'map':
    case 'forEach':
    case 'reduce':
    case 'filter':
    case 'every':
    case 'some':
      return 'ops work on all entries at once; sum, max and their like reduce them';
    default:
      return undefined;
  }
}

// What a traced value does not have is looked up here, behind its prototype: no cost for what it has.
Object.setPrototypeOf(
  Tracer.prototype,
  new Proxy(
    {},
    {
      get: (_, property, tracer: Tracer): unknown => {
        if (property === Symbol.iterator) {
          const message = 'iteration and destructuring: use at(x, i) for its entries';
          throw new TracedValueError(tracer[Symbol.toPrimitive]('string'), message);
        }
        const hint = typeof property === 'string' ? hintFor(property) : undefined;
        if (hint === undefined) return Reflect.get(Object.prototype, property, tracer);
        throw new TracedValueError(
          tracer[Symbol.toPrimitive]('string'),
          `x.${String(property)}: ${hint}`,
        );
      },
    },
  ),
);

/** A program under construction. Equal nodes are shared: same op, same inputs, same attributes. */
export class Builder {
  readonly nodes: Node[] = [];
  /** What tensors were taken up as. */
  readonly constants: Map<Tensor, Tracer> = new Map();
  /** What numbers were taken up as. */
  readonly numbers: Map<number, Tracer> = new Map();
  /** Whether forms that overflow or cancel are replaced while they are traced. */
  readonly recognizes: boolean;
  /** Comparisons that the traced function made and has not used yet. */
  private readonly unused = new Set<number>();
  private readonly table = new NodeTable(this.nodes);
  private readonly overflows: boolean[] = [];

  constructor({ recognize = true }: { readonly recognize?: boolean | undefined } = {}) {
    this.recognizes = recognize;
  }

  add<O extends Op>(node: NodeOf<O>): Tracer {
    const index = this.table.place(node as Node);
    if (index === this.overflows.length) this.overflows.push(this.overflowsAt(node as Node));
    return new Tracer(this, index);
  }

  /** Notes a comparison that the traced function made: it must use it, for JavaScript cannot branch on it. */
  noteComparison(comparison: Tracer): void {
    this.unused.add(comparison.node);
  }

  /** Notes that an operation took this value. */
  noteUse(node: number): void {
    if (this.unused.size > 0) this.unused.delete(node);
  }

  /** Throws UnusedComparisonError for a comparison that no operation took and no output is. */
  requireUsedComparisons(): void {
    for (const node of this.unused) {
      throw new UnusedComparisonError(new Tracer(this, node)[Symbol.toPrimitive]('string'));
    }
  }

  private overflowsAt({ op, inputs }: Node): boolean {
    let ofInputs = false;
    for (const input of inputs) ofInputs ||= this.overflows[input]!;
    return mayOverflow(op, ofInputs, () => inputs.some((input) => this.isModerate(input)));
  }

  /** Whether the node is a constant of ordinary size. */
  private isModerate(index: number): boolean {
    const node = this.nodes[index]!;
    return node.op === 'constant' && node.value.data.every((entry) => Math.abs(entry) < moderate);
  }

  /** Whether the node may be infinite because a finite value overflowed. */
  mayOverflow(node: number): boolean {
    return this.overflows[node]!;
  }

  /** The program from `inputs` to `outputs`, without what they do not use and without `variable`s. */
  finish(inputs: readonly Tracer[], outputs: readonly Tracer[]): Program {
    const { nodes } = this;
    const used = new Uint8Array(nodes.length);
    for (const { node } of inputs) used[node] = 1;
    for (const { node } of outputs) used[node] = 1;
    let areDistinct = true;
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (used[i] === 0) continue;
      const node = nodes[i]!;
      if (node.op === 'variable') areDistinct = false;
      for (const input of node.inputs) used[input] = 1;
    }
    const kept: Node[] = [];
    // Without variables, which stand for other nodes, different nodes stay different.
    const table = areDistinct ? undefined : new NodeTable(kept);
    const place = new Int32Array(nodes.length);
    for (let i = 0; i < nodes.length; i++) {
      if (used[i] === 0) continue;
      const node = nodes[i]!;
      if (node.op === 'variable') place[i] = place[node.inputs[0]!]!;
      else {
        const moved = moveNode(node, place);
        place[i] = table?.place(moved) ?? kept.push(moved) - 1;
      }
    }
    return Object.freeze({
      nodes: freezeNodes(kept),
      inputs: inputs.map((tracer) => place[tracer.node]!),
      outputs: outputs.map((tracer) => place[tracer.node]!),
    });
  }
}

/** The node with its inputs where they are now; itself, if they have not moved. */
function moveNode(node: Node, place: Int32Array): Node {
  const { inputs } = node;
  let isMoved = false;
  for (const input of inputs) isMoved ||= place[input] !== input;
  return isMoved ? { ...node, inputs: inputs.map((input) => place[input]!) } : node;
}

/** The one builder that all tracers among `values` belong to, or undefined if none is traced. */
export function builderOf(values: readonly unknown[]): Builder | undefined {
  let builder: Builder | undefined;
  for (const value of values) {
    if (!(value instanceof Tracer)) continue;
    if (builder !== undefined && value.builder !== builder) throw new ForeignTracerError();
    builder = value.builder;
  }
  if (builder !== undefined && !running.includes(builder)) throw new ForeignTracerError();
  return builder;
}

// Traces that are running, the innermost last.
const running: Builder[] = [];

/** The innermost running trace. */
export function currentBuilder(): Builder | undefined {
  return running.at(-1);
}

/** Runs `body` with `builder` as the innermost running trace. */
export function within<T>(builder: Builder, body: () => T): T {
  running.push(builder);
  try {
    return body();
  } finally {
    running.pop();
  }
}
