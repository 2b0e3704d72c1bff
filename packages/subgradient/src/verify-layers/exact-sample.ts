import {
  absoluteDyadic,
  addDyadics,
  doubleOfDyadic,
  dyadicOf,
  dyadicZero,
  multiplyDyadics,
  signOfDyadic,
  type Dyadic,
} from '../exact/dyadic.js';
import type { NetworkRisk } from './network-risk.js';
import { tiny, unit } from './rounding.js';

/** A number within `radius` of `value`; radius 0 for those that are known exactly. */
export interface Enclosure {
  readonly value: Dyadic;
  readonly radius: Dyadic;
}

const nothing: Enclosure = { value: dyadicZero, radius: dyadicZero };

/** Exact arithmetic would take too long. */
export class OutOfProducts extends Error {
  override readonly name = 'OutOfProducts';
}

/** What exact arithmetic may cost: products of whole numbers. */
export class Allowance {
  private left: number;

  constructor(products: number) {
    this.left = products;
  }

  take(): void {
    if (this.left-- <= 0) throw new OutOfProducts();
  }
}

/** One sample of the network without rounding: doubles, their sums and products are integers times powers of two. */
export class ExactSample {
  private readonly risk: NetworkRisk;
  private readonly parameter: (t: number) => Dyadic;
  private readonly sample: number;
  private readonly allowance: Allowance;
  private readonly z: (Dyadic | undefined)[][];
  private readonly slope: Dyadic;
  private readonly pulled = new Map<string, Enclosure[][]>();

  /** `parameter(t)` is the entry t of θ. */
  constructor(
    risk: NetworkRisk,
    parameter: (t: number) => Dyadic,
    sample: number,
    allowance: Allowance,
  ) {
    this.risk = risk;
    this.parameter = parameter;
    this.sample = sample;
    this.allowance = allowance;
    this.z = risk.layers.map(() => []);
    this.slope = dyadicOf(risk.slope);
  }

  /** z of unit i of layer k. */
  preactivation(k: number, i: number): Dyadic {
    const known = this.z[k]![i];
    if (known !== undefined) return known;
    const { weights, bias, fanIn } = this.risk.layers[k]!;
    let sum = this.parameter(bias + i);
    for (let j = 0; j < fanIn; j++) {
      const w = this.parameter(weights + i * fanIn + j);
      if (w.n !== 0n) sum = addDyadics(sum, this.times(w, this.activation(k - 1, j)));
    }
    return (this.z[k]![i] = sum);
  }

  /** Activation of unit j of layer k; an input for k = −1. */
  activation(k: number, j: number): Dyadic {
    const { inputs, layers } = this.risk;
    if (k < 0) return dyadicOf(inputs[this.sample * layers[0]!.fanIn + j]!);
    const z = this.preactivation(k, j);
    return z.n > 0n ? z : this.times(this.slope, z);
  }

  /** Derivatives of the loss, less a positive factor, by the activations of each hidden layer. */
  cotangents(atZero: number): Enclosure[][] {
    const last = this.risk.layers.length - 1;
    return this.once(`${atZero}`, () => this.pull(last, this.seed(), atZero));
  }

  /** Derivatives of z of unit i of layer k by the activations of each layer below. */
  influences(k: number, i: number, atZero: number): Enclosure[][] {
    const one = Array.from({ length: this.risk.layers[k]!.width }, (_, other) =>
      other === i ? { value: dyadicOf(1), radius: dyadicZero } : nothing,
    );
    return this.once(`${atZero} ${k} ${i}`, () => this.pull(k, one, atZero));
  }

  private once(key: string, compute: () => Enclosure[][]): Enclosure[][] {
    const known = this.pulled.get(key) ?? compute();
    this.pulled.set(key, known);
    return known;
  }

  /** From derivatives by z of layer `from` down to the first. */
  private pull(from: number, seed: readonly Enclosure[], atZero: number): Enclosure[][] {
    const found: Enclosure[][] = [];
    let above = seed;
    for (let k = from; k > 0; k--) {
      const { weights, fanIn, width } = this.risk.layers[k]!;
      const below = Array.from({ length: fanIn }, (_, j) => {
        let { value, radius } = nothing;
        for (let i = 0; i < width; i++) {
          const c = above[i]!;
          const w = this.parameter(weights + i * fanIn + j);
          if (w.n === 0n) continue;
          value = addDyadics(value, this.times(w, c.value));
          radius = addDyadics(radius, this.times(absoluteDyadic(w), c.radius));
        }
        return { value, radius };
      });
      found[k - 1] = below;
      above = below.map(({ value, radius }, j) => {
        const sign = signOfDyadic(this.preactivation(k - 1, j));
        if (sign > 0) return { value, radius };
        const factor = sign < 0 ? this.slope : dyadicOf(atZero);
        return { value: this.times(factor, value), radius: this.times(factor, radius) };
      });
    }
    return found;
  }

  /** N − y; or softmax N less the class, from differences of exact outputs that are rounded once. */
  private seed(): Enclosure[] {
    const { loss, targets, layers } = this.risk;
    const { width } = layers.at(-1)!;
    const outputs = Array.from({ length: width }, (_, i) =>
      this.preactivation(layers.length - 1, i),
    );
    if (loss === 'squared') {
      return outputs.map((value, i) => ({
        value: addDyadics(value, dyadicOf(-targets[this.sample * width + i]!)),
        radius: dyadicZero,
      }));
    }
    const own = targets[this.sample]!;
    const largest = outputs.reduce((a, b) =>
      signOfDyadic(addDyadics(b, { n: -a.n, e: a.e })) > 0 ? b : a,
    );
    const differences = outputs.map((value) =>
      doubleOfDyadic(addDyadics(value, { n: -largest.n, e: largest.e })),
    );
    const terms = differences.map((x) => Math.exp(x));
    const others = terms.reduce((sum, term, i) => (i === own ? sum : sum + term), 0);
    const total = others + terms[own]!;
    // an exponential of x rounded within 2 ulps has the relative error (2|x| + 4)u; then sums and one quotient
    const farthest = differences.reduce((most, x) => Math.max(most, -x), 0);
    const relative = (4 * Math.min(farthest, 800) + 2 * width + 16) * unit;
    return terms.map((term, i) => {
      const value = (i === own ? -others : term) / total;
      return {
        value: dyadicOf(value),
        radius: dyadicOf(Math.abs(value) * relative + (width + 1) * tiny),
      };
    });
  }

  private times(a: Dyadic, b: Dyadic): Dyadic {
    if (a.n !== 0n && b.n !== 0n) this.allowance.take();
    return multiplyDyadics(a, b);
  }
}
