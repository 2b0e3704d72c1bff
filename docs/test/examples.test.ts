import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleNames, readExample, runExamples } from '../run-examples.mjs';

const names: readonly string[] = exampleNames();
const packages = readdirSync(join(import.meta.dirname, '../../packages'));

test.each(packages)('%s has five examples or more', (name) => {
  expect(names.filter((path) => path.startsWith(`${name}/`)).length).toBeGreaterThanOrEqual(5);
});

const run = await runExamples(names, { source: true });

test.each(run)('$name prints what it says', ({ name, printed }) => {
  expect(printed).toBe(readExample(name).printed);
});
