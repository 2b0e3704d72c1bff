import { activations, type Activation } from '@nonsmooth/kernels';
import {
  exp,
  expm1,
  logistic,
  normalDensity,
  normalDistribution,
  softplus,
  tanh,
} from './elementary-enclosures.js';
import {
  add,
  div,
  down,
  hull,
  interval,
  magnitude,
  midpoint,
  mul,
  neg,
  one,
  point,
  square,
  sub,
  up,
  zero,
  type Interval,
} from './interval.js';

/** Enclosures of σ, σ′, σ″, σ‴ on an interval. */
export type Jet = readonly [Interval, Interval, Interval, Interval];

const two = point(2);
const everything: Interval = interval(-Infinity, Infinity);

const linear = (slope: number): ((z: Interval) => Jet) => {
  return (z) => [mul(point(slope), z), point(slope), zero, zero];
};

/** From s = σ(z) of the logistic function: s′, s″ and s‴. */
function logisticJet(z: Interval): Jet {
  const s = logistic(z);
  const other = logistic(neg(z));
  const slope = mul(s, other);
  const lean = sub(other, s);
  const bend = mul(slope, lean);
  const third = mul(slope, sub(one, mul(point(6), slope)));
  return [s, slope, bend, third];
}

/** u = tanh w of w with these derivatives. */
function tanhOf(w: Jet, value: Interval): Jet {
  const complement = sub(one, square(value));
  const [, w1, w2, w3] = w;
  // f′ = 1 − u², f″ = −2uf′, f‴ = (6u² − 2)f′
  const second = mul(mul(point(-2), value), complement);
  const third = mul(sub(mul(point(6), square(value)), two), complement);
  return [
    value,
    mul(complement, w1),
    add(mul(second, square(w1)), mul(complement, w2)),
    add(
      add(mul(third, mul(w1, square(w1))), mul(mul(point(3), second), mul(w1, w2))),
      mul(complement, w3),
    ),
  ];
}

/** z·u(z). */
function timesArgument(z: Interval, [u, u1, u2, u3]: Jet): Jet {
  return [
    mul(z, u),
    add(u, mul(z, u1)),
    add(mul(two, u1), mul(z, u2)),
    add(mul(point(3), u2), mul(z, u3)),
  ];
}

function softplusJet(z: Interval): Jet {
  const [s, s1, s2] = logisticJet(z);
  return [softplus(z), s, s1, s2];
}

/** Smooth activations; those of linear pieces and with a bend at 0 are put together from their sides below. */
const smooth: { readonly [name: string]: (z: Interval) => Jet } = {
  identity: linear(1),
  tanh: (z) => tanhOf([z, one, zero, zero], tanh(z)),
  logistic: logisticJet,
  softplus: softplusJet,
  gelu(z) {
    const density = normalDensity(z);
    const squared = square(z);
    return [
      mul(z, normalDistribution(z)),
      add(normalDistribution(z), mul(z, density)),
      mul(density, sub(two, squared)),
      mul(density, mul(z, sub(squared, point(4)))),
    ];
  },
  swish: (z) => timesArgument(z, logisticJet(z)),
  mish(z) {
    const inner = softplusJet(z);
    return timesArgument(z, tanhOf(inner, tanh(inner[0])));
  },
};

/** The left and the right side of activations that are smooth on either. */
const sides: {
  readonly [name: string]: (
    parameter: number | undefined,
  ) => readonly [(z: Interval) => Jet, (z: Interval) => Jet];
} = {
  relu: () => [linear(0), linear(1)],
  leakyRelu: (slope = 0.01) => [linear(slope), linear(1)],
  elu: () => [(z) => [expm1(z), exp(z), exp(z), exp(z)], linear(1)],
  softsign: () => [
    (z) => softsignJet(neg(z)).map((value, k) => (k % 2 === 0 ? neg(value) : value)) as never,
    softsignJet,
  ],
};

/** x/(1 + x) for x ≥ 0. */
function softsignJet(x: Interval): Jet {
  const r = div(one, add(one, x));
  const r2 = square(r);
  return [sub(one, r), r2, mul(point(-2), mul(r, r2)), mul(point(6), square(r2))];
}

/** Whether σ is understood here: no kinks but those of its linear pieces at 0. */
export function isEnclosed({ name, parameter }: Activation): boolean {
  return name === 'elu' ? (parameter ?? 1) === 1 : name in smooth || name in sides;
}

/** Whether σ consists of linear pieces, on either side of 0. */
export function hasPattern({ name }: Activation): boolean {
  return name in sides && activations[name].homogeneous;
}

/**
 * σ and its derivatives on z. Across 0: everything for what has a kink there; for σ of class C¹ with a bend there both
 * sides' second derivatives, and everything for the third.
 */
export function jetOn(activation: Activation, z: Interval): Jet {
  const { name, parameter } = activation;
  const whole = smooth[name];
  if (whole) return whole(z);
  const [left, right] = sides[name]!(parameter);
  if (z.lo > 0) return right(z);
  if (z.hi < 0) return left(z);
  const [l, r] = [left(interval(z.lo, 0)), right(interval(0, z.hi))];
  const value = hull(l[0], r[0]);
  return hasPattern(activation)
    ? [value, everything, everything, everything]
    : [value, hull(l[1], r[1]), hull(l[2], r[2]), everything];
}

/** Intervals wider than this are looked at in parts. */
const widest = 1 / 32;
const mostParts = 400;

/**
 * Upper bounds of |σ′|, |σ″| and |σ‴| on z: on each part that of its middle plus half the width times that of the next
 * derivative, or the enclosure, whichever is less.
 */
export function suprema(activation: Activation, z: Interval): readonly [number, number, number] {
  if (!(z.hi - z.lo < Infinity)) return [Infinity, Infinity, Infinity];
  const parts = Math.min(mostParts, Math.max(1, Math.ceil((z.hi - z.lo) / widest)));
  const step = (z.hi - z.lo) / parts;
  let [s1, s2, s3] = [0, 0, 0];
  for (let i = 0; i < parts; i++) {
    const lo = i === 0 ? z.lo : z.lo + i * step;
    const hi = i === parts - 1 ? z.hi : z.lo + (i + 1) * step;
    // both ends are the same floats where parts meet
    const part = interval(Math.min(lo, hi), Math.max(lo, hi));
    const here = jetOn(activation, part);
    const { at, radius } = midpoint(part);
    const middle = jetOn(activation, point(at));
    const bound = (k: 1 | 2, next: number): number =>
      Math.min(magnitude(here[k]), up(magnitude(middle[k]) + up(radius * next)));
    const third = magnitude(here[3]);
    const second = third < Infinity ? bound(2, third) : magnitude(here[2]);
    s3 = Math.max(s3, third);
    s2 = Math.max(s2, second);
    s1 = Math.max(s1, second < Infinity ? bound(1, second) : magnitude(here[1]));
  }
  return [s1, s2, s3];
}

/** z ± radius, outwards. */
export function widened({ lo, hi }: Interval, radius: number): Interval {
  return interval(down(lo - radius), up(hi + radius));
}
