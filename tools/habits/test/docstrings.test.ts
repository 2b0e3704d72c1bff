import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const declaration =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const|enum)\s+(\w+)/;

/** Exported declarations of a source without a comment right above them; overloads need one only. */
function undocumented(source: string): readonly string[] {
  const lines = source.split('\n');
  const seen = new Set<string>();
  return lines.flatMap((line, i) => {
    const name = declaration.exec(line)?.[1];
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    return lines[i - 1]?.trimEnd().endsWith('*/') ? [] : [name];
  });
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(^|\/)generated\//.test(name))
    .map((name) => join(folder, name));
}

test('the check finds what has no docstring', () => {
  const source = [
    '/** Said. */',
    'export const a = 1;',
    'export const b = 2;',
    '/** Once for all. */',
    'export function c(x: number): number;',
    'export function c(x: string): string;',
    'const d = 3;',
    'export { d };',
  ];
  expect(undocumented(source.join('\n'))).toEqual(['b']);
});

describe('every exported declaration has a docstring', () => {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  test.each(folders.map((folder) => relative(root, folder)))('%s', (folder) => {
    const sources = sourcesIn(join(root, folder, 'src'));
    expect(sources.length).toBeGreaterThan(0);
    const missing = sources.flatMap((file) =>
      undocumented(readFileSync(file, 'utf8')).map((name) => `${relative(root, file)}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
