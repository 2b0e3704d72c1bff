import {
  switchedProgram,
  type KinkOp,
  type Node,
  type NodeOf,
  type Op,
  type Program,
  type Shape,
  type SwitchingBlock,
  type UnaryOp,
} from '@nonsmooth/autodiff';
import { broadcastEntries, groups, move, type Entries } from './entries.js';
import { elementaryValues, exactValues } from './elementary.js';
import { kinds, TapeBuilder, type Call, type Tape } from './tape.js';

/** A switching variable: entry `entry` of the kink node `block`. */
export interface SwitchingVariable {
  /** Position among all switching variables of the program, in evaluation order. */
  readonly index: number;
  readonly op: KinkOp;
  readonly node: number;
  readonly entry: number;
  /** The scalar z. */
  readonly scalar: number;
}

/** A place where the function is not known to be abs-smooth near the point. */
export interface Irregularity {
  readonly op: Op;
  readonly node: number;
  readonly entry: number;
  readonly reason: string;
}

/** A program at a point as a procedure of scalars, with |z| only for kinks that are active there. */
export interface ScalarProcedure {
  readonly tape: Tape;
  readonly output: number;
  readonly dimension: number;
  /** All switching variables: their scalars in evaluation order. */
  readonly switching: Int32Array;
  /** z = 0 there. */
  readonly active: readonly SwitchingVariable[];
  /** z so small that rounding hides its sign. */
  readonly unresolved: readonly SwitchingVariable[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a program with one input vector and one scalar output at a point. */
export function scalarProcedure(original: Program, point: ArrayLike<number>): ScalarProcedure {
  const switched = switchedProgram(original);
  const { program } = switched;
  const expansion = expand(program, switched.blocks, switched.size, [point]);
  return {
    tape: expansion.tape,
    output: expansion.entries[program.outputs[0]!]![0]!,
    dimension: point.length,
    switching: expansion.switching,
    active: expansion.active,
    unresolved: expansion.unresolved,
    irregular: expansion.irregular,
  };
}

/** A program without kinks at a point as a procedure of scalars; its inputs are numbered through. */
export interface SmoothProcedure {
  readonly tape: Tape;
  /** The scalars of each output. */
  readonly outputs: readonly Entries[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a smooth program of vectors. */
export function smoothProcedure(
  program: Program,
  inputs: readonly ArrayLike<number>[],
): SmoothProcedure {
  const { tape, entries, irregular } = expand(program, [], 0, inputs);
  return { tape, outputs: program.outputs.map((output) => entries[output]!), irregular };
}

function expand(
  program: Program,
  blocks: readonly SwitchingBlock[],
  size: number,
  inputs: readonly ArrayLike<number>[],
): Expansion {
  const expansion = new Expansion(program.nodes, blocks, size, inputs);
  program.nodes.forEach((_, index) => expansion.place(index));
  return expansion;
}

type KinkNode = Extract<Node, { op: KinkOp }>;

class Expansion {
  readonly tape: TapeBuilder;
  readonly entries: Entries[] = [];
  readonly active: SwitchingVariable[] = [];
  readonly unresolved: SwitchingVariable[] = [];
  readonly irregular: Irregularity[] = [];
  readonly switching: Int32Array;
  readonly nodes: readonly Node[];
  private readonly blockOf: ReadonlyMap<number, SwitchingBlock>;
  private readonly inputs: readonly ArrayLike<number>[];
  private inputCount = 0;

  constructor(
    nodes: readonly Node[],
    blocks: readonly SwitchingBlock[],
    size: number,
    inputs: readonly ArrayLike<number>[],
  ) {
    this.nodes = nodes;
    const entries = nodes.map(({ shape }) =>
      shape.reduce((product, extent) => product * extent, 1),
    );
    this.tape = new TapeBuilder(entries.reduce((total, size) => total + size, 0));
    this.blockOf = new Map(blocks.map((block) => [block.node, block]));
    this.switching = new Int32Array(size);
    this.inputs = inputs;
  }

  place(index: number): void {
    const node = this.nodes[index]!;
    const inputs = node.inputs.map((input) => this.entries[input]!);
    const shapes = node.inputs.map((input) => this.nodes[input]!.shape);
    this.entries.push(this.expand(node, index, inputs, shapes));
  }

  private expand(
    node: Node,
    index: number,
    inputs: readonly Entries[],
    shapes: readonly Shape[],
  ): Entries {
    const { tape } = this;
    const [x] = inputs;
    const spread = (): Entries[] =>
      inputs.map((entries, i) => broadcastEntries(entries, shapes[i]!, node.shape));
    const entrywise = (f: (...at: number[]) => number): Entries => {
      const [u, v] = spread();
      return u!.map((entry, i) => (v === undefined ? f(entry) : f(entry, v[i]!)));
    };
    switch (node.op) {
      case 'input':
        return Int32Array.from(this.inputs[node.index]!, (value) =>
          tape.input(this.inputCount++, value),
        );
      case 'constant':
        return Int32Array.from(node.value.data, (value) => tape.constant(value));
      case 'variable':
      case 'stopGradient':
        return x!;
      case 'neg':
        return entrywise((u) => tape.product(tape.constant(-1), u));
      case 'square':
        return entrywise((u) => tape.product(u, u));
      case 'add':
        return entrywise((u, v) => tape.combine(1, u, 1, v));
      case 'sub':
        return entrywise((u, v) => tape.combine(1, u, -1, v));
      case 'mul':
      case 'strongMul':
        return entrywise((u, v) => tape.product(u, v));
      case 'div': {
        const [u, v] = spread();
        const inverse = this.callEach(reciprocalNode, v!, index);
        return u!.map((entry, i) => tape.product(entry, inverse[i]!));
      }
      case 'relu':
      case 'leakyRelu':
      case 'abs':
      case 'maximum':
      case 'minimum':
        return this.kink(node, index, spread());
      case 'where': {
        const [c, a, b] = spread();
        return c!.map((condition, i) => {
          if (tape.kind[condition] !== kinds.constant) {
            this.report(index, i, 'a choice by a value that varies');
          }
          return tape.value[condition] !== 0 ? a![i]! : b![i]!;
        });
      }
      case 'sign':
        return entrywise((u) => tape.constant(this.jump(u, index, 'jumps at 0')));
      case 'greater':
        return entrywise((u, v) => tape.constant(this.order(u, v, index) > 0 ? 1 : 0));
      case 'greaterEqual':
        return entrywise((u, v) => tape.constant(this.order(u, v, index) >= 0 ? 1 : 0));
      case 'equal':
        return entrywise((u, v) => tape.constant(this.order(u, v, index) === 0 ? 1 : 0));
      case 'reshape':
        return x!;
      case 'transpose':
      case 'broadcast':
      case 'slice':
      case 'embed':
      case 'concatenate':
      case 'gather':
        return move(
          node,
          inputs.map((entries, i) => ({ entries, shape: shapes[i]! })),
          node.op === 'embed' ? tape.constant(0) : -1,
        );
      case 'sum':
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) =>
          this.combine(
            group,
            group.map(() => 1),
          ),
        );
      case 'logSumExp':
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) =>
          this.logSumExp(group, index),
        );
      case 'norm':
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) =>
          this.norm(group, index),
        );
      case 'matmul':
        return this.product(inputs, shapes, node.shape);
      default:
        return this.otherwise(node, index, x, spread);
    }
  }

  private otherwise(
    node: Node,
    index: number,
    x: Entries | undefined,
    spread: () => Entries[],
  ): Entries {
    if (isUnary(node)) return this.callEach(node, x!, index);
    const { tape } = this;
    if (node.op === 'atan2') {
      const [y, at] = spread();
      return y!.map((v, i) => this.angle(v, at![i]!, index, i));
    }
    this.report(index, 0, `${node.op} is no op of an evaluation procedure`);
    return new Int32Array(node.shape.reduce((a, b) => a * b, 1)).fill(tape.constant(NaN));
  }

  private report(node: number, entry: number, reason: string): void {
    this.irregular.push({ op: this.nodes[node]!.op, node, entry, reason });
  }

  /** Σ factors_t·scalars_t. */
  private combine(scalars: readonly number[], factors: readonly number[]): number {
    return this.tape.sum(
      scalars,
      factors.map((factor) => this.tape.constant(factor)),
    );
  }

  private kink(node: KinkNode, index: number, inputs: readonly Entries[]): Entries {
    const { tape } = this;
    const block = this.blockOf.get(index)!;
    const [u, v] = inputs;
    return u!.map((first, entry) => {
      const second = v?.[entry];
      const z = second === undefined ? first : tape.combine(1, first, -1, second);
      const position = block.offset + entry;
      this.switching[position] = z;
      const side = tape.signOf(z);
      if (side === 1 || side === -1) return this.smoothSide(node, side, first, second);
      const variable = { index: position, op: node.op, node: index, entry, scalar: z };
      if (side === undefined) {
        this.unresolved.push(variable);
        const guess = Math.sign(tape.value[z]!);
        if (guess !== 0) return this.smoothSide(node, guess, first, second);
      }
      this.active.push(variable);
      return this.recombine(node, first, second, tape.absolute(z));
    });
  }

  /** The value on the side of a kink where z has this sign. */
  private smoothSide(node: KinkNode, sign: number, u: number, v: number | undefined): number {
    switch (node.op) {
      case 'relu':
        return sign > 0 ? u : this.tape.constant(0);
      case 'leakyRelu':
        return sign > 0 ? u : this.combine([u], [node.slope]);
      case 'abs':
        return sign > 0 ? u : this.combine([u], [-1]);
      case 'maximum':
        return sign > 0 ? u : v!;
      default:
        return sign > 0 ? v! : u;
    }
  }

  /** The value from the arguments and |z|. */
  private recombine(node: KinkNode, u: number, v: number | undefined, absolute: number): number {
    switch (node.op) {
      case 'relu':
        return this.combine([u, absolute], [0.5, 0.5]);
      case 'leakyRelu': {
        const { tape } = this;
        const slope = tape.constant(node.slope);
        const half = tape.constant(0.5);
        const sum = tape.sum([tape.constant(1), tape.constant(1)], [tape.constant(1), slope]);
        const difference = tape.sum(
          [tape.constant(1), tape.constant(-1)],
          [tape.constant(1), slope],
        );
        return tape.sum([tape.product(half, sum), tape.product(half, difference)], [u, absolute]);
      }
      case 'abs':
        return absolute;
      case 'maximum':
        return this.combine([u, v!, absolute], [0.5, 0.5, 0.5]);
      default:
        return this.combine([u, v!, absolute], [0.5, 0.5, -0.5]);
    }
  }

  private jump(scalar: number, node: number, reason: string): number {
    const { tape } = this;
    if (tape.kind[scalar] === kinds.constant) return Math.sign(tape.value[scalar]!);
    const side = tape.signOf(scalar);
    if (side === undefined || side === 0) this.report(node, 0, reason);
    return side ?? Math.sign(tape.value[scalar]!);
  }

  /** Sign of u − v near the point. */
  private order(u: number, v: number, node: number): number {
    const { tape } = this;
    if (u === v) return 0;
    if (tape.kind[u] === kinds.constant && tape.kind[v] === kinds.constant) {
      return Math.sign(tape.value[u]! - tape.value[v]!);
    }
    return this.jump(this.combine([u, v], [1, -1]), node, 'a comparison of equal values jumps');
  }

  private callEach(node: NodeOf<UnaryOp>, at: Entries, index: number): Entries {
    const { tape } = this;
    const values = elementaryValues(
      node,
      Float64Array.from(at, (id) => tape.value[id]!),
      Float64Array.from(at, (id) => tape.radius[id]!),
    );
    for (const entry of values.singular)
      this.report(index, entry, `${node.op} is not Lipschitz here`);
    const name = nameOf(node);
    return at.map((id, i) => {
      const call: Call = {
        name,
        arguments: [id],
        partials: [values.derivative[i]!],
        partialRadii: [values.derivativeRadius[i]!],
        exactly: (x) => exactValues(node, x),
      };
      return tape.apply(values.value[i]!, values.valueRadius[i]!, call);
    });
  }

  private callOne(op: 'exp' | 'log' | 'sqrt', scalar: number, index: number): number {
    return this.callEach({ op, inputs: [0], shape: [] }, Int32Array.of(scalar), index)[0]!;
  }

  /** m + log Σ exp(x − m) for a constant m near the maximum. */
  private logSumExp(group: readonly number[], index: number): number {
    const m = Math.max(...group.map((id) => this.tape.value[id]!));
    const constant = this.tape.constant(m);
    const terms = group.map((id) =>
      this.callOne('exp', this.combine([id, constant], [1, -1]), index),
    );
    const sum = this.combine(
      terms,
      terms.map(() => 1),
    );
    return this.combine([constant, this.callOne('log', sum, index)], [1, 1]);
  }

  private norm(group: readonly number[], index: number): number {
    return this.callOne('sqrt', this.tape.sum(group, group), index);
  }

  private angle(y: number, x: number, index: number, entry: number): number {
    const { tape } = this;
    const [v, u] = [tape.value[y]!, tape.value[x]!];
    const square = u * u + v * v;
    if (!(square > 0)) this.report(index, entry, 'atan2 is not Lipschitz here');
    const relative = (tape.radius[y]! + tape.radius[x]!) / Math.sqrt(square) + 2 ** -49;
    const partials = [u / square, -v / square];
    return tape.apply(Math.atan2(v, u), 2 * relative + 4 * 2 ** -50, {
      name: 'atan2',
      arguments: [y, x],
      partials,
      partialRadii: partials.map(() => (4 * relative) / Math.sqrt(square)),
    });
  }

  private product(inputs: readonly Entries[], shapes: readonly Shape[], shape: Shape): Entries {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = shapes[0]!.at(-1)!;
    const batch = shape.slice(0, -2).reduce((x, y) => x * y, 1);
    return this.tape.matrixProduct(inputs[0]!, inputs[1]!, { m, k, n, batch });
  }
}

const reciprocalNode: NodeOf<'pow'> = { op: 'pow', inputs: [0], shape: [], exponent: -1 };

type UnaryNode = Extract<Node, { op: UnaryOp }>;

const unaryOps: ReadonlySet<string> = new Set<UnaryOp>([
  'neg',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'square',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'erfc',
  'logistic',
  'softplus',
  'pow',
  'elementwise',
]);

function isUnary(node: Node): node is UnaryNode {
  return unaryOps.has(node.op);
}

function nameOf(node: NodeOf<UnaryOp>): string {
  if (node.op === 'pow') return `pow ${(node as NodeOf<'pow'>).exponent}`;
  if (node.op === 'elementwise') {
    const { fn, order } = node as NodeOf<'elementwise'>;
    return `${fn.name} ${identityOf(fn)} ${order}`;
  }
  return node.op;
}

// Two functions that a user gave the same name are still two functions.
const identities = new WeakMap<object, number>();
let identityCount = 0;

function identityOf(fn: object): number {
  let identity = identities.get(fn);
  if (identity === undefined) identities.set(fn, (identity = identityCount++));
  return identity;
}
