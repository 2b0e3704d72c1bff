// Builds the package in the current folder: one ESM bundle per entry point by esbuild (dependencies stay
// external, packages of the workspace among devDependencies become part of it), declarations by tsc.
// Arguments name the entry points below src/; default: index.ts.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const entries = process.argv.length > 2 ? process.argv.slice(2) : ['index.ts'];
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

const bundled = Object.entries(manifest.devDependencies ?? {})
  .filter(([, version]) => version.startsWith('workspace:'))
  .map(([name]) => [name, resolve('node_modules', name, 'dist/index.js')]);

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: entries.map((entry) => join('src', entry)),
  outdir: 'dist',
  bundle: true,
  splitting: entries.length > 1,
  format: 'esm',
  platform: manifest.private || manifest.bin ? 'node' : 'neutral',
  target: 'es2022',
  packages: 'external',
  alias: Object.fromEntries(bundled),
  sourcemap: true,
  logLevel: 'warning',
});

const types = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
  { stdio: 'inherit' },
);
process.exit(types.status ?? 1);
