import {
  ArgumentError,
  requireOneOf,
  type DescentOptions,
  type DescentRule,
  type DescentRuleName,
} from '@nonsmooth/core';

/** A rule of one name with every default filled in. */
export type Settings<Name extends DescentRuleName> = Required<Extract<DescentRule, { name: Name }>>;

type Allowed = 'positive' | 'nonnegative' | 'belowOne';

interface Field {
  readonly fallback?: number | boolean;
  readonly allowed?: Allowed;
}

const adam = {
  learningRate: { allowed: 'nonnegative' },
  beta1: { fallback: 0.9, allowed: 'belowOne' },
  beta2: { fallback: 0.999, allowed: 'belowOne' },
  epsilon: { fallback: 1e-8, allowed: 'nonnegative' },
  weightDecay: { fallback: 0, allowed: 'nonnegative' },
  amsgrad: { fallback: false },
} as const;

/** PyTorch's defaults, and what each setting may be. */
const fields: { readonly [Name in DescentRuleName]: Readonly<Record<string, Field>> } = {
  sgd: {
    learningRate: { allowed: 'nonnegative' },
    momentum: { fallback: 0, allowed: 'nonnegative' },
    dampening: { fallback: 0 },
    weightDecay: { fallback: 0, allowed: 'nonnegative' },
    nesterov: { fallback: false },
  },
  adam,
  adamW: { ...adam, weightDecay: { fallback: 0.01, allowed: 'nonnegative' } },
  rmsprop: {
    learningRate: { allowed: 'nonnegative' },
    smoothing: { fallback: 0.99, allowed: 'nonnegative' },
    epsilon: { fallback: 1e-8, allowed: 'nonnegative' },
    weightDecay: { fallback: 0, allowed: 'nonnegative' },
    momentum: { fallback: 0, allowed: 'nonnegative' },
    centered: { fallback: false },
  },
  adagrad: {
    learningRate: { allowed: 'nonnegative' },
    learningRateDecay: { fallback: 0, allowed: 'nonnegative' },
    epsilon: { fallback: 1e-10, allowed: 'nonnegative' },
    weightDecay: { fallback: 0, allowed: 'nonnegative' },
    initialAccumulator: { fallback: 0, allowed: 'nonnegative' },
  },
};

const ranges: { readonly [Name in Allowed]: { readonly text: string; test(x: number): boolean } } =
  {
    positive: { text: 'a finite number > 0', test: (x) => x > 0 && x < Infinity },
    nonnegative: { text: 'a finite number ≥ 0', test: (x) => x >= 0 && x < Infinity },
    belowOne: { text: 'a number in [0, 1)', test: (x) => x >= 0 && x < 1 },
  };

/** The rule with its defaults filled in. @throws ArgumentError for settings that PyTorch refuses too. */
export function settingsOf<Rule extends DescentRule>(rule: Rule): Settings<Rule['name']> {
  requireOneOf('rule.name', rule.name, Object.keys(fields));
  const given = rule as unknown as Readonly<Record<string, number | boolean | undefined>>;
  const settings: Record<string, unknown> = { name: rule.name };
  for (const [name, { fallback, allowed }] of Object.entries(fields[rule.name])) {
    const value = given[name] ?? fallback;
    if (typeof fallback === 'boolean') {
      if (typeof value !== 'boolean') throw new ArgumentError(`rule.${name}`, value, 'true, false');
    } else if (
      typeof value !== 'number' ||
      !(allowed ? ranges[allowed].test(value) : isFinite(value))
    ) {
      throw new ArgumentError(`rule.${name}`, value, allowed ? ranges[allowed].text : 'finite');
    }
    settings[name] = value;
  }
  if (
    settings['nesterov'] === true &&
    !(Number(given['momentum']) > 0 && settings['dampening'] === 0)
  ) {
    throw new ArgumentError('rule.nesterov', true, 'only with momentum > 0 and dampening 0');
  }
  return settings as unknown as Settings<Rule['name']>;
}

/** Throws ArgumentError unless the batch is of a positive whole size. */
export function checkDescentOptions(options: DescentOptions): void {
  settingsOf(options.rule);
  const size = options.batch?.size ?? 1;
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ArgumentError('batch.size', size, 'a positive integer');
  }
}

/** Throws ArgumentError unless `steps` is a whole number ≥ 0 and the learning rate finite. */
export function checkRun(steps: number, learningRate: number): void {
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new ArgumentError('steps', steps, 'an integer ≥ 0');
  }
  if (!Number.isFinite(learningRate)) {
    throw new ArgumentError('learningRate', learningRate, 'a finite number');
  }
}

/** baseⁿ by repeated squaring: the same on every engine, which `Math.pow` is not. */
export function integerPower(base: number, n: number): number {
  let power = 1;
  let square = base;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
