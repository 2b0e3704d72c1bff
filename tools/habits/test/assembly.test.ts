import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-assembly-'));

/** Sources of the kernels by path, without decorators, which only AssemblyScript knows. */
const sources = new Map<string, string>();

beforeAll(() => {
  cpSync(join(root, 'packages/kernels/assembly'), folder, { recursive: true });
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const text = readFileSync(join(folder, path), 'utf8').replace(
      /^@(inline|lazy|unmanaged)$/gm,
      '',
    );
    sources.set(path, text);
    writeFileSync(join(folder, path), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Names that a source exports, and those that it takes from other sources. */
function exportsOf(source: string): readonly string[] {
  const declared = source.matchAll(/^export (?:function|class|const|enum) (\w+)/gm);
  return Array.from(declared, ([, name]) => name!);
}

function importsOf(source: string): readonly string[] {
  const lists = source.matchAll(/^import \{([^}]*)\} from '\.[^']*';/gm);
  return Array.from(lists, ([, names]) => names!.split(/[\s,]+/)).flat();
}

test('the AssemblyScript sources have no unused names, no circles, and nothing the linter suspects', () => {
  writeFileSync(
    join(folder, 'lint.json'),
    JSON.stringify({
      plugins: ['import', 'oxc'],
      categories: { correctness: 'error' },
      rules: {
        'import/no-cycle': 'error',
        'no-unused-vars': 'error',
        // the coefficients of a table may be near a constant
        'oxc/approx-constant': 'off',
        // nor are floats written as the doubles that they are
        'no-loss-of-precision': 'off',
      },
    }),
  );
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const { status, stdout } = spawnSync(process.execPath, [oxlint, '-c', 'lint.json', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stdout).toContain('Found 0 warnings and 0 errors.');
  expect(stdout).toContain(`on ${sources.size} files`);
  expect(status).toBe(0);
});

test('every export of the AssemblyScript sources is imported somewhere', () => {
  const imported = new Set([...sources.values()].flatMap(importsOf));
  const dead = [...sources]
    .filter(([path]) => !path.startsWith('generated'))
    .flatMap(([path, source]) => exportsOf(source).map((name) => ({ path, name })))
    .filter(({ name }) => !imported.has(name));
  expect(imported.size).toBeGreaterThan(100);
  expect(dead).toEqual([]);
});
