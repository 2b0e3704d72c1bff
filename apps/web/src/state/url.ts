import { limits } from './limits.js';
import { initialState, type State } from './state.js';

/** Text in the address for a value of the state, and back; undefined for text that means nothing. */
interface Codec<T> {
  readonly print: (value: T) => string;
  readonly parse: (text: string) => T | undefined;
}

const word = <T extends string>(...allowed: readonly T[]): Codec<T> => ({
  print: (value) => value,
  parse: (text) => allowed.find((one) => one === text),
});

const number = (isAllowed: (value: number) => boolean): Codec<number> => ({
  print: String,
  parse: (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    return Number.isFinite(value) && isAllowed(value) ? value : undefined;
  },
});

const flag: Codec<boolean> = {
  print: (value) => (value ? '1' : '0'),
  parse: (text) => (text === '1' ? true : text === '0' ? false : undefined),
};

function list<T>(item: Codec<T>, separator: string): Codec<readonly T[]> {
  return {
    print: (values) => values.map(item.print).join(separator),
    parse: (text) => {
      if (text === '') return [];
      const values = text.split(separator).map(item.parse);
      return values.includes(undefined) ? undefined : (values as T[]);
    },
  };
}

const any: Codec<string> = { print: (value) => value, parse: (text) => text };
const finite = number(() => true);
const positive = number((value) => value > 0);
const nonNegative = number((value) => value >= 0);
const upTo = (most: number): Codec<number> =>
  number((value) => Number.isSafeInteger(value) && value > 0 && value <= most);
const index = number((value) => Number.isSafeInteger(value) && value >= 0);
const formula: Codec<string> = {
  print: (value) => value,
  parse: (text) => (text.length <= limits.expression ? text : undefined),
};

/** One short name per value of the state: a missing one does not compile. */
const codecs: { readonly [Name in keyof State]: readonly [string, Codec<State[Name]>] } = {
  preset: ['p', any],
  widths: ['net', list(upTo(limits.width), '-')],
  activation: [
    'act',
    word(
      'identity',
      'relu',
      'leakyRelu',
      'tanh',
      'logistic',
      'softplus',
      'gelu',
      'swish',
      'mish',
      'elu',
      'softsign',
      'hardTanh',
    ),
  ],
  loss: ['loss', word('squared', 'absoluteError', 'huber')],
  data: [
    'data',
    word(
      'line',
      'sine',
      'square',
      'absolute',
      'step',
      'constant',
      'polynomial',
      'xor',
      'moons',
      'bump',
      'points',
    ),
  ],
  count: ['n', upTo(limits.samples)],
  level: ['level', finite],
  inputs: ['x', list(list(finite, '_'), '~')],
  targets: ['y', list(finite, '~')],
  start: ['start', word('heNormal', 'xavierUniform', 'normal', 'values')],
  seed: ['seed', index],
  deviation: ['sd', positive],
  biases: ['b', nonNegative],
  theta: ['theta', list(finite, '~')],
  dynamics: ['dyn', word('flow', 'normalized', 'gd', 'sgd', 'adam')],
  choice: ['choice', word('minimalNorm', 'steepestDescent')],
  until: ['until', number((value) => value > 0 && value <= limits.until)],
  rtol: ['rtol', number((value) => value >= 1e-12 && value <= 0.1)],
  learningRate: ['lr', positive],
  steps: ['steps', upTo(limits.steps)],
  batch: ['batch', upTo(limits.samples)],
  beside: ['beside', flag],
  overlays: [
    'more',
    number((value) => Number.isInteger(value) && value >= 0 && value <= limits.overlays),
  ],
  time: ['t', nonNegative],
  neuron: ['neuron', index],
  logTime: ['logt', flag],
  logValue: ['logy', flag],
  charts: ['charts', list(word('loss', 'norm', 'speed', 'lyapunov', 'invariants', 'energy'), '-')],
  tab: ['tab', word('gradients', 'verdict', 'programs', 'export')],
  expression: ['f', formula],
  point: ['at', list(finite, '~')],
  direction: ['dir', list(finite, '~')],
};

const names = Object.keys(codecs) as (keyof State)[];

/** The state as the part of an address after #, without what is as it begins. */
export function printState(state: State): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const [key, { print }] = codecs[name] as readonly [string, Codec<unknown>];
    const text = print(state[name]);
    if (text !== print(initialState[name])) query.set(key, text);
  }
  return query.toString();
}

/** The state that an address names; what it does not name, or names wrongly, is as it begins. */
export function parseState(text: string): State {
  const query = new URLSearchParams(text.replace(/^#/, ''));
  const given: Record<string, unknown> = {};
  for (const name of names) {
    const [key, { parse }] = codecs[name] as readonly [string, Codec<unknown>];
    const found = query.get(key);
    const value = found === null ? undefined : parse(found);
    if (value !== undefined) given[name] = value;
  }
  return consistent({ ...initialState, ...given });
}

/** Widths that the page can draw, and points that fit them. */
export function consistent(state: State): State {
  const [first = 1] = state.widths;
  const inner = state.widths.slice(1, -1).slice(0, limits.layers);
  const hidden = inner.length > 0 ? inner : [1];
  const width = state.data === 'xor' || state.data === 'moons' || state.data === 'bump' ? 2 : first;
  const isRule = state.data !== 'points';
  const inputWidth = isRule && width !== first ? width : Math.min(2, first);
  const oneOnly = ['line', 'sine', 'square', 'absolute', 'step', 'polynomial'];
  const widths = [oneOnly.includes(state.data) ? 1 : inputWidth, ...hidden, 1];
  const fits =
    isRule ||
    (state.inputs.length > 0 &&
      state.inputs.length <= limits.samples &&
      state.inputs.length === state.targets.length &&
      state.inputs.every((row) => row.length === widths[0]));
  const data = fits ? state.data : widths[0] === 1 ? 'sine' : 'xor';
  const neuron = Math.min(state.neuron, widths[1]! - 1);
  return { ...state, widths, data, neuron };
}
