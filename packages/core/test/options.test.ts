import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArgumentError, requireKnownOptions, requireOneOf, suggestion } from '../src/index.js';

const solver = ['rtol', 'atol', 'maxStep', 'fixedStep', 'saveAt', 'method', 'firstStep'];
const adam = ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'amsgrad'];

test.each([
  ['rtoll', solver, ['rtol']],
  ['reltol', solver, ['rtol']],
  ['maxstep', solver, ['maxStep']],
  ['max_step', solver, ['maxStep']],
  ['save_at', solver, ['saveAt']],
  ['mehtod', solver, ['method']],
  ['dt', solver, ['fixedStep', 'firstStep']],
  ['eps', adam, ['epsilon']],
  ['betas', adam, ['beta1', 'beta2']],
  ['lr', adam, ['learningRate']],
  ['learning_rate', adam, ['learningRate']],
  ['weightdecay', adam, ['weightDecay']],
  ['momentum', adam, []],
  ['Relu', ['relu', 'abs', 'tie'], ['relu']],
  ['float64', ['f64', 'f32'], ['f64']],
  ['batchNorm', ['activation', 'batchNormalization'], ['batchNormalization']],
])('for %s of %j the suggestion is %j', (name, allowed, expected) => {
  expect(suggestion(name, allowed)).toEqual(expected);
});

test('one letter left out, doubled or exchanged with its neighbour is found again', () => {
  const names = [...solver, ...adam];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom(0, 1, 2), (name, n, kind) => {
      const i = n % (name.length - 1);
      const cut = [name.slice(0, i), name[i]!, name[i + 1]!, name.slice(i + 2)] as const;
      const [head, a, b, tail] = cut;
      const typed = [head + b + tail, head + a + a + b + tail, head + b + a + tail][kind]!;
      fc.pre(!names.includes(typed));
      expect(suggestion(typed, names)).toContain(name);
    }),
  );
});

test('unknown options are refused, named, and compared with the known ones', () => {
  expect(() => requireKnownOptions('options', { rtol: 1, rtoll: 2 }, solver)).toThrow(
    'options.rtoll = 2; allowed: options rtol, atol, maxStep, fixedStep, saveAt, method, firstStep (did you mean rtol?)',
  );
  expect(() => requireKnownOptions('rule', { eps: 1 }, { epsilon: true })).toThrow(
    expect.objectContaining({ argument: 'rule.eps', value: 1 }),
  );
  for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
    expect(() => requireKnownOptions('options', { [name]: 1 }, { rtol: true })).toThrow(
      ArgumentError,
    );
  }
});

test('absent options are right, and what is no object is not', () => {
  requireKnownOptions('options', undefined, solver);
  requireKnownOptions('options', {}, solver);
  for (const wrong of [null, 1, 'rtol', [], Math.abs]) {
    expect(() => requireKnownOptions('options', wrong, solver)).toThrow(ArgumentError);
  }
});

test('names of values are compared, too', () => {
  requireOneOf('loss', 'squared', ['squared', 'crossEntropy']);
  expect(() => requireOneOf('loss', 'mse', ['squared', 'crossEntropy'])).toThrow(
    'loss = "mse"; allowed: squared, crossEntropy (did you mean squared?)',
  );
  for (const wrong of [undefined, null, 5, ['squared'], { toString: () => 'squared' }]) {
    expect(() => requireOneOf('loss', wrong, ['squared'])).toThrow(ArgumentError);
  }
});
