import {
  ArgumentError,
  requireCount,
  requireKey,
  requireKnownOptions,
  requireLength,
  requireObject,
  requireOneOf,
  type DescentOptions,
  type DescentRule,
  type DescentRuleName,
  type DescentState,
  type OptionNames,
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
  requireObject('rule', rule);
  requireOneOf('rule.name', rule.name, Object.keys(fields));
  requireKnownOptions('rule', rule, { name: true, ...fields[rule.name] });
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

const optionNames: OptionNames<DescentOptions> = { rule: true, batch: true };
const batchNames: OptionNames<NonNullable<DescentOptions['batch']>> = { size: true, key: true };

/** Throws ArgumentError unless the rule is one and the batch, if there is one, is of 1 to `samples` samples and has a key. */
export function checkDescentOptions(options: DescentOptions, samples: number): void {
  requireObject('options', options);
  requireKnownOptions('options', options, optionNames);
  settingsOf(options.rule);
  checkBatch(options.batch, samples);
}

/** Throws ArgumentError unless the batch, if there is one, is of 1 to `samples` samples and has a key. */
export function checkBatch(batch: DescentOptions['batch'], samples: number): void {
  if (batch === undefined) return;
  requireKnownOptions('batch', batch, batchNames);
  requireCount('batch.size', batch.size);
  if (batch.size > samples) {
    throw new ArgumentError('batch.size', batch.size, `at most ${samples}, the number of samples`);
  }
  requireKey('batch.key', batch.key);
}

/** Throws ArgumentError or ShapeError unless this is the state of a loop with so many parameters and moments. */
export function checkState(state: DescentState, dimension: number, moments: number): void {
  requireObject('state', state);
  requireKnownOptions('state', state, ['steps', 'theta', 'moments']);
  if (!Number.isSafeInteger(state.steps) || state.steps < 0) {
    throw new ArgumentError('state.steps', state.steps, 'an integer ≥ 0');
  }
  requireLength('state.theta', state.theta, dimension);
  if (!Array.isArray(state.moments) || state.moments.length !== moments) {
    throw new ArgumentError('state.moments', state.moments, `a list of ${moments} arrays`);
  }
  state.moments.forEach((moment, k) => requireLength(`state.moments[${k}]`, moment, dimension));
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
