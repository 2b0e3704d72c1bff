/** A traced value was used where a number is needed: in a comparison, an index, a branch. */
export class TracedValueError extends Error {
  override readonly name = 'TracedValueError';
  readonly node: string;

  constructor(node: string, use: string) {
    super(
      use.includes(':')
        ? `${node} is traced and no array of JavaScript: ${use}`
        : `${use} needs a number, but ${node} is traced: it has no value yet. ` +
            'Express the choice by where, maximum, minimum or relu, or compute it before tracing.',
    );
    this.node = node;
  }
}

/** A comparison was traced and nothing used it: most likely JavaScript branched on it. */
export class UnusedComparisonError extends Error {
  override readonly name = 'UnusedComparisonError';
  readonly node: string;

  constructor(node: string) {
    super(
      `nothing uses the comparison ${node}: if, ?:, &&, || and ! take every traced value for true. ` +
        'Express the choice by where, maximum, minimum or relu.',
    );
    this.node = node;
  }
}

/** A traced value was used outside the trace it belongs to. */
export class ForeignTracerError extends Error {
  override readonly name = 'ForeignTracerError';

  constructor() {
    super('a traced value was used outside the trace it belongs to; pass it as an input instead');
  }
}

/** A derivative was asked for where the function is not Lipschitz, like that of sqrt at 0. */
export class NotLipschitzError extends Error {
  override readonly name = 'NotLipschitzError';
  readonly op: string;
  readonly index: number;

  constructor(op: string, index: number) {
    super(
      `${op} is not Lipschitz at entry ${index} of its argument, so it has no derivative there`,
    );
    this.op = op;
    this.index = index;
  }
}

/** A derivative that was not provided, like the third of a function that came with two. */
export class MissingDerivativeError extends Error {
  override readonly name = 'MissingDerivativeError';
  readonly fn: string;
  readonly order: number;

  constructor(fn: string, order: number) {
    super(`${fn} came without its derivative of order ${order}`);
    this.fn = fn;
    this.order = order;
  }
}

/** The first step of a run whose value was infinite or no number. */
export interface NonFiniteStep {
  /** Index of the node in the program, and its op. */
  readonly node: number;
  readonly op: string;
  /** The node as `print` shows it. */
  readonly step: string;
  /** Row-major position of the first such entry, and the entry. */
  readonly entry: number;
  readonly value: number;
  /** What the step read. */
  readonly inputs: readonly { readonly step: string; readonly values: Float64Array }[];
}

/** A step of a program that is run with `debugNonFinite` gave an infinite value or no number. */
export class NonFiniteStepError extends Error {
  override readonly name = 'NonFiniteStepError';
  readonly at: NonFiniteStep;

  constructor(at: NonFiniteStep) {
    const inputs = at.inputs.map(({ step, values }) => `\n  ${step} = ${list(values)}`).join('');
    super(
      `entry ${at.entry} of ${at.step} is ${at.value}: the first value that is not finite` +
        (inputs === '' ? '' : `; its inputs are${inputs}`),
    );
    this.at = at;
  }
}

const shown = 6;

function list(values: Float64Array): string {
  const head = Array.from(values.subarray(0, shown)).join(', ');
  return values.length > shown ? `[${head}, … ${values.length} entries]` : `[${head}]`;
}
