import * as core from '@nonsmooth/core';
import { call, type Table } from '../entry.js';

// Checks take values of type unknown, and the name and the bound that their caller wrote.
const everything = { anything: [0, 1, 2], fixed: [0, 2] };

export const coreTable: Table = {
  describe: call(core.describe, () => ['value'], { anything: [0] }),
  floatArray: call(core.floatArray, () => ['f64', 3]),
  once: call(core.once, () => [() => 1]),
  refuseMisspelt: call(core.refuseMisspelt, () => ['x', { a: 1 }, ['alpha']], {
    fixed: [0, 2],
    anything: [1],
  }),
  requireBoolean: call(core.requireBoolean, () => ['x', true], everything),
  requireCount: call(core.requireCount, () => ['x', 1], everything),
  requireDtype: call(core.requireDtype, () => ['x', 'f64'], everything),
  requireFinite: call(core.requireFinite, () => ['x', [1, 2]], { anything: [0] }),
  requireFloatArray: call(core.requireFloatArray, () => ['x', new Float64Array(1)], everything),
  requireFunction: call(core.requireFunction, () => ['x', Math.sin], everything),
  requireIndex: call(core.requireIndex, () => ['x', 1, 2], everything),
  requireIndices: call(core.requireIndices, () => ['x', [0, 1], 2], { fixed: [0, 2] }),
  requireKey: call(core.requireKey, () => ['x', [1, 2]], everything),
  requireKnownOptions: call(core.requireKnownOptions, () => ['x', { a: 1 }, ['a']], {
    fixed: [0, 2],
    options: [1],
  }),
  requireLength: call(core.requireLength, () => ['x', [1, 2], 2], { fixed: [0, 2] }),
  requireLayout: call(core.requireLayout, () => ['l', [{ name: 'W', offset: 1, shape: [2] }], 3], {
    fixed: [0, 2],
  }),
  requireNumber: call(core.requireNumber, () => ['x', 1], everything),
  requireNumbers: call(core.requireNumbers, () => ['x', [1]], everything),
  requireObject: call(core.requireObject, () => ['x', {}], everything),
  requireObjective: call(
    core.requireObjective,
    () => ['f', { dimension: 1, value: () => 0, gradient: () => 0 }],
    { fixed: [0] },
  ),
  requireOneOf: call(core.requireOneOf, () => ['x', 'a', ['a', 'b']], { fixed: [0, 2] }),
  requireOutput: call(core.requireOutput, () => ['x', new Float64Array(2), 2], { fixed: [0, 2] }),
  requirePositive: call(core.requirePositive, () => [{ x: 1 }], { anything: [0] }),
  requireVectors: call(
    core.requireVectors,
    () => [
      'v',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    { fixed: [0] },
  ),
};
