import { expect, test, vi } from 'vitest';

test('the line-fit example recovers slope 3 and intercept −2 up to its noise', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/line-fit.js');
  const lines = log.mock.calls.map(([line]) => String(line));
  log.mockRestore();
  const [slope, intercept] = lines[0]!.match(/-?\d+\.\d+/g)!.map(Number);
  // Standard errors: 0.1/√Σx² = 0.012 and 0.1/√201 = 0.007.
  expect(Math.abs(slope! - 3)).toBeLessThan(0.05);
  expect(Math.abs(intercept! + 2)).toBeLessThan(0.03);
  expect(lines[1]).toBe('shape 2 × 201, last entry 1');
});
