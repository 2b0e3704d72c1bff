import { ArgumentError, type FloatArray } from '@nonsmooth/core';

/** What targets may be: any numbers, numbers in [0, 1], or one class index per sample. */
export type TargetKind = 'numbers' | 'probabilities' | 'classes';

interface TargetRules {
  /** Numbers per sample. */
  readonly width: (outputs: number) => number;
  /** Whether a number is allowed. NaN is: it makes the loss NaN, as a NaN anywhere in the data does. */
  readonly allows: (target: number, outputs: number) => boolean;
  /** The allowed numbers in words. */
  readonly text: (outputs: number) => string;
}

const rules: { readonly [Kind in TargetKind]: TargetRules } = {
  numbers: { width: (outputs) => outputs, allows: () => true, text: () => 'numbers' },
  probabilities: {
    width: (outputs) => outputs,
    allows: (target) => !(target < 0 || target > 1),
    text: () => 'numbers in [0, 1]',
  },
  classes: {
    width: () => 1,
    allows: (target, outputs) => !(target < 0 || target >= outputs || target % 1 > 0),
    text: (outputs) => `class indices 0 to ${outputs - 1}`,
  },
};

/** Numbers per sample in targets of this kind. */
export function targetWidth(kind: TargetKind, outputs: number): number {
  return rules[kind].width(outputs);
}

/** @throws ArgumentError at the first target that is not allowed. */
export function requireTargets(kind: TargetKind, targets: FloatArray, outputs: number): void {
  const { allows, text } = rules[kind];
  for (let i = 0; i < targets.length; i++) {
    if (!allows(targets[i]!, outputs)) {
      throw new ArgumentError(`targets[${i}]`, targets[i], text(outputs));
    }
  }
}
