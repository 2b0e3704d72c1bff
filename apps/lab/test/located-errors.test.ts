import { ArgumentError } from '@nonsmooth/core';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { membersOf } from '../src/members.js';
import { readStudy, withLines } from '../src/read-study.js';
import { requireFitting } from '../src/run-member.js';

const study = `title: Located
network: { widths: [2, 3, 1], activation: relu }
inputs: { kind: uniform, count: 5, from: -1, to: 1 }
target:
  kind: expression
  of: x0 * x1
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.1, steps: 5 }
record: [loss, norm]
vary:
  network.activation:
    - relu
    - tanh
`;
const check = (text: string): unknown =>
  withLines('s.yaml', text, () => requireFitting(membersOf(readStudy('s.yaml', text))));

test('a study that fits is let through', () => {
  expect(check(study)).toBeUndefined();
});

test.each([
  [
    'of: x0 * x1',
    'of: x0 * x7',
    's.yaml:6: activation relu: target.of = "x0 * x7"; allowed: variables x0, x1, x, y; not x7',
  ],
  [
    'of: x0 * x1',
    'of: x0 *',
    's.yaml:6: activation relu: target.of = "x0 *"; allowed: an expression (Unexpected end',
  ],
  [
    'of: x0 * x1',
    'of: log(x0 - 2)',
    's.yaml:6: activation relu: target.of = "log(x0 - 2)"; allowed: an expression with a finite value at every input; at (',
  ],
  ['of: x0 * x1', 'of: [x0, x1]', 's.yaml:4: activation relu: target'],
  [
    '    - tanh',
    '    - tanhh',
    's.yaml:13: vary: network.activation = "tanhh"; allowed: identity, relu, ',
  ],
  [
    '  network.activation:',
    '  network.activatoin:',
    's.yaml:12: vary: network.activatoin = "relu"; allowed: keys: widths, activation',
  ],
  [
    'rule: sgd',
    'rule: sgd, batch: 9, replacement: false',
    's.yaml:8: activation relu: dynamics.batch = 9; allowed: at most 5',
  ],
  [
    'rule: sgd',
    'rule: sgd, batch: 9',
    's.yaml:8: activation relu: dynamics.batch = 9; allowed: at most 5',
  ],
  [
    'rule: sgd',
    'rule: sgd, settings: { momentun: 0.9 }',
    's.yaml:8: activation relu: dynamics.settings.momentun = 0.9; allowed: options ',
  ],
  [
    'record: [loss, norm]',
    'record: [loss, testLoss]',
    's.yaml:9: activation relu: record = "testLoss"; allowed: a study with a test set',
  ],
  [
    '  network.activation:\n    - relu\n    - tanh',
    '  - { network.activation: tanh }\n  - { dynamics.rule: sgdd }',
    's.yaml:12: vary: dynamics.rule = "sgdd"; allowed: sgd, ',
  ],
  [
    '  network.activation:\n    - relu\n    - tanh',
    '  - { network.activation: tanh }\n  - { dynamics: { kind: descent, rule: sgd, learningRate: -1, steps: 5 } }',
    's.yaml:12: vary: dynamics.learningRate = -1; allowed: a number > 0',
  ],
  [
    'record: [loss, norm]',
    'loss: { name: quantile, parameter: 0.9 }',
    's.yaml:9: loss.name = "quantile"; allowed: squared, ',
  ],
  ['record: [loss, norm]', 'loss: 7', 's.yaml:9: loss = 7; allowed: squared, relativeL2, '],
  [
    'learningRate: 0.1',
    'learningRate: { certified: -1 }',
    's.yaml:8: dynamics.learningRate.certified = -1; allowed: a number > 0',
  ],
  [
    'learningRate: 0.1',
    'learningRate: [0.1]',
    's.yaml:8: dynamics.learningRate = [0.1]; allowed: a number > 0, { certified: multiple } or ',
  ],
  [
    '  network.activation:\n    - relu\n    - tanh',
    '  random: 3\n  of:\n    dynamics.learningRate: { from: 2, to: 1 }',
    's.yaml:13: vary.of.dynamics.learningRate.to = 1; allowed: a number > from',
  ],
  [
    'target:\n  kind: expression\n  of: x0 * x1',
    'loss: crossEntropy\ntarget:\n  kind: values\n  values: [[0], [0], [0], [0], [3]]',
    's.yaml:5: activation relu: targets[4] = 3; allowed: class indices 0 to 0',
  ],
  [
    'record: [loss, norm]',
    'record: [loss, norm]\nfigures:\n  - { kind: curves, y: accuracy }',
    's.yaml:11: figures.0.y = "accuracy"; allowed: a column of record: loss, norm',
  ],
  ['  network.activation:', '  members:', 's.yaml:11: vary = "members"; allowed: paths of values'],
])('%s → %s is refused with its line', (right, wrong, message) => {
  const text = study.replace(right, wrong);
  expect(text).not.toBe(study);
  expect(() => check(text)).toThrow(ArgumentError);
  expect(() => check(text)).toThrow(message);
});

test('files that vary are found from the folder of the study', () => {
  const text = study.replace(
    /vary:[^]*/,
    'vary: { start: [{ kind: file, file: a/b.safetensors }], target.file: [t.csv, u.csv] }\n',
  );
  const { vary } = readStudy(join('folder', 's.yaml'), text);
  expect(vary).toEqual({
    start: [{ kind: 'file', file: resolve('folder/a/b.safetensors') }],
    'target.file': [resolve('folder/t.csv'), resolve('folder/u.csv')],
  });
});
