import { readdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';

const lines: string[] = [];
afterEach(() => void vi.restoreAllMocks());

const directory = new URL('../examples/', import.meta.url);

/** Something that each example must have printed. */
const expected: Record<string, RegExp> = {
  'bouncing-ball.ts': /^bounce 1\.000000000\nbounce 2\.6000[\s\S]*ended: bounce$/,
  'checkpoint.ts': /the same chaos to the last bit: true/,
  'pendulum.ts': /down at [\d., ]+\n\d+ right-hand sides/,
  'sliding.ts': /slide 0[\s\S]*exitOff 0/,
  'stiff.ts': /NDF 0\.1073[\s\S]*Radau IIA 5 0\.10730[\s\S]*auto 0\.1073/,
};

test.each(readdirSync(directory))('the example %s runs', async (name) => {
  lines.length = 0;
  vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    lines.push(parts.map(String).join(' '));
  });
  await import(new URL(name, directory).href);
  expect(lines.join('\n')).toMatch(expected[name]!);
});
