import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Every example shown in a README, with the folder whose dependencies it may use. */
const examples = [
  // The root's example uses several packages: the benchmark depends on all of them.
  { readme: 'README.md', folder: 'apps/bench' },
  ...readdirSync(join(root, 'packages')).map((name) => ({
    readme: `packages/${name}/README.md`,
    folder: `packages/${name}`,
  })),
]
  .filter(({ readme }) => existsSync(join(root, readme)))
  .flatMap(({ readme, folder }) => {
    const blocks = readFileSync(join(root, readme), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
    return [...blocks].map(([, code], index) => ({
      readme,
      folder,
      number: index + 1,
      code: code!,
    }));
  });

test('every package shows an example', () => {
  const shown = new Set(examples.map(({ readme }) => readme));
  for (const name of readdirSync(join(root, 'packages'))) {
    expect(shown).toContain(`packages/${name}/README.md`);
  }
});

test.each(examples)('example $number of $readme runs', async ({ folder, code }) => {
  const place = mkdtempSync(join(tmpdir(), 'nonsmooth-readme-'));
  try {
    const outfile = join(place, 'example.mjs');
    await build({
      stdin: { contents: code, resolveDir: join(root, folder), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['@nonsmooth/source'],
      outfile,
      logLevel: 'silent',
    });
    // throws, with what the example wrote to stderr, unless it exits with 0
    execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
