import { switchedProgram, type Program } from '@nonsmooth/autodiff';
import { roundoff } from './ball.js';
import { slopeAround, valueRadius, type ScalarFunction } from './elementary.js';
import { choices, fixedNumbers, NoPlanError, PlanBuilder, relations } from './plan-builder.js';
import { evaluateSum, type Products, type Terms } from './products.js';
import { related } from './scalars.js';
import { scalarsOf } from './scalars-of-program.js';
import { kinds, markUsed, type Procedure } from './tape.js';

/**
 * A program as scalars for every point, in arrays that are made once: a run writes values, error bounds and
 * sensitivities, and says whether these decide everything. The bounds are those that the tape at the point has.
 */
export class Plan implements Procedure {
  readonly size: number;
  readonly kind: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly count: Int32Array;
  readonly value: Float64Array;
  readonly radius: Float64Array;
  readonly sensitivity: Float64Array;
  readonly chosen: Int32Array;
  readonly partial: Float64Array;
  /** Zeros: how exact partial derivatives are is not asked of a plan. */
  readonly partialRadius: Float64Array;
  readonly output: number;
  /** The scalars of all switching variables. */
  readonly switching: Int32Array;
  /** The scalars of differences whose signs decide comparisons. */
  readonly differences: Int32Array;
  private readonly source: Int32Array;
  private readonly members: Int32Array;
  private readonly products: Products;
  private readonly functions: readonly ScalarFunction[];
  private readonly singular: Uint8Array;

  constructor(built: PlanBuilder, output: number) {
    const size = built.value.length;
    this.size = size;
    this.kind = built.kind.data;
    this.first = built.first.data;
    this.second = built.second.data;
    this.count = built.count.data;
    this.source = built.source.data;
    this.members = built.members.data;
    this.products = built.products;
    this.functions = built.functions;
    this.switching = built.switching;
    this.differences = built.differences.data.subarray(0, built.differences.length);
    this.output = output;
    this.value = built.value.data;
    this.radius = new Float64Array(size);
    this.sensitivity = new Float64Array(size);
    this.chosen = new Int32Array(size);
    this.singular = new Uint8Array(size);
    this.partial = new Float64Array(built.partialCount);
    this.partialRadius = new Float64Array(built.partialCount);
    for (let id = 0; id < size; id++) if (this.kind[id] === kinds.input) this.sensitivity[id] = 1;
  }

  terms(id: number): Readonly<Terms> {
    const { first, second, count, source } = this;
    return this.products.terms(first[id]!, second[id]!, count[id]!, source[id]!);
  }

  functionOf(id: number): ScalarFunction {
    return this.functions[this.source[id]!]!;
  }

  /**
   * Evaluates the program at the point. True if rounding hides no sign that counts, all functions are Lipschitz
   * where their values are used, and the value is finite: then the function is smooth near the point.
   */
  run(point: ArrayLike<number>): boolean {
    const { kind, first, value, singular, size } = this;
    let isSingular = false;
    for (let id = 0; id < size; id++) {
      switch (kind[id]) {
        case kinds.input:
          value[id] = point[first[id]!]!;
          break;
        case kinds.sum:
          evaluateSum(id, this.terms(id), this);
          break;
        case kinds.call:
          if (this.second[id]! < 0) this.callOne(id);
          else this.angle(id);
          isSingular ||= singular[id] === 1;
          break;
        case kinds.chosen:
          if (!this.choose(id)) return false;
          break;
        case kinds.fixed:
          if (!this.fix(id)) return false;
      }
    }
    return Number.isFinite(value[this.output]!) && !(isSingular && this.isSingularUsed());
  }

  private callOne(id: number): void {
    const { value, radius, sensitivity } = this;
    const rule = this.functionOf(id).rule!;
    const u = this.first[id]!;
    const x = value[u]!;
    const y = rule.value(x);
    const derivative = rule.derivative(x);
    const slope = slopeAround(rule, x, radius[u]!);
    value[id] = y;
    radius[id] = valueRadius(rule, y, slope, radius[u]!);
    this.partial[this.count[id]!] = derivative;
    sensitivity[id] = Math.abs(derivative) * sensitivity[u]!;
    this.singular[id] = !(slope < Infinity) && !Number.isNaN(y) ? 1 : 0;
  }

  /** atan2(y, x) */
  private angle(id: number): void {
    const { value, radius, sensitivity, partial } = this;
    const [y, x, at] = [this.first[id]!, this.second[id]!, this.count[id]!];
    const square = value[x]! * value[x]! + value[y]! * value[y]!;
    const relative = (radius[y]! + radius[x]!) / Math.sqrt(square) + 2 ** -49;
    value[id] = Math.atan2(value[y]!, value[x]!);
    radius[id] = 2 * relative + 4 * 2 ** -50;
    partial[at] = value[x]! / square;
    partial[at + 1] = -value[y]! / square;
    sensitivity[id] =
      Math.abs(partial[at]) * sensitivity[y]! + Math.abs(partial[at + 1]!) * sensitivity[x]!;
    this.singular[id] = square > 0 && relative < 0.25 ? 0 : 1;
  }

  /** False if rounding hides which scalar counts. */
  private choose(id: number): boolean {
    const { value, radius, sensitivity, first } = this;
    const by = value[first[id]!]!;
    const isBySign = this.count[id] === choices.bySign;
    if (isBySign && !(Math.abs(by) > radius[first[id]!]!)) return false;
    const isFirst = isBySign ? by > 0 : by !== 0;
    const taken = isFirst ? this.second[id]! : this.source[id]!;
    this.chosen[id] = taken;
    value[id] = value[taken]!;
    radius[id] = radius[taken]!;
    sensitivity[id] = sensitivity[taken]!;
    return true;
  }

  /** False if rounding hides the number. */
  private fix(id: number): boolean {
    const { value, first, second } = this;
    const at = first[id]!;
    switch (this.count[id]) {
      case fixedNumbers.relation: {
        const code = second[id]!;
        const areFixed = code >= relations.length;
        const difference = value[at]!;
        const isKnown = areFixed || Math.abs(difference) > this.radius[at]!;
        value[id] = related(relations[code % relations.length]!, Math.sign(difference));
        return isKnown;
      }
      case fixedNumbers.leader:
        return this.lead(id, at, at + second[id]!);
      default: {
        let peak = -Infinity;
        for (let i = at; i < at + second[id]!; i++) {
          peak = Math.max(peak, value[this.members[i]!]!);
        }
        value[id] = peak;
        return true;
      }
    }
  }

  private lead(id: number, from: number, to: number): boolean {
    const { value, radius, members } = this;
    let best = members[from]!;
    let place = 0;
    for (let i = from + 1; i < to; i++) {
      const other = members[i]!;
      if (other === best) continue;
      const difference = value[other]! - value[best]!;
      const error = radius[other]! + radius[best]!;
      const isKnown = Math.abs(difference) * (1 - 4 * roundoff) > error;
      if (!isKnown && !(this.isFixed(other) && this.isFixed(best))) return false;
      if (difference > 0) {
        best = other;
        place = i - from;
      }
    }
    value[id] = place;
    return true;
  }

  private isFixed(id: number): boolean {
    return this.kind[id] === kinds.constant || this.kind[id] === kinds.fixed;
  }

  private isSingularUsed(): boolean {
    const used = new Uint8Array(this.size);
    used[this.output] = 1;
    markUsed(this, used, []);
    return used.some((mark, id) => mark === 1 && this.singular[id] === 1);
  }
}

/** The plan of a program; undefined where a plan does not have what the program asks for. */
export function planOf(original: Program): Plan | undefined {
  const { program, blocks, size } = switchedProgram(original);
  try {
    const builder = new PlanBuilder(program.nodes, blocks, size);
    const [output] = scalarsOf(program, builder);
    return new Plan(builder, output![0]!);
  } catch (error) {
    if (error instanceof NoPlanError) return undefined;
    throw error;
  }
}
