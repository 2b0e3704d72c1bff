import type { GroupedSquares } from './grouped-loss.js';
import type { LineSides } from './line-sides.js';

/**
 * Moments of the samples on each piece of a line: with N = A·x + C there, the derivatives of the squared loss are
 * factor·(A·Σx + C·Σ1 − Σy), and so for those times x, whatever the samples are.
 */
export class LineMoments {
  /** By piece: Σ1, Σx, Σx², Σy, Σxy. */
  readonly ones: Float64Array;
  readonly xs: Float64Array;
  readonly squares: Float64Array;
  readonly ys: Float64Array;
  readonly products: Float64Array;
  readonly factor: number;
  /** In the order of the inputs: samples with this input, and the sum of their targets. */
  readonly counts: Float64Array;
  readonly targets: Float64Array;
  private readonly sides: LineSides;
  /** By piece: the inputs that its moments are of. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;

  constructor(sides: LineSides, { counts, targets, factor }: GroupedSquares) {
    const pieces = sides.places.length + 1;
    this.sides = sides;
    this.factor = factor;
    this.counts = Float64Array.from(sides.order, (g) => counts[g]!);
    this.targets = Float64Array.from(sides.order, (g) => targets[g]!);
    this.ones = new Float64Array(pieces);
    this.xs = new Float64Array(pieces);
    this.squares = new Float64Array(pieces);
    this.ys = new Float64Array(pieces);
    this.products = new Float64Array(pieces);
    this.from = new Int32Array(pieces);
    this.to = new Int32Array(pieces);
  }

  /** The pieces are others now. */
  update(): void {
    const { from, to } = this;
    const { breaks, places, order } = this.sides;
    let begin = 0;
    for (let e = 0; e <= breaks; e++) {
      const end = e < breaks ? places[e]! : order.length;
      if (from[e] !== begin || to[e] !== end) this.measure(e, begin, end);
      begin = end;
    }
  }

  private measure(e: number, begin: number, end: number): void {
    const { counts, targets } = this;
    const { inputs } = this.sides;
    let [ones, xs, squares, ys, products] = [0, 0, 0, 0, 0];
    for (let k = begin; k < end; k++) {
      const x = inputs[k]!;
      const c = counts[k]!;
      const y = targets[k]!;
      ones += c;
      xs += c * x;
      squares += c * x * x;
      ys += y;
      products += x * y;
    }
    this.ones[e] = ones;
    this.xs[e] = xs;
    this.squares[e] = squares;
    this.ys[e] = ys;
    this.products[e] = products;
    this.from[e] = begin;
    this.to[e] = end;
  }
}
