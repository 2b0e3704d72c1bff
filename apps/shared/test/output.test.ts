import { ArgumentError } from '@nonsmooth/kernels';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-shared-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a folder that is missing is made, and left empty', () => {
  const folder = join(temporaryFolder(), 'a/b');
  requireWritable('--out', folder);
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['/proc/nonsmooth', '/dev/null/below'])('%s is refused', (folder) => {
  expect(() => requireWritable('--out', folder)).toThrow(ArgumentError);
});

test('a file is replaced as a whole, without remains', () => {
  const folder = temporaryFolder();
  writeWhole(join(folder, 'x'), 'one');
  writeWhole(join(folder, 'x'), 'two');
  expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('two');
  expect(readdirSync(folder)).toEqual(['x']);
});

test('a file that cannot be written leaves no temporary one behind', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'x'));
  expect(() => writeWhole(join(folder, 'x'), 'one')).toThrow();
  expect(readdirSync(folder)).toEqual(['x']);
});
