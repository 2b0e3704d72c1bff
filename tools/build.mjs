// Builds the package in the current folder: one ESM bundle per entry point by esbuild (dependencies stay
// external), declarations by tsc. Arguments name the entry points below src/; default: index.ts.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const entries = process.argv.length > 2 ? process.argv.slice(2) : ['index.ts'];
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: entries.map((entry) => join('src', entry)),
  outdir: 'dist',
  bundle: true,
  splitting: entries.length > 1,
  format: 'esm',
  platform: manifest.private ? 'node' : 'neutral',
  target: 'es2022',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});

const types = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
  { stdio: 'inherit' },
);
process.exit(types.status ?? 1);
