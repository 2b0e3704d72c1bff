import { largest } from '@nonsmooth/core';
import {
  switchedProgram,
  type KinkOp,
  type Node,
  type NodeOf,
  type Op,
  type Program,
  type Shape,
  type SwitchedProgram,
  type SwitchingBlock,
  type UnaryOp,
} from '@nonsmooth/autodiff';
import { elementaryRule } from './elementary-bounds.js';
import { broadcastEntries, groups, move, type Entries } from './entries.js';
import { elementaryValues, exactValues, isUnary, nameOf, ruledAt } from './elementary.js';
import { toNumber } from '../exact/rational.js';
import { kinds, TapeBuilder, usedScalars, type Call, type Tape } from './tape.js';

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

const switchedPrograms = new WeakMap<Program, SwitchedProgram>();

/** The switching variables of a program, found when it is first met: programs never change. */
export function switchedOnce(program: Program): SwitchedProgram {
  let switched = switchedPrograms.get(program);
  if (switched === undefined) switchedPrograms.set(program, (switched = switchedProgram(program)));
  return switched;
}

/** Expands a program with one input vector and one scalar output at a point. */
export function scalarProcedure(original: Program, point: ArrayLike<number>): ScalarProcedure {
  const switched = switchedOnce(original);
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
  expansion.forgetUnused(program.outputs);
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
  /** Those of the irregularities that lie in the value of a scalar. */
  private readonly singular = new Map<Irregularity, number>();
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
    const alone = this.single(node, index, inputs);
    if (alone !== undefined) return Int32Array.of(alone);
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
        return entrywise((u, v) => tape.product(u, v));
      case 'maskedMul':
        return this.maskedProduct(node, spread());
      case 'xlogy': {
        const [u, v] = spread();
        return u!.map((factor, i) => this.weightedLog(factor, v![i]!, index));
      }
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
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) => this.total(group));
      case 'logSumExp':
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) =>
          this.logSumExp(group, index),
        );
      case 'logSoftmax':
        return this.byGroup(x!, shapes[0]!, node.axes, (group) => {
          const total = this.logSumExp(group, index);
          return group.map((entry) => tape.combine(1, entry, -1, total));
        });
      case 'norm':
        return Int32Array.from(groups(x!, shapes[0]!, node.axes), (group) =>
          this.norm(group, index),
        );
      case 'matmul':
        return this.product(inputs, shapes, node.shape);
      case 'scatterAdd':
        return this.scatterAdd(node, x!, shapes[0]!);
      case 'softmax':
        return this.byGroup(x!, shapes[0]!, node.axes, (group) => this.softmax(group, index));
      case 'direction':
        return this.byGroup(x!, shapes[0]!, node.axes, (group) =>
          this.quotients(group, this.norm(group, index), index),
        );
      case 'orthogonal':
        return this.byPairs(inputs, shapes[0]!, node.axes, (u, c) => {
          const along = tape.sum(u, c);
          return c.map((entry, i) => tape.combine(1, entry, -1, tape.product(u[i]!, along)));
        });
      case 'centred':
        return this.byPairs(inputs, shapes[0]!, node.axes, (y, c) => this.centred(y, c));
      case 'softmaxProduct':
        return this.byPairs(inputs, shapes[0]!, node.axes, (y, c) =>
          this.centred(y, c).map((entry, i) => tape.product(y[i]!, entry)),
        );
      case 'compensated':
        return this.byPairs(inputs, shapes[0]!, node.axes, (y, c) => {
          const total = this.total(c);
          return c.map((entry, i) => tape.combine(1, entry, -1, tape.product(y[i]!, total)));
        });
      case 'cumulativeSum':
        return this.byGroup(x!, shapes[0]!, [node.axis], (group) =>
          group.map((_, i) => this.total(node.reversed ? group.slice(i) : group.slice(0, i + 1))),
        );
      case 'argmax':
        return Int32Array.from(groups(x!, shapes[0]!, [node.axis]), (group) =>
          tape.constant(this.leader(group, index)),
        );
      case 'atan2': {
        const [y, at] = spread();
        return y!.map((v, i) => this.angle(v, at![i]!, index, i));
      }
      case 'branch': {
        const [u, v, a, b, tie] = spread();
        return u!.map((_, i) =>
          this.branch(this.order(u![i]!, v![i]!, index), a![i]!, b![i]!, tie![i]!),
        );
      }
      case 'divisor': {
        const [d, active] = spread();
        const isIdle = (i: number): boolean => active !== undefined && tape.value[active[i]!] === 0;
        return d!.map((entry, i) => (isIdle(i) ? tape.constant(1) : entry));
      }
      case 'shareToWinners':
        return this.shareToWinner(inputs, shapes[0]!, node.axes, index);
      case 'meanOfWinners':
        return this.meanOfWinner(inputs, shapes[0]!, node.axes, index);
      default:
        if (isUnary(node)) return this.callEach(node, x!, index);
        throw new Error(`${node.op} was to be taken apart before`);
    }
  }

  /** Arithmetic and functions of single numbers, which long chains are made of, without any lists. */
  private single(node: Node, index: number, inputs: readonly Entries[]): number | undefined {
    const { tape } = this;
    const [x, y] = inputs;
    if (x?.length !== 1 || (y !== undefined && y.length !== 1)) return undefined;
    const u = x[0]!;
    switch (node.op) {
      case 'add':
        return tape.combine(1, u, 1, y![0]!);
      case 'sub':
        return tape.combine(1, u, -1, y![0]!);
      case 'mul':
        return tape.product(u, y![0]!);
      default:
        return isUnary(node) && node.op !== 'neg' && node.op !== 'square'
          ? this.callOnce(node, u, index)
          : undefined;
    }
  }

  /** As `callEach` at one argument, where the function has a rule and is Lipschitz for sure. */
  private callOnce(node: NodeOf<UnaryOp>, id: number, index: number): number | undefined {
    const { tape } = this;
    const rule = elementaryRule(node);
    const found = rule && ruledAt(rule, tape.value[id]!, tape.radius[id]!);
    if (rule === undefined || found === undefined || found.isSingular) {
      return this.callEach(node, Int32Array.of(id), index)[0]!;
    }
    return tape.apply(found.value, found.valueRadius, {
      name: nameOf(node),
      arguments: [id],
      partials: [found.derivative],
      partialRadii: [found.derivativeRadius],
      exactly: (x) => exactValues(node, x),
      slope: rule.slope,
    });
  }

  private report(node: number, entry: number, reason: string): void {
    this.irregular.push({ op: this.nodes[node]!.op, node, entry, reason });
  }

  /** Irregularities in values that no output depends on are none: a branch that was not taken. */
  forgetUnused(outputs: readonly number[]): void {
    if (this.singular.size === 0) return;
    const used = usedScalars(
      this.tape,
      outputs.flatMap((output) => Array.from(this.entries[output]!)),
      this.active,
    );
    for (const [irregularity, scalar] of this.singular) {
      if (used[scalar] === 1) continue;
      this.irregular.splice(this.irregular.indexOf(irregularity), 1);
    }
  }

  /** Σ factors_t·scalars_t. */
  private combine(scalars: readonly number[], factors: readonly number[]): number {
    return this.tape.sum(
      scalars,
      factors.map((factor) => this.tape.constant(factor)),
    );
  }

  private total(scalars: readonly number[]): number {
    return this.combine(
      scalars,
      scalars.map(() => 1),
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
    const argument = Float64Array.from(at, (id) => tape.value[id]!);
    const radii = Float64Array.from(at, (id) => tape.radius[id]!);
    let values = elementaryValues(node, argument, radii);
    const isHidden = values.singular.filter((entry) => radii[entry]! > 0);
    if (isHidden.length > 0) {
      // the arguments without their rounding, where they are rational
      for (const entry of isHidden) {
        const exact = tape.exact(at[entry]!);
        if (exact === undefined) continue;
        const x = toNumber(exact);
        argument[entry] = x;
        radii[entry] = exact.n === 0n ? 0 : Math.abs(x) * 2 ** -52;
      }
      values = elementaryValues(node, argument, radii);
    }
    const singular = new Set(values.singular);
    const name = nameOf(node);
    const rule = elementaryRule(node);
    return at.map((id, i) => {
      const call: Call = {
        name,
        arguments: [id],
        partials: [values.derivative[i]!],
        partialRadii: [values.derivativeRadius[i]!],
        exactly: (x) => exactValues(node, x),
        ...(rule && { slope: rule.slope }),
      };
      const scalar = tape.apply(values.value[i]!, values.valueRadius[i]!, call);
      if (singular.has(i)) {
        const reason = radii[i]! > 0 ? 'may not be' : 'is not';
        this.report(index, i, `${node.op} ${reason} Lipschitz here`);
        this.singular.set(this.irregular.at(-1)!, scalar);
      }
      return scalar;
    });
  }

  private callOne(op: 'exp' | 'log' | 'sqrt', scalar: number, index: number): number {
    return this.callEach({ op, inputs: [0], shape: [] }, Int32Array.of(scalar), index)[0]!;
  }

  /** m + log Σ exp(x − m) for a constant m near the maximum. */
  private logSumExp(group: readonly number[], index: number): number {
    const { shift, terms } = this.exponentials(group, index);
    return this.combine([shift, this.callOne('log', this.total(terms), index)], [1, 1]);
  }

  /** exp(x − m) for a constant m near the maximum. */
  private exponentials(
    group: readonly number[],
    index: number,
  ): { readonly shift: number; readonly terms: number[] } {
    const shift = this.tape.constant(largest(group.map((id) => this.tape.value[id]!)));
    const terms = group.map((id) => this.callOne('exp', this.combine([id, shift], [1, -1]), index));
    return { shift, terms };
  }

  private norm(group: readonly number[], index: number): number {
    const { tape } = this;
    if (group.every((id) => tape.value[id] === 0 && tape.radius[id] === 0)) {
      this.report(index, 0, 'a norm of 0 has a kink that is no absolute value');
      return tape.constant(0);
    }
    return this.callOne('sqrt', tape.sum(group, group), index);
  }

  /** u/v for all u. */
  private quotients(us: readonly number[], v: number, index: number): number[] {
    const [inverse] = this.callEach(reciprocalNode, Int32Array.of(v), index);
    return us.map((u) => this.tape.product(u, inverse!));
  }

  /** exp(x − m)/Σ exp(x − m) for a constant m near the maximum. */
  private softmax(group: readonly number[], index: number): number[] {
    const terms = this.exponentials(group, index).terms;
    return this.quotients(terms, this.total(terms), index);
  }

  /** c·d, and 0 where the mask is 0. */
  private maskedProduct({ masked }: NodeOf<'maskedMul'>, inputs: readonly Entries[]): Entries {
    const { tape } = this;
    const [c, d] = inputs as [Entries, Entries];
    const mask = masked ? inputs.at(-1)! : undefined;
    return c.map((factor, i) =>
      mask !== undefined && tape.value[mask[i]!] === 0
        ? tape.constant(0)
        : tape.product(factor, d[i]!),
    );
  }

  /** x·log y, and 0 where x = 0. */
  private weightedLog(x: number, y: number, index: number): number {
    const { tape } = this;
    if (tape.kind[x] === kinds.constant && tape.value[x] === 0) return tape.constant(0);
    return tape.product(x, this.callOne('log', y, index));
  }

  /** c − ⟨y, c⟩ */
  private centred(y: readonly number[], c: readonly number[]): number[] {
    const mean = this.tape.sum(y, c);
    return c.map((entry) => this.tape.combine(1, entry, -1, mean));
  }

  /** The first of the largest entries, which must stay the largest near the point. */
  private leader(group: readonly number[], index: number): number {
    let best = 0;
    group.forEach((id, i) => {
      if (i > 0 && this.order(id, group[best]!, index) > 0) best = i;
    });
    return best;
  }

  /** As `byGroup` for two arrays of one shape. */
  private byPairs(
    [first, second]: readonly Entries[],
    shape: Shape,
    axes: readonly number[],
    map: (u: readonly number[], v: readonly number[]) => readonly number[],
  ): Entries {
    const others = groups(second!, shape, axes);
    return this.byGroup(first!, shape, axes, (group, at) => map(group, others[at]!));
  }

  /** A map of groups of entries to as many, put where they come from. */
  private byGroup(
    entries: Entries,
    shape: Shape,
    axes: readonly number[],
    map: (group: number[], at: number) => readonly number[],
  ): Entries {
    const out = new Int32Array(entries.length);
    groups(
      entries.map((_, i) => i),
      shape,
      axes,
    ).forEach((positions, at) => {
      const images = map(
        positions.map((i) => entries[i]!),
        at,
      );
      positions.forEach((i, j) => (out[i] = images[j]!));
    });
    return out;
  }

  private scatterAdd(
    { axis, indices, shape }: NodeOf<'scatterAdd'>,
    x: Entries,
    from: Shape,
  ): Entries {
    const outer = from.slice(0, axis).reduce((a, b) => a * b, 1);
    const inner = from.slice(axis + 1).reduce((a, b) => a * b, 1);
    const parts = Array.from({ length: outer * shape[axis]! * inner }, (): number[] => []);
    x.forEach((id, at) => {
      const [o, row] = [
        Math.floor(at / inner / indices.length),
        Math.floor(at / inner) % indices.length,
      ];
      parts[(o * shape[axis]! + indices[row]!) * inner + (at % inner)]!.push(id);
    });
    return Int32Array.from(parts, (list) => (list.length === 1 ? list[0]! : this.total(list)));
  }

  /** a, b, or t·a + (1 − t)·b for constants that are equal. */
  private branch(order: number, a: number, b: number, tie: number): number {
    if (order !== 0) return order > 0 ? a : b;
    const { tape } = this;
    return tape.sum([a, b], [tie, this.combine([tape.constant(1), tie], [1, -1])]);
  }

  /** Position of the entry that attains the extreme m of its group near the point; −1 and reported if not just one does. */
  private winner(group: readonly number[], m: number, index: number): number {
    const at = group.indexOf(m);
    const isAlone = group.every(
      (id, i) => i === at || (id !== m && this.order(id, m, index) !== 0),
    );
    if (at < 0 || !isAlone) this.report(index, 0, 'the winners of a tie change');
    return at;
  }

  private shareToWinner(
    [x, m, c]: readonly Entries[],
    shape: Shape,
    axes: readonly number[],
    index: number,
  ): Entries {
    return this.byGroup(x!, shape, axes, (group, at) => {
      const winner = this.winner(group, m![at]!, index);
      return group.map((_, i) => (i === winner ? c![at]! : this.tape.constant(0)));
    });
  }

  private meanOfWinner(
    [x, m, a]: readonly Entries[],
    shape: Shape,
    axes: readonly number[],
    index: number,
  ): Entries {
    const values = groups(a!, shape, axes);
    return Int32Array.from(groups(x!, shape, axes), (group, at) => {
      const winner = this.winner(group, m![at]!, index);
      return winner < 0 ? this.tape.constant(NaN) : values[at]![winner]!;
    });
  }

  private angle(y: number, x: number, index: number, entry: number): number {
    const { tape } = this;
    const [v, u] = [tape.value[y]!, tape.value[x]!];
    const square = u * u + v * v;
    if (!(square > 0)) this.report(index, entry, 'atan2 is not Lipschitz here');
    const relative = (tape.radius[y]! + tape.radius[x]!) / Math.sqrt(square) + 2 ** -49;
    if (square > 0 && !(relative < 0.25)) {
      this.report(index, entry, 'atan2 may not be Lipschitz here');
    }
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
