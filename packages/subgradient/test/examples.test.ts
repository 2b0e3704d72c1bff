import { expect, test, vi } from 'vitest';

test.each([
  ['certify', ['0 none', 'true', 'out undecided ["dependent kinks 1']],
  [
    'conformance',
    ['dual numbers: 70 right, 8 wrong of 78', 'along (1, −2, 4, …): 78 right, 0 wrong of 78'],
  ],
  ['stationarity', ['"clarke":"in"', '"limiting":"out"']],
])('the example %s runs and prints what it says', async (name, expected) => {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
    lines.push(
      words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '),
    );
  });
  await import(`../examples/${name}.ts`);
  log.mockRestore();
  for (const text of expected) expect(lines.join('\n')).toContain(text);
});
