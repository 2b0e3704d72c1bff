import type { FrozenKink } from '@nonsmooth/autodiff';
import type { FrozenRisk } from '@nonsmooth/kernels';
import { evaluateSegment, type Segment } from '@nonsmooth/ode';
import type { Entries, KinkedFunction } from '../kinked-function.js';
import type { HeldRow, Pattern } from '../pattern.js';
import type { DenseLayout, KinkPlace } from './dense-layout.js';
import { DenseSuspects } from './dense-suspects.js';
import { FrozenNetwork } from './frozen-network.js';
import { SamplePass } from './sample-pass.js';

/** The risk of a dense network with a piecewise affine activation as a function with kinks. */
export class DenseFunction implements KinkedFunction {
  readonly dimension: number;
  readonly count: number;
  readonly size: number;
  readonly onlyAbs = true;
  readonly isNested: boolean;
  readonly hasNorms = false;
  readonly layout: DenseLayout;
  private made: FrozenNetwork | undefined;
  private kernel: FrozenRisk | undefined;
  protected readonly place: KinkPlace = { layer: 0, hinge: 0, group: 0, neuron: 0 };
  private readonly pass: SamplePass;
  private readonly finder: DenseSuspects;
  private readonly measured: Float64Array;
  private readonly state: Float64Array;
  /** The first kink that is not one of the first layer. */
  private readonly firstDeep: number;
  private largest = 0;
  private value = NaN;
  private rowGroup = -1;
  private rowLayer = -1;

  constructor(layout: DenseLayout) {
    this.layout = layout;
    this.dimension = layout.dimension;
    this.count = layout.kinks;
    this.size = layout.kinks;
    this.isNested = layout.kinks > 0 && layout.kink(layout.kinks - 1).nested;
    const { layers, lossKinks, kinks } = layout;
    this.firstDeep = layers.length === 1 ? kinks : (layers[1]!.kinks[0] ?? lossKinks);
    const frozen = (): FrozenNetwork => this.frozen;
    this.pass = new SamplePass(layout, frozen);
    this.finder = new DenseSuspects(layout, frozen);
    this.measured = new Float64Array(layout.dimension);
    this.state = new Float64Array(layout.dimension);
  }

  /** From here on computes gradients by the same network in kernels, if it has the kinks of neurons at 0 only. */
  use(kernel: FrozenRisk | undefined): void {
    this.kernel = kernel;
    this.made?.use(kernel);
  }

  /** Made when it is first needed: lines do without. */
  private get frozen(): FrozenNetwork {
    if (this.made) return this.made;
    this.made = new FrozenNetwork(this.layout);
    this.made.use(this.kernel);
    return this.made;
  }

  kink(index: number): FrozenKink {
    return this.layout.kink(index);
  }

  kinkAt(entry: number): number {
    return entry;
  }

  changed(_sides: Float64Array, entry: number): void {
    this.made?.changed(entry);
    this.finder.changed(entry);
  }

  gradient(x: Float64Array, sides: Float64Array, gradient: Float64Array): void {
    this.value = this.frozen.sweep(x, sides, gradient);
  }

  valueThere(_x: Float64Array, _sides: Float64Array): number {
    return this.value;
  }

  sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): number {
    return this.frozen.sweep(x, sides, gradient, rows, lambda);
  }

  sweepBounds(
    x: Float64Array,
    sides: Float64Array,
    rows: readonly HeldRow[],
    lambda: Float64Array,
  ): void {
    this.frozen.sweepGroups(x, sides, rows, lambda);
  }

  boundOf(kink: number): number {
    const { layout, place, frozen } = this;
    if (kink >= layout.lossKinks) return layout.loss.kinks!.weight[kink - layout.lossKinks]!;
    layout.locate(kink, place);
    return layout.hinges.weights[place.hinge]! * frozen.cotangent(place);
  }

  row(x: Float64Array, sides: Float64Array, { entry }: HeldRow, gradient: Float64Array): void {
    this.layout.locate(entry, this.place);
    if (!this.isFirst(entry)) this.frozen.compile(sides);
    this.rowGroup = this.place.group;
    this.rowLayer = this.place.layer;
    this.pass.gradient(x, this.place, gradient);
  }

  slopeOf(kink: number): number {
    const { layout, place } = this;
    if (kink >= layout.lossKinks) return 0;
    layout.locate(kink, place);
    if (place.group !== this.rowGroup || place.layer >= this.rowLayer) return 0;
    return layout.hinges.weights[place.hinge]! * this.pass.cotangent(place);
  }

  rowValue(x: Float64Array, sides: Float64Array, { entry }: HeldRow): number {
    if (!this.isFirst(entry)) this.frozen.compile(sides);
    return this.argument(x, entry);
  }

  values(x: Float64Array, sides: Float64Array, out: Float64Array): void {
    const { layout, pass } = this;
    // arguments of a first layer do not depend on sides
    if (layout.layers.length > 2 || layout.loss.kinks) this.frozen.compile(sides);
    for (let g = 0; g < layout.groups.count; g++) {
      pass.forward(x, g, layout.layers.length - 2);
      pass.writeArguments(g, x, out);
    }
    for (let i = layout.lossKinks; i < out.length; i++) out[i] = this.argument(x, i);
  }

  velocities(
    x: Float64Array,
    sides: Float64Array,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void {
    const { layout, pass, place } = this;
    for (let i = 0; i < which.count; i++) {
      if (!this.isFirst(which.list[i]!)) this.frozen.compile(sides);
      layout.locate(which.list[i]!, place);
      out[i] = pass.velocity(x, v, place);
    }
  }

  suspects(segment: Segment, pattern: Pattern, out: Entries): void {
    if (!this.finder.isOne) this.frozen.compile(pattern.sides);
    this.finder.find(segment, pattern, out);
  }

  gapsOn(
    segment: Segment,
    reach: number,
    m: number,
    pattern: Pattern,
    which: Entries,
    out: readonly Float64Array[],
  ): void {
    const { state } = this;
    let isDeep = false;
    for (let i = 0; i < which.count; i++) {
      const entry = which.list[i]!;
      if (isHeld(pattern, entry)) {
        for (let j = 0; j <= m; j++) out[j]![i] = Infinity;
      } else if (this.isFirst(entry))
        this.firstLayerGaps(segment, reach, m, pattern, entry, i, out);
      else isDeep = true;
    }
    if (!isDeep) return;
    this.frozen.compile(pattern.sides);
    for (let j = 0; j <= m; j++) {
      evaluateSegment(segment, (j / m) * reach, state);
      this.deepGaps(state, pattern, which, out[j]!);
    }
  }

  gapsAt(x: Float64Array, pattern: Pattern, which: Entries, out: Float64Array): void {
    let isDeep = false;
    for (let i = 0; i < which.count; i++) {
      const entry = which.list[i]!;
      if (isHeld(pattern, entry)) out[i] = Infinity;
      else if (this.isFirst(entry)) out[i] = this.argument(x, entry) * pattern.sides[entry]!;
      else isDeep = true;
    }
    if (!isDeep) return;
    this.frozen.compile(pattern.sides);
    this.deepGaps(x, pattern, which, out);
  }

  gapRates(
    x: Float64Array,
    pattern: Pattern,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void {
    this.velocities(x, pattern.sides, v, which, out);
    for (let i = 0; i < which.count; i++) {
      const entry = which.list[i]!;
      out[i] = isHeld(pattern, entry) ? Infinity : out[i]! * pattern.sides[entry]!;
    }
  }

  measure(x: Float64Array, start: Float64Array, sides: Float64Array): void {
    const { measured } = this;
    // what is exactly 0 after a step was rounded as what it was before
    for (let i = 0; i < x.length; i++) {
      measured[i] = Math.abs(x[i]!) + Math.abs(x[i]! - start[i]!);
    }
    if (this.layout.layers.length > 2 || this.layout.loss.kinks) this.frozen.compile(sides);
    this.largest = 0;
    for (let i = 0; i < x.length; i++) this.largest = Math.max(this.largest, Math.abs(x[i]!));
  }

  scaleOf(entry: number): number {
    const { layout, place, pass, measured, largest } = this;
    layout.locate(entry, place);
    const target = layout.zeroOf(entry, place);
    // products of rounding errors are nothing, too
    return pass.size(measured, place) + Math.abs(target) + 1e-14 * largest;
  }

  /** Whether a kink is one of the first layer, and thus affine whatever the sides. */
  private isFirst(entry: number): boolean {
    return entry < this.firstDeep;
  }

  /** The argument of a kink, under the sides that were compiled last. */
  private argument(x: Float64Array, entry: number): number {
    const { layout, place, pass } = this;
    layout.locate(entry, place);
    const { layer, group, neuron } = place;
    pass.forward(x, group, layer);
    return pass.affine(x, layer, neuron) - layout.zeroOf(entry, place);
  }

  /** Gaps of kinks of other layers than the first one. */
  private deepGaps(x: Float64Array, pattern: Pattern, which: Entries, out: Float64Array): void {
    const { layout, place, pass } = this;
    const first = this.firstDeep;
    let group = -1;
    let layer = -1;
    for (let i = 0; i < which.count; i++) {
      const entry = which.list[i]!;
      if (entry < first) continue;
      if (isHeld(pattern, entry)) {
        out[i] = Infinity;
        continue;
      }
      layout.locate(entry, place);
      if (place.group !== group || place.layer !== layer) {
        group = place.group;
        layer = place.layer;
        pass.forward(x, group, layer);
      }
      const target = layout.zeroOf(entry, place);
      out[i] = (pass.affine(x, layer, place.neuron) - target) * pattern.sides[entry]!;
    }
  }

  /** The gap of a kink of the first layer, which is a polynomial on the step. */
  private firstLayerGaps(
    { coefficients, degree }: Segment,
    reach: number,
    m: number,
    pattern: Pattern,
    entry: number,
    index: number,
    out: readonly Float64Array[],
  ): void {
    const { layout, place } = this;
    layout.locate(entry, place);
    const { inputs, weights, biases } = layout.layers[0]!;
    const x = layout.groups.inputs;
    const at = weights + place.neuron * inputs;
    const from = place.group * inputs;
    const side = pattern.sides[entry]!;
    for (let j = 0; j <= m; j++) out[j]![index] = 0;
    for (let q = degree; q >= 0; q--) {
      const c = coefficients[q]!;
      let sum = c[biases + place.neuron]!;
      for (let l = 0; l < inputs; l++) sum += c[at + l]! * x[from + l]!;
      if (q === 0) sum -= layout.zeroOf(entry, place);
      for (let j = 0; j <= m; j++) {
        const gaps = out[j]!;
        gaps[index] = gaps[index]! * ((j / m) * reach) + side * sum;
      }
    }
  }
}

function isHeld({ held }: Pattern, entry: number): boolean {
  return held[entry] === 1;
}
