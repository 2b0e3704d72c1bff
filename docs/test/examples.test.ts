import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readStudy } from '../../apps/lab/src/read-study.js';
import { exampleNames, readExample, runExamples } from '../run-examples.mjs';

const names: readonly string[] = exampleNames();
const packages = readdirSync(join(import.meta.dirname, '../../packages'));

test.each(packages)('%s has five examples or more', (name) => {
  expect(names.filter((path) => path.startsWith(`${name}/`)).length).toBeGreaterThanOrEqual(5);
});

const run = await runExamples(names, { source: true });

const folder = join(import.meta.dirname, '../pages');
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.md') && !path.startsWith('generated'),
);

test.each(pages)('%s shows no program that is not run, and studies that the lab reads', (path) => {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(text).not.toMatch(/^```(ts|js)/m);
  for (const [, study] of text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)) {
    expect(() => readStudy('study.yaml', study!)).not.toThrow();
  }
});

test.each(run)('$name prints what it says', ({ name, printed }) => {
  expect(printed).toBe(readExample(name).printed);
});
