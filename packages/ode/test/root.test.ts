import { expect, test } from 'vitest';
import { root } from '../src/root.js';

test('roots of exact powers are exact, others good to a few ulp', () => {
  for (const n of [2, 3, 5, 8]) {
    for (const y of [0.125, 0.5, 1, 2, 3, 1024]) expect(root(y ** n, n)).toBe(y);
    for (let x = 1e-6; x < 1e6; x *= 1.37) {
      expect(Math.abs(root(x, n) / x ** (1 / n) - 1)).toBeLessThan(1e-15);
    }
  }
});
