import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activationNames, lossNames } from '@nonsmooth/kernels';
import { expect, test } from 'vitest';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const activations = /^\| activations +\| (.*) \|$/m.exec(readme)![1]!;

test.each(activationNames)('README.md names the activation %s in the row "activations"', (name) => {
  expect(activations.split(/[ ,]+/)).toContain(name);
});

test.each(lossNames)('README.md has a row for the loss %s', (name) => {
  expect(readme).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
});
