import { expect, test } from 'vitest';
import * as browser from '../src/browser.js';
import * as index from '../src/index.js';

test('the entry for browsers is the package with other default kernels', () => {
  const { defaultKernels, ...others } = browser;
  expect({ ...others, defaultKernels: index.defaultKernels }).toEqual({ ...index });
  expect(defaultKernels.name).toBe(index.wasmKernels().name);
});
