import { losses, resolveLoss, type Kink, type Loss, type LossName } from '@nonsmooth/kernels';
import type { SampleGroups } from './sample-groups.js';

/** The mean loss of outputs, one row for each group of samples with equal inputs. */
export interface GroupedLoss {
  /** Returns the loss and writes its derivatives with respect to the outputs, groups × width. */
  evaluate(outputs: Float64Array, delta: Float64Array): number;
  /** The kinks of |N − y|, if it has them. */
  readonly kinks: LossKinks | undefined;
  /** Of the squared loss of one output. */
  readonly squares?: GroupedSquares;
}

/** A loss with the derivatives factor·(counts·N − targets), by group: how many samples, and the sums of their targets. */
export interface GroupedSquares {
  readonly counts: Float64Array;
  readonly targets: Float64Array;
  readonly factor: number;
}

/** Kinks of the loss: |N_output − y| of a group, of samples that have it in common. */
export interface LossKinks {
  readonly count: number;
  readonly group: Int32Array;
  readonly output: Int32Array;
  readonly target: Float64Array;
  /** The weight of |N − y| in the loss: how many samples have it, over all. */
  readonly weight: Float64Array;
  /** Its place among samples × outputs, of the first sample that has it. */
  readonly position: Int32Array;
}

/**
 * The loss of samples in groups; undefined for one that is not a mean over samples. `targets` are samples × width, or
 * classes.
 */
export function groupedLoss(
  loss: LossName | Loss,
  { of, count }: SampleGroups,
  targets: Float64Array,
  width: number,
): GroupedLoss | undefined {
  const { name, parameter } = resolveLoss(loss);
  const { relative, quadratic, kinks, row } = losses[name];
  if (relative) return undefined;
  const bends = kinks(parameter);
  if (bends.length > 0) {
    // what is not |N − y| has other multipliers at its kinks: its program is followed
    if (!(bends.length === 1 && isOfAbsoluteValue(bends[0]!))) return undefined;
    // its values and derivatives are those of its kinks
    const none = (_outputs: Float64Array, delta: Float64Array): number => {
      delta.fill(0);
      return 0;
    };
    return { evaluate: none, kinks: lossKinks(of, targets, width) };
  }
  if (quadratic) {
    const evaluate = squared(of, count, targets, width);
    const squares = width === 1 ? { squares: groupedSquares(of, count, targets) } : {};
    return { evaluate, kinks: undefined, ...squares };
  }
  const { entry } = row(parameter, 0);
  if (!entry) return crossEntropy(of, targets, width);
  const { value, derivative } = entry;
  const samples = of.length;
  return {
    kinks: undefined,
    evaluate(outputs, delta) {
      let sum = 0;
      delta.fill(0);
      for (let s = 0; s < samples; s++) {
        const g = of[s]!;
        for (let i = 0; i < width; i++) {
          const n = outputs[g * width + i]!;
          const y = targets[s * width + i]!;
          sum += value(n, y);
          delta[g * width + i] = delta[g * width + i]! + derivative(n, y) / samples;
        }
      }
      return sum / samples;
    },
  };
}

function isOfAbsoluteValue({ at, left, right }: Kink): boolean {
  return at === 0 && left === -1 && right === 1;
}

function groupedSquares(of: Int32Array, groups: number, targets: Float64Array): GroupedSquares {
  const counts = new Float64Array(groups);
  const sums = new Float64Array(groups);
  for (let s = 0; s < of.length; s++) {
    counts[of[s]!] = counts[of[s]!]! + 1;
    sums[of[s]!] = sums[of[s]!]! + targets[s]!;
  }
  return { counts, targets: sums, factor: 2 / of.length };
}

/** Mean of (N − y)², summed over the outputs. */
function squared(
  of: Int32Array,
  groups: number,
  targets: Float64Array,
  width: number,
): GroupedLoss['evaluate'] {
  const samples = of.length;
  const factor = 2 / samples;
  if (groups < samples) {
    return (outputs, delta) => {
      let sum = 0;
      delta.fill(0);
      for (let s = 0; s < samples; s++) {
        const to = of[s]! * width;
        for (let i = 0; i < width; i++) {
          const r = outputs[to + i]! - targets[s * width + i]!;
          sum += r * r;
          delta[to + i] = delta[to + i]! + factor * r;
        }
      }
      return sum / samples;
    };
  }
  return (outputs, delta) => {
    let sum = 0;
    for (let i = 0; i < targets.length; i++) {
      const r = outputs[i]! - targets[i]!;
      sum += r * r;
      delta[i] = factor * r;
    }
    return sum / samples;
  };
}

/** Mean of log Σ_j exp N_j − N_class. */
function crossEntropy(of: Int32Array, classes: Float64Array, width: number): GroupedLoss {
  const samples = of.length;
  const shares = new Float64Array(width);
  return {
    kinks: undefined,
    evaluate(outputs, delta) {
      let sum = 0;
      delta.fill(0);
      for (let s = 0; s < samples; s++) {
        const from = of[s]! * width;
        const chosen = classes[s]!;
        let largest = -Infinity;
        for (let i = 0; i < width; i++) largest = Math.max(largest, outputs[from + i]!);
        let others = 0;
        for (let i = 0; i < width; i++) {
          shares[i] = Math.exp(outputs[from + i]! - largest);
          if (i !== chosen) others += shares[i]!;
        }
        const own = shares[chosen]!;
        const total = own + others;
        for (let i = 0; i < width; i++) {
          const share = (i === chosen ? -others : shares[i]!) / total;
          delta[from + i] = delta[from + i]! + share / samples;
        }
        const small = Math.log1p(others / own);
        sum += own > 1e-6 ? small : Math.log(total) - (outputs[from + chosen]! - largest);
      }
      return sum / samples;
    },
  };
}

function lossKinks(of: Int32Array, targets: Float64Array, width: number): LossKinks {
  const known = new Map<string, number>();
  const found: {
    group: number;
    output: number;
    target: number;
    position: number;
    weight: number;
  }[] = [];
  targets.forEach((target, position) => {
    const group = of[Math.floor(position / width)]!;
    const output = position % width;
    const key = `${group},${output},${target}`;
    const at = known.get(key);
    if (at !== undefined) found[at]!.weight += 1 / of.length;
    else known.set(key, found.push({ group, output, target, position, weight: 1 / of.length }) - 1);
  });
  return {
    count: found.length,
    group: Int32Array.from(found, ({ group }) => group),
    output: Int32Array.from(found, ({ output }) => output),
    target: Float64Array.from(found, ({ target }) => target),
    weight: Float64Array.from(found, ({ weight }) => weight),
    position: Int32Array.from(found, ({ position }) => position),
  };
}
