import { expect, test, vi } from 'vitest';

async function output(example: string): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(`../examples/${example}.ts`);
  const lines = log.mock.calls.map((words) => words.map(String).join(' '));
  log.mockRestore();
  return lines;
}

const numbers = (line: string): number[] => line.match(/-?\d+(\.\d+)?(e-?\d+)?/g)!.map(Number);

test('the example of derivatives prints the derivatives of Σ sin(x)eˣ', async () => {
  const lines = await output('derivatives');
  const [value, ...gradient] = numbers(lines[0]!);
  expect(value).toBeCloseTo(Math.sin(1) * Math.E + Math.sin(2) * Math.exp(2), 12);
  [0, 1, 2].forEach((x, i) => {
    expect(gradient[i]).toBeCloseTo((Math.sin(x) + Math.cos(x)) * Math.exp(x), 12);
  });
  const [slope, curvature] = numbers(lines[1]!);
  expect(slope).toBeCloseTo(1, 12);
  expect(curvature).toBeCloseTo(2 * Math.cos(1) * Math.E, 12);
  expect(numbers(lines[2]!)[0]).toBeCloseTo(2 * Math.cos(1) * Math.E, 12);
  // d/dt (cos t − sin t)² = −2(cos²t − sin²t)
  expect(numbers(lines[3]!)[0]).toBeCloseTo(-2 * Math.cos(1), 12);
});

test('the example of kinks prints what its text says', async () => {
  const lines = await output('kinks');
  expect(lines.slice(0, 5)).toEqual([
    "relu'(0) = 0 gives 0",
    "relu'(0) = 1 gives 2",
    'a direction gives 1',
    "f'(0; −1) = -1",
    '√ beside 0: 0',
  ]);
  expect(lines[5]).toMatch(/^%0 = input 0 : scalar\n%1 = input 1 : 2\n/);
});
