import { evaluate, type Program } from '@nonsmooth/autodiff';

/** The arguments of every relu and leakyRelu node at a point, in evaluation order. */
export interface ReluArguments {
  readonly node: number;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Evaluates the program with exact ReLU and returns what its relus are applied to. */
export function reluArguments(program: Program, theta: Float64Array): readonly ReluArguments[] {
  const relus = program.nodes.flatMap((node, index) =>
    node.op === 'relu' || node.op === 'leakyRelu'
      ? [{ node: index, argument: node.inputs[0]! }]
      : [],
  );
  const outputs = relus.map(({ argument }) => argument);
  const values = evaluate({ ...program, outputs }, [theta]);
  return relus.map(({ node, argument }, i) => ({
    node,
    shape: program.nodes[argument]!.shape,
    values: values[i]!.data,
  }));
}

export interface SwitchingExtremes {
  /** Smallest positive value, ∞ if there is none. */
  readonly smallestPositive: number;
  /** Smallest |value| among the negative ones, ∞ if there is none. */
  readonly smallestNegative: number;
  /** How many are exactly 0. */
  readonly zeros: number;
}

export function switchingExtremes(relus: readonly ReluArguments[]): SwitchingExtremes {
  let smallestPositive = Infinity;
  let smallestNegative = Infinity;
  let zeros = 0;
  for (const { values } of relus) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value > 0) smallestPositive = Math.min(smallestPositive, value);
      else if (value < 0) smallestNegative = Math.min(smallestNegative, -value);
      else zeros++;
    }
  }
  return { smallestPositive, smallestNegative, zeros };
}
