import type { FrozenFunction, FrozenKink } from '@nonsmooth/autodiff';

/** What a kink of the given function is in the merged one. */
interface Place {
  /** Index of the kink that stands for it; −1 if its argument is constant. */
  readonly merged: number;
  /** Its argument over that of the kink that stands for it; the side of a constant one. */
  readonly factor: number;
}

/** A function with kinks of which those that are multiples of each other are one. */
export interface MergedFunction extends FrozenFunction {
  /** For each kink the one of the given function that it was, the first of those merged. */
  readonly origin: readonly number[];
}

/**
 * The same function with |u| and |c·u| as one kink, and without kinks whose arguments are constant: samples with equal
 * inputs, common expressions. Whether two arguments are multiples of each other is found out at random points around x₀
 * and for random sides of the kinks below, which are equal where those are known to be one: identities hold there to
 * rounding, other equations with probability 0 (Schwartz 1980).
 */
export function mergedFunction(given: FrozenFunction, x0: Float64Array): MergedFunction {
  const places = findPlaces(given, x0);
  const origin: number[] = [];
  places.forEach(({ merged }, index) => {
    if (merged >= 0 && origin[merged] === undefined) origin[merged] = index;
  });
  const kinks: FrozenKink[] = [];
  let size = 0;
  for (const index of origin) {
    const kink = given.kinks[index]!;
    kinks.push({ ...kink, offset: size });
    size += kink.size;
  }
  if (kinks.length === given.kinks.length) return { ...given, origin };
  const innerSides = new Float64Array(given.size);
  const innerMultipliers = new Float64Array(given.size);
  const innerValues = new Float64Array(given.size);
  const innerBounds = new Float64Array(given.kinks.length);
  const straight = new Uint8Array(kinks.length);
  const place = (sides: Float64Array, multipliers: Float64Array | undefined): void => {
    places.forEach(({ merged, factor }, index) => {
      const { offset, size: length } = given.kinks[index]!;
      if (merged < 0) innerSides[offset] = factor;
      else {
        const from = kinks[merged]!.offset;
        for (let i = 0; i < length; i++) {
          innerSides[offset + i] =
            length === 1 ? Math.sign(factor) * sides[from]! : sides[from + i]!;
        }
      }
    });
    origin.forEach((index, k) => (given.straight[index] = straight[k]!));
    if (!multipliers) return;
    innerMultipliers.fill(0);
    origin.forEach((index, k) => {
      const { offset, size: length } = given.kinks[index]!;
      for (let i = 0; i < length; i++) {
        innerMultipliers[offset + i] = multipliers[kinks[k]!.offset + i]!;
      }
    });
  };
  const takeValues = (out: Float64Array): void => {
    origin.forEach((index, k) => {
      const { offset, size: length } = given.kinks[index]!;
      for (let i = 0; i < length; i++) out[kinks[k]!.offset + i] = innerValues[offset + i]!;
    });
  };
  const takeBounds = (out: Float64Array): void => {
    out.fill(0);
    places.forEach(({ merged, factor }, index) => {
      if (merged >= 0) out[merged] = out[merged]! + Math.abs(factor) * innerBounds[index]!;
    });
  };
  return {
    dimension: given.dimension,
    kinks,
    size,
    straight,
    origin,
    sweep(x, sides, multipliers, gradient, values, bounds) {
      place(sides, multipliers);
      const value = given.sweep(
        x,
        innerSides,
        multipliers && innerMultipliers,
        gradient,
        innerValues,
        innerBounds,
      );
      takeValues(values);
      takeBounds(bounds);
      return value;
    },
    row(x, sides, multipliers, gradient, bounds) {
      place(sides, multipliers);
      given.row(x, innerSides, innerMultipliers, gradient, innerBounds);
      takeBounds(bounds);
    },
    values(x, sides, out) {
      place(sides, undefined);
      given.values(x, innerSides, innerValues);
      takeValues(out);
    },
    velocities(x, sides, v, out) {
      place(sides, undefined);
      given.velocities(x, innerSides, v, innerValues);
      takeValues(out);
    },
    hessianVector(x, sides, multipliers, v, out) {
      place(sides, multipliers);
      given.hessianVector(x, innerSides, multipliers && innerMultipliers, v, out);
    },
  };
}

const probes = 5;
/** Quotients of values that agree to this are those of multiples. */
const agreement = 1e-9;

function findPlaces(given: FrozenFunction, x0: Float64Array): readonly Place[] {
  const { kinks, size, dimension } = given;
  let places: Place[] = kinks.map((_, index) => ({ merged: index, factor: 1 }));
  // far from x₀ against one unit, and next to it, where constants count in units of any size
  const points = Array.from({ length: probes }, (_, p) =>
    Float64Array.from(
      { length: dimension },
      (_unused, i) =>
        x0[i]! * (1 + 0.1 * random(2 * p, i)) + (p === probes - 1 ? 0 : 0.1 * random(2 * p + 1, i)),
    ),
  );
  const sides = new Float64Array(size);
  const values = points.map(() => new Float64Array(size));
  // every round finds out about the kinks of one more level
  for (let round = 0; round <= kinks.length; round++) {
    points.forEach((x, p) => {
      // others at each point: |u| is a multiple of u for every single side
      places.forEach(({ merged, factor }, index) => {
        const { offset, size: length } = kinks[index]!;
        for (let i = 0; i < length; i++) {
          // any number will do: 0 and 1 alone would make equal what the kinks below shut off
          const own = random(97 + p, kinks[Math.max(merged, 0)]!.offset + i);
          sides[offset + i] = merged < 0 ? factor : own * Math.sign(factor);
        }
      });
      given.values(x, sides, values[p]!);
    });
    const found = group(kinks, values);
    const isSame = found.every(({ merged }, index) => merged === places[index]!.merged);
    places = found;
    if (isSame) break;
  }
  // consecutive numbers for those that stand for others
  const numbers = new Map<number, number>();
  places.forEach(({ merged }, index) => {
    if (merged === index) numbers.set(index, numbers.size);
  });
  return places.map(({ merged, factor }) => ({
    merged: merged < 0 ? -1 : numbers.get(merged)!,
    factor,
  }));
}

/** Groups of arguments that are multiples of each other at all probes: each with the first of its group. */
function group(kinks: readonly FrozenKink[], values: readonly Float64Array[]): Place[] {
  const places: Place[] = kinks.map((_, index) => ({ merged: index, factor: 1 }));
  const known: { readonly index: number; readonly quotient: number }[] = [];
  kinks.forEach(({ kind, offset }, index) => {
    if (kind !== 'abs') return;
    const first = values[0]![offset]!;
    if (values.every((u) => u[offset] === first)) {
      places[index] = { merged: -1, factor: Math.sign(first) };
    } else if (first !== 0 && values.every((u) => Number.isFinite(u[offset]))) {
      known.push({ index, quotient: values[1]![offset]! / first });
    }
  });
  known.sort((a, b) => a.quotient - b.quotient || a.index - b.index);
  const isMultiple = (a: number, b: number): boolean =>
    values.every((u) => {
      const left = u[a]! * values[0]![b]!;
      const right = u[b]! * values[0]![a]!;
      return Math.abs(left - right) <= agreement * (Math.abs(left) + Math.abs(right));
    });
  for (let i = 0; i < known.length; i++) {
    const { index, quotient } = known[i]!;
    const at = kinks[index]!.offset;
    for (let j = i - 1; j >= 0; j--) {
      const other = known[j]!;
      if (quotient - other.quotient > agreement * (Math.abs(quotient) + Math.abs(other.quotient)))
        break;
      const there = kinks[other.index]!.offset;
      if (!isMultiple(at, there)) continue;
      join(places, index, other.index, values[0]![at]! / values[0]![there]!);
      break;
    }
  }
  return places;
}

/** Puts `index`, c times `other`, into the group of `other`, of which the first one stands for all. */
function join(places: Place[], index: number, other: number, c: number): void {
  const { merged: head, factor } = places[other]!;
  const quotient = c * factor;
  if (head < index) {
    places[index] = { merged: head, factor: quotient };
    return;
  }
  // the new one stands before the group's first
  places.forEach((place, at) => {
    if (place.merged === head) places[at] = { merged: index, factor: place.factor / quotient };
  });
  places[index] = { merged: index, factor: 1 };
}

/** Numbers in (−1, 1) that nothing in a problem agrees with. */
function random(stream: number, i: number): number {
  let h = (Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}
