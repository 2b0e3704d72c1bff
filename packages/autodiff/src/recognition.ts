import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import { Tracer } from './builder.js';
import type { Attributes, Node, NodeOf, Op, Shape } from './program.js';
import { broadcastShapes, sameShape } from './shape.js';

type Value = Tensor | Tracer;

/** Adds a node to the trace, as `emit` does. */
export type Put = <O extends Op>(
  op: O,
  inputs: readonly Value[],
  shape: Shape,
  attributes: Attributes[O],
) => Value;

/**
 * The value by a formula that neither overflows nor cancels, where the op and its inputs are a form that has one;
 * undefined elsewhere.
 *
 * | Form | Computed as |
 * | --- | --- |
 * | log(eˣ), log of softmax, logistic, cosh | x, logSoftmax, −softplus(−x), logCosh |
 * | log of sums, means, products, positive multiples of these | logSumExp, sums of logarithms |
 * | log(1 + eˣ), log1p(eˣ), log1p(−eˣ), log(1 − eˣ) | softplus, log1mexp |
 * | eˣ − 1, 1 − eˣ, 1 − logistic(x), 1 − erf(x) | expm1, −expm1, logistic(−x), erfc |
 * | 1/(1 + eˣ), eˣ/(1 + eˣ), eˣ/Σeˣ, (eˣ − 1)/x | logistic, softmax, exprel |
 * | \|x\|², ‖x‖² | x², Σx² |
 */
export function recognize(
  op: Op,
  inputs: readonly Value[],
  shape: Shape,
  put: Put,
): Value | undefined {
  switch (op) {
    case 'log':
      return new Recognition(put).logarithm(inputs[0]!);
    case 'log1p':
      return new Recognition(put).logarithmOfOnePlus(inputs[0]!);
    case 'add':
    case 'sub':
      if (!mayCancel(inputs[0]!) && !mayCancel(inputs[1]!)) return undefined;
      return new Recognition(put).difference(op, inputs[0]!, inputs[1]!, shape);
    case 'div':
      return new Recognition(put).quotient(inputs[0]!, inputs[1]!, shape);
    case 'pow':
      return undefined;
    case 'square':
      return new Recognition(put).square(inputs[0]!);
    case 'mul':
      return isSame(inputs[0]!, inputs[1]!) ? new Recognition(put).square(inputs[0]!) : undefined;
    default:
      return undefined;
  }
}

/** Whether the value is one that `difference` knows a stable form with. */
function mayCancel(value: Value): boolean {
  const op = nodeOf(value)?.op;
  return op === 'exp' || op === 'logistic' || op === 'erf';
}

function nodeOf(value: Value): Node | undefined {
  return value instanceof Tracer ? value.builder.nodes[value.node] : undefined;
}

function inputOf(value: Value, at = 0): Tracer {
  const { builder, node } = value as Tracer;
  return new Tracer(builder, builder.nodes[node]!.inputs[at]!);
}

function isSame(u: Value, v: Value): boolean {
  return u instanceof Tracer && v instanceof Tracer && u.node === v.node;
}

function constantOf(value: Value): Tensor | undefined {
  const node = nodeOf(value);
  if (node === undefined) return value as Tensor;
  return node.op === 'constant' ? node.value : undefined;
}

function isConstant(value: Value, number: number): boolean {
  return constantOf(value)?.data.every((entry) => entry === number) ?? false;
}

function isPositive(value: Value): boolean {
  return constantOf(value)?.data.every((entry) => entry > 0 && entry < Infinity) ?? false;
}

const deepest = 32;

class Recognition {
  private readonly put: Put;

  constructor(put: Put) {
    this.put = put;
  }

  /** log v, where v is made of exponentials. */
  logarithm(v: Value, depth = 0): Value | undefined {
    const node = nodeOf(v);
    if (node === undefined || depth > deepest) return undefined;
    switch (node.op) {
      case 'exp':
        return inputOf(v);
      case 'logistic':
        return this.unary('neg', this.unary('softplus', this.unary('neg', inputOf(v))));
      case 'softmax':
        return this.put('logSoftmax', [inputOf(v)], node.shape, { axes: node.axes });
      case 'cosh':
        return this.unary('logCosh', inputOf(v));
      case 'neg':
        return this.logarithmOfOpposite(inputOf(v));
      case 'sum':
        return this.logarithmOfSum(node, inputOf(v), depth);
      case 'reshape':
      case 'broadcast': {
        const inner = this.logarithm(inputOf(v), depth + 1);
        return inner && this.put(node.op, [inner], node.shape, {});
      }
      case 'add':
        return this.logarithmOfTerms(v, depth);
      case 'mul':
      case 'div': {
        const [first, second] = [this.term(inputOf(v), depth), this.term(inputOf(v, 1), depth)];
        if (first === undefined || second === undefined) return undefined;
        return this.put(node.op === 'mul' ? 'add' : 'sub', [first, second], node.shape, {});
      }
      default:
        return undefined;
    }
  }

  /** log v for exponentials, and for positive constants. */
  private term(v: Value, depth: number): Value | undefined {
    if (!isPositive(v)) return this.logarithm(v, depth + 1);
    const { data, shape } = constantOf(v)!;
    return tensor(Float64Array.from(data, Math.log), { shape });
  }

  /** log(−v): 1 − eˣ has become −(eˣ − 1). */
  private logarithmOfOpposite(v: Value): Value | undefined {
    return nodeOf(v)?.op === 'expm1' ? this.unary('log1mexp', inputOf(v)) : undefined;
  }

  private logarithmOfSum(node: NodeOf<'sum'>, summand: Value, depth: number): Value | undefined {
    const inner = this.logarithm(summand, depth + 1);
    return inner && this.put('logSumExp', [inner], node.shape, { axes: node.axes });
  }

  /** log(a + b + …), all terms exponentials or positive constants. */
  private logarithmOfTerms(v: Value, depth: number): Value | undefined {
    const { shape } = v;
    const terms: Value[] = [];
    const open: Value[] = [v];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (nodeOf(next)?.op === 'add') {
        open.push(inputOf(next, 1), inputOf(next, 0));
        continue;
      }
      const term = this.term(next, depth);
      if (term === undefined) return undefined;
      terms.push(term);
    }
    const traced = terms.filter((term) => term instanceof Tracer);
    if (traced.length === 1 && terms.length === 2) {
      const other = terms.find((term) => !(term instanceof Tracer))!;
      if (isConstant(other, 0)) return this.broadcast(this.unary('softplus', traced[0]!), shape);
    }
    return this.logSumExp(terms, shape);
  }

  private logSumExp(terms: readonly Value[], shape: Shape): Value {
    const rows = terms.map((term) =>
      this.put('reshape', [this.broadcast(term, shape)], [1, ...shape], {}),
    );
    const stacked = this.put('concatenate', rows, [terms.length, ...shape], { axis: 0 });
    return this.put('logSumExp', [stacked], shape, { axes: [0] });
  }

  /** log(1 + v) */
  logarithmOfOnePlus(v: Value): Value | undefined {
    const node = nodeOf(v);
    if (node?.op === 'neg') {
      const opposite = inputOf(v);
      const inner = nodeOf(opposite)?.op;
      if (inner === 'exp') return this.unary('log1mexp', inputOf(opposite));
      // 1 − logistic(x) = logistic(−x)
      if (inner === 'logistic') return this.unary('neg', this.unary('softplus', inputOf(opposite)));
      return undefined;
    }
    const inner = this.logarithm(v);
    return inner && this.unary('softplus', inner);
  }

  /** a ± b */
  difference(op: 'add' | 'sub', a: Value, b: Value, shape: Shape): Value | undefined {
    const one = op === 'sub' ? 1 : -1;
    if (nodeOf(a)?.op === 'exp' && isConstant(b, one)) {
      return this.broadcast(this.unary('expm1', inputOf(a)), shape);
    }
    if (op === 'add') {
      return nodeOf(b)?.op === 'exp' && isConstant(a, -1)
        ? this.broadcast(this.unary('expm1', inputOf(b)), shape)
        : undefined;
    }
    if (!isConstant(a, 1)) return undefined;
    switch (nodeOf(b)?.op) {
      case 'exp':
        return this.broadcast(this.unary('neg', this.unary('expm1', inputOf(b))), shape);
      case 'logistic':
        return this.broadcast(this.unary('logistic', this.unary('neg', inputOf(b))), shape);
      case 'erf':
        return this.broadcast(this.unary('erfc', inputOf(b)), shape);
      default:
        return undefined;
    }
  }

  /** a/b */
  quotient(a: Value, b: Value, shape: Shape): Value | undefined {
    const [above, below] = [nodeOf(a), nodeOf(b)];
    if (below === undefined) return undefined;
    if (above?.op === 'expm1' && isSame(inputOf(a), b)) {
      return this.put('exprel', [b], b.shape, { order: 0 });
    }
    if (below.op === 'add') {
      const exponential = this.onePlusExp(b);
      if (exponential === undefined) return undefined;
      const argument = inputOf(exponential);
      if (isSame(a, exponential)) return this.broadcast(this.unary('logistic', argument), shape);
      if (!isConstant(a, 1)) return undefined;
      return this.broadcast(this.unary('logistic', this.unary('neg', argument)), shape);
    }
    return above?.op === 'exp' ? this.softmax(a, b, shape) : undefined;
  }

  /** eˣ, where v is 1 + eˣ. */
  private onePlusExp(v: Value): Tracer | undefined {
    const [first, second] = [inputOf(v, 0), inputOf(v, 1)];
    if (isConstant(first, 1) && nodeOf(second)?.op === 'exp') return second;
    return isConstant(second, 1) && nodeOf(first)?.op === 'exp' ? first : undefined;
  }

  /** eˣ/Σeˣ, the sum with its axes kept or over all of them. */
  private softmax(a: Value, b: Value, shape: Shape): Value | undefined {
    const isKept = nodeOf(b)?.op === 'reshape';
    const total = isKept ? inputOf(b) : b;
    const sum = nodeOf(total);
    if (sum?.op !== 'sum' || !isSame(inputOf(total), a) || !sameShape(shape, a.shape))
      return undefined;
    const { axes } = sum;
    const kept = a.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const fits = isKept ? sameShape(b.shape, kept) : axes.length === a.shape.length;
    return fits ? this.put('softmax', [inputOf(a)], a.shape, { axes }) : undefined;
  }

  /** v² */
  square(v: Value): Value | undefined {
    const node = nodeOf(v);
    if (node?.op === 'abs') return this.unary('square', inputOf(v));
    if (node?.op !== 'norm') return undefined;
    return this.put('sum', [this.unary('square', inputOf(v))], node.shape, { axes: node.axes });
  }

  private unary(
    op: 'neg' | 'softplus' | 'log1mexp' | 'logCosh' | 'expm1' | 'logistic' | 'erfc' | 'square',
    x: Value,
  ): Value {
    return this.put(op, [x], x.shape, {});
  }

  private broadcast(value: Value, shape: Shape): Value {
    if (sameShape(value.shape, shape)) return value;
    if (!sameShape(broadcastShapes(value.shape, shape), shape)) return value;
    return this.put('broadcast', [value], shape, {});
  }
}
