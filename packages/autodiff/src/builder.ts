import type { Tensor } from '@nonsmooth/tensor';
import { freezeNodes } from './checked-program.js';
import { ForeignTracerError, TracedValueError } from './errors.js';
import { hashOf, isSameNode } from './node-identity.js';
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
  /** Whether forms that overflow or cancel are replaced while they are traced. */
  readonly recognizes: boolean;
  // Nodes by their hash: the newest with each one, and from each node to the one before it.
  private readonly heads = new Map<number, number>();
  private readonly previous: number[] = [];
  private readonly overflows: boolean[] = [];

  constructor({ recognize = true }: { readonly recognize?: boolean | undefined } = {}) {
    this.recognizes = recognize;
  }

  add<O extends Op>(node: NodeOf<O>): Tracer {
    const hash = hashOf(node as Node);
    const head = this.heads.get(hash) ?? -1;
    let index = head;
    while (index >= 0 && !isSameNode(this.nodes[index]!, node as Node)) {
      index = this.previous[index]!;
    }
    if (index < 0) {
      index = this.nodes.push(node as Node) - 1;
      this.heads.set(hash, index);
      this.previous.push(head);
      const ofInputs = node.inputs.some((input) => this.overflows[input]);
      const besideConstant = node.inputs.some((input) => this.isModerate(input));
      this.overflows.push(mayOverflow(node.op, ofInputs, besideConstant));
    }
    return new Tracer(this, index);
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
    const used = new Array<boolean>(this.nodes.length).fill(false);
    for (const { node } of [...inputs, ...outputs]) used[node] = true;
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      if (used[i]) for (const input of this.nodes[i]!.inputs) used[input] = true;
    }
    const kept = new Builder();
    const place = new Array<number>(this.nodes.length).fill(-1);
    this.nodes.forEach((node, i) => {
      if (!used[i]) return;
      const from = node.inputs.map((input) => place[input]!);
      place[i] = node.op === 'variable' ? from[0]! : kept.add({ ...node, inputs: from }).node;
    });
    return Object.freeze({
      nodes: freezeNodes(kept.nodes),
      inputs: inputs.map((tracer) => place[tracer.node]!),
      outputs: outputs.map((tracer) => place[tracer.node]!),
    });
  }
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
