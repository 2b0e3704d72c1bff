import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
const libraries = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
  (name) => !name.startsWith('@nonsmooth/'),
);

/** The command itself, built from sources because workers need modules in files; where its libraries are found. */
export async function builtCommand(): Promise<{ main: string; remove: () => void }> {
  const place = mkdtempSync(join(import.meta.dirname, '../node_modules/.lab-'));
  writeFileSync(join(place, 'package.json'), '{ "type": "module", "version": "0.0.0" }');
  await build({
    entryPoints: ['main.ts', 'worker.ts', 'queue-worker-thread.ts'].map((name) =>
      join(import.meta.dirname, '../src', name),
    ),
    outdir: place,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@nonsmooth/source'],
    external: libraries,
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
  });
  return {
    main: join(place, 'main.js'),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}
