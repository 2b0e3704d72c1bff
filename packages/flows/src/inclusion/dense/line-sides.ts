import { Entries } from '../kinked-function.js';
import { nearZero } from '../starting-sides.js';
import type { DenseLayout } from './dense-layout.js';

/**
 * Where the sides of hinges change along sorted inputs, for a network of one input and one hidden layer. A hinge that
 * has more than two sides apart from places where it is held is irregular: its neuron is 0 altogether.
 */
export class LineSides {
  isIrregular = false;
  /** Whether every neuron has one hinge, at 0, which is held nowhere. */
  isPlain = false;
  /** How often they have been compiled. */
  version = 0;
  /** Groups in the order of their inputs, the place of each in it, and the inputs. */
  readonly order: Int32Array;
  readonly rank: Int32Array;
  readonly inputs: Float64Array;
  readonly perNeuron: number;
  /** Slope of activations apart from hinges: that of an activation with one hinge at 0 is told with its hinge. */
  readonly slope: number;
  /** By hinge of a neuron: the slope at the least inputs if it is the same everywhere, else 0. */
  readonly constant: Float64Array;
  /**
   * Breaks in the order of their places, which are numbers of inputs before them: neuron and hinge, and the slope that
   * ends there and the one that begins. Where a hinge is held its neuron has no other value than 0.
   */
  breaks = 0;
  readonly places: Int32Array;
  readonly neurons: Int32Array;
  readonly hinge: Int32Array;
  readonly befores: Float64Array;
  readonly afters: Float64Array;
  /** Slope where a hinge is held, and by hinge of a neuron where that begins and ends. */
  readonly heldSlope: number;
  readonly ends: Int32Array;
  readonly begins: Int32Array;
  /** Arguments next to breaks, or at both ends: while these keep their signs, so do all. */
  readonly watched: Entries = new Entries();
  /** Of these: their inputs, and the hinges of neurons. */
  readonly watchedInputs: Float64Array;
  readonly watchedHinges: Int32Array;
  private readonly layout: DenseLayout;
  private readonly isOne: boolean;
  private readonly keys: Float64Array;
  /** By hinge of a neuron: the sides at the least and the greatest inputs, 0 where it is held there. */
  private readonly left: Float64Array;
  private readonly right: Float64Array;
  private readonly irregular: Uint8Array;
  /** By hinge of a neuron: 0 if its sides are those that were read, 1 if one of them has been changed, 2 for more. */
  private readonly stale: Uint8Array;
  /** Where the one was changed. */
  private readonly turned: Int32Array;
  private isStale = true;
  /** Hinges of neurons in the order of their breaks, and whether they have one. */
  readonly sorted: Int32Array;
  private readonly seen: Uint8Array;

  constructor(layout: DenseLayout) {
    this.layout = layout;
    const { groups, layers, hinges } = layout;
    this.order = Int32Array.from({ length: groups.count }, (_, g) => g);
    this.order.sort((a, b) => groups.inputs[a]! - groups.inputs[b]!);
    this.rank = new Int32Array(groups.count);
    this.order.forEach((g, k) => (this.rank[g] = k));
    this.inputs = Float64Array.from(this.order, (g) => groups.inputs[g]!);
    this.perNeuron = hinges.at.length;
    const isOne = hinges.at.length === 1 && hinges.at[0] === 0;
    this.isOne = isOne;
    this.slope = isOne ? 0 : hinges.slope;
    this.heldSlope = isOne ? hinges.slope : 0;
    const count = layers[0]!.width * this.perNeuron;
    this.constant = new Float64Array(count);
    this.left = new Float64Array(count);
    this.right = new Float64Array(count);
    this.ends = new Int32Array(count);
    this.begins = new Int32Array(count);
    this.irregular = new Uint8Array(count);
    this.stale = new Uint8Array(count).fill(2);
    this.turned = new Int32Array(count);
    this.sorted = Int32Array.from({ length: count }, (_, at) => at);
    this.seen = new Uint8Array(count);
    this.watchedInputs = new Float64Array(2 * count);
    this.watchedHinges = new Int32Array(2 * count);
    this.keys = new Float64Array(2 * count);
    this.places = new Int32Array(2 * count);
    this.neurons = new Int32Array(2 * count);
    this.hinge = new Int32Array(2 * count);
    this.befores = new Float64Array(2 * count);
    this.afters = new Float64Array(2 * count);
  }

  /** The side of this argument has been changed; −1: all have. */
  change(entry: number): void {
    const { layout, perNeuron, stale, turned, rank } = this;
    this.isStale = true;
    if (entry < 0) {
      stale.fill(2);
      this.forgetOrder();
    }
    if (entry < 0 || entry >= layout.lossKinks) return;
    const { width } = layout.layers[0]!;
    const perHinge = layout.groups.count * width;
    const at = (entry % width) * perNeuron + Math.floor(entry / perHinge);
    const k = rank[Math.floor((entry % perHinge) / width)]!;
    stale[at] = stale[at] === 0 || (stale[at] === 1 && turned[at] === k) ? 1 : 2;
    turned[at] = k;
  }

  private forgetOrder(): void {
    for (let i = 0; i < this.sorted.length; i++) this.sorted[i] = i;
  }

  /**
   * Takes and writes the sides of all hinges at a state, and lists arguments that may be 0 there within rounding: along
   * the inputs each of them rises or falls, rounded ones too, so that signs need few of them.
   */
  take(x: Float64Array, sides: Float64Array, near: Entries): void {
    const { left, right, ends, begins } = this;
    const count = this.order.length;
    this.isStale = true;
    this.forgetOrder();
    this.irregular.fill(0);
    this.stale.fill(0);
    let largest = 0;
    for (let at = 0; at < left.length; at++) {
      const ofLast = Math.abs(this.argument(x, at, count - 1));
      largest = Math.max(largest, Math.abs(this.argument(x, at, 0)), ofLast);
    }
    for (let at = 0; at < left.length; at++) {
      const side = Math.sign(this.argument(x, at, 0));
      left[at] = side;
      const end = side === 0 ? 0 : this.endOfSide(x, at, 0, side);
      ends[at] = end;
      const begin = end < count ? this.endOfSide(x, at, end, 0) : count;
      begins[at] = begin;
      right[at] = begin < count ? Math.sign(this.argument(x, at, begin)) : 0;
      this.listNear(x, at, nearZero * largest, near);
    }
    this.write(sides);
  }

  /** Writes the sides of all hinges: along the inputs those before, but for hinges that have another one from there on. */
  private write(sides: Float64Array): void {
    const { layout, order, left, right, ends, begins, keys } = this;
    const { width, kinks } = layout.layers[0]!;
    const count = order.length;
    const size = left.length;
    let changes = 0;
    for (let at = 0; at < size; at++) {
      sides[this.entry(at, 0)] = ends[at]! > 0 ? left[at]! : begins[at]! > 0 ? 0 : right[at]!;
      if (ends[at]! > 0 && ends[at]! < count) keys[changes++] = ends[at]! * size + at;
      const isLater = begins[at]! > ends[at]! && begins[at]! < count;
      if (isLater) keys[changes++] = begins[at]! * size + at;
    }
    keys.subarray(0, changes).sort();
    let next = 0;
    for (let k = 1; k < count; k++) {
      for (const first of kinks) {
        const before = first + order[k - 1]! * width;
        sides.copyWithin(first + order[k]! * width, before, before + width);
      }
      for (; next < changes && keys[next]! < (k + 1) * size; next++) {
        const at = keys[next]! - k * size;
        sides[this.entry(at, k)] = k < begins[at]! ? 0 : right[at]!;
      }
    }
  }

  /** The argument of a hinge of a neuron at the k-th input. */
  private argument(x: Float64Array, at: number, k: number): number {
    const { layout, perNeuron, inputs } = this;
    const { weights, biases } = layout.layers[0]!;
    const i = Math.floor(at / perNeuron);
    return x[biases + i]! + x[weights + i]! * inputs[k]! - layout.hinges.at[at % perNeuron]!;
  }

  /** The first input from `from` on at which an argument is not on this side any more, by bisection. */
  private endOfSide(x: Float64Array, at: number, from: number, side: number): number {
    let low = from - 1;
    let high = this.order.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (Math.sign(this.argument(x, at, middle)) === side) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Lists arguments of a hinge up to this size: from the place where they change their sign, and from both ends, on. */
  private listNear(x: Float64Array, at: number, most: number, near: Entries): void {
    const count = this.order.length;
    const isNear = (k: number): boolean => Math.abs(this.argument(x, at, k)) <= most;
    const begin = this.begins[at]!;
    let low = begin;
    while (low > 0 && isNear(low - 1)) low--;
    let high = begin;
    while (high < count && isNear(high)) high++;
    for (let k = low; k < high; k++) near.add(this.entry(at, k));
    for (let k = 0; k < low && isNear(k); k++) near.add(this.entry(at, k));
    for (let k = count - 1; k >= high && isNear(k); k--) near.add(this.entry(at, k));
  }

  compile(sides: Float64Array): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.version++;
    const { stale, irregular, perNeuron } = this;
    this.isIrregular = false;
    for (let at = 0; at < stale.length; at++) {
      if (stale[at] !== 0) {
        const isMoved = stale[at] === 1 && this.move(sides, at);
        if (!isMoved) this.read(sides, Math.floor(at / perNeuron), at % perNeuron);
      }
      stale[at] = 0;
      if (irregular[at] === 1) this.isIrregular = true;
    }
    if (!this.isIrregular) this.sortBreaks();
  }

  /** Moves the one break of a hinge over an input that has been turned; false if it is not as simple as that. */
  private move(sides: Float64Array, at: number): boolean {
    const { order, left, right, ends, begins, irregular } = this;
    const count = order.length;
    const end = ends[at]!;
    if (irregular[at] === 1 || begins[at] !== end || end === 0 || count < 2) return false;
    const k = this.turned[at]!;
    const side = sides[this.entry(at, k)]!;
    const before = left[at]!;
    if (side === 0) return false;
    let place: number;
    if (end === count) {
      if (side === before || (k > 0 && k < count - 1)) return false;
      left[at] = k === 0 ? side : before;
      right[at] = -left[at];
      place = k === 0 ? 1 : k;
    } else if (k === end && side === before) place = end + 1;
    else if (k === end - 1 && side === right[at]) place = k;
    else return false;
    if (place === 0) left[at] = side;
    if (place === 0 || place === count) {
      place = count;
      right[at] = 0;
    }
    ends[at] = place;
    begins[at] = place;
    return true;
  }

  /** Reads the sides of a hinge of a neuron along the inputs. */
  private read(sides: Float64Array, neuron: number, h: number): void {
    const { layout, order, left, right, ends, begins, irregular, perNeuron } = this;
    const { width, kinks } = layout.layers[0]!;
    const count = order.length;
    const first = kinks[h]! + neuron;
    const sideAt = (k: number): number => sides[first + order[k]! * width]!;
    const at = neuron * perNeuron + h;
    let k = 0;
    const side = sideAt(0);
    if (side !== 0) while (k < count && sideAt(k) === side) k++;
    left[at] = side;
    ends[at] = k;
    while (k < count && sideAt(k) === 0) k++;
    begins[at] = k;
    right[at] = k < count ? sideAt(k) : 0;
    while (k < count && sideAt(k) === right[at]) k++;
    const isFlat = side !== 0 && right[at] === side;
    irregular[at] = k < count || isFlat ? 1 : 0;
  }

  private sortBreaks(): void {
    const { left, right, ends, begins, perNeuron, keys, order, constant, heldSlope } = this;
    const { weights } = this.layout.hinges;
    const count = order.length;
    const size = 4 * left.length;
    let breaks = 0;
    let isHeld = false;
    this.watched.clear();
    for (let i = 0; i < left.length; i++) {
      const at = this.sorted[i]!;
      const end = ends[at]!;
      const begin = begins[at]!;
      if (begin !== end) isHeld = true;
      // the number of a break tells whether a left side ends there, a right one begins, or both
      if (end > 0 && end < count) {
        keys[breaks++] = end * size + 4 * at + (begin === end ? 3 : 1);
      }
      if (begin > end && begin < count) keys[breaks++] = begin * size + 4 * at + 2;
      const isBroken = (end > 0 && end < count) || (begin > end && begin < count);
      constant[at] = isBroken ? 0 : heldSlope + weights[at % perNeuron]! * left[at]!;
      this.watch(at, end, begin, count);
    }
    this.isPlain = this.isOne && !isHeld;
    insertionSort(keys, breaks);
    this.breaks = breaks;
    this.keepOrder(size);
    for (let e = 0; e < breaks; e++) {
      const key = keys[e]!;
      const place = Math.floor(key / size);
      const rest = key - place * size;
      const at = rest >> 2;
      this.places[e] = place;
      this.neurons[e] = Math.floor(at / perNeuron);
      this.hinge[e] = at % perNeuron;
      const weight = weights[at % perNeuron]!;
      this.befores[e] = rest & 1 ? heldSlope + weight * left[at]! : 0;
      this.afters[e] = rest & 2 ? heldSlope + weight * right[at]! : 0;
    }
  }

  /** Hinges in the order of their breaks, which change little from time to time. */
  private keepOrder(size: number): void {
    const { sorted, seen, keys, breaks } = this;
    seen.fill(0);
    let count = 0;
    for (let e = 0; e < breaks; e++) {
      const at = (keys[e]! % size) >> 2;
      if (seen[at] === 1) continue;
      seen[at] = 1;
      sorted[count++] = at;
    }
    for (let at = 0; at < seen.length; at++) if (seen[at] === 0) sorted[count++] = at;
  }

  private watch(at: number, end: number, begin: number, count: number): void {
    if (end === count) {
      this.watchAt(at, 0);
      if (count > 1) this.watchAt(at, count - 1);
      return;
    }
    if (end > 0) this.watchAt(at, end - 1);
    if (begin < count) this.watchAt(at, begin);
  }

  private watchAt(at: number, k: number): void {
    const { watched } = this;
    this.watchedInputs[watched.count] = this.inputs[k]!;
    this.watchedHinges[watched.count] = at;
    watched.add(this.entry(at, k));
  }

  private entry(at: number, k: number): number {
    const { layout, order, perNeuron } = this;
    const { width, kinks } = layout.layers[0]!;
    return kinks[at % perNeuron]! + order[k]! * width + Math.floor(at / perNeuron);
  }
}

/** Sorts the first numbers of a list that is almost sorted. */
function insertionSort(list: Float64Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const one = list[i]!;
    let j = i - 1;
    for (; j >= 0 && list[j]! > one; j--) list[j + 1] = list[j]!;
    list[j + 1] = one;
  }
}
