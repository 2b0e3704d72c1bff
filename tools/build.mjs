// Builds the package in the current folder: one ESM bundle per entry point by esbuild (dependencies stay
// external, packages of the workspace among devDependencies become part of it), declarations by tsc.
// Arguments name the entry points below src/; default: index.ts.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const entries = process.argv.length > 2 ? process.argv.slice(2) : ['index.ts'];
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

const bundled = Object.entries(manifest.devDependencies ?? {})
  .filter(([, version]) => version.startsWith('workspace:'))
  .map(([name]) => [name, resolve('node_modules', name, 'dist/index.js')]);

/**
 * Top-level constants are made without side effects, as "sideEffects": false promises for whole modules. Wrapped in
 * functions that are marked as pure, they are left out of bundles that do not use them, though a package is one module.
 */
const pureConstants = {
  name: 'pure constants',
  setup({ onLoad }) {
    // on one line; up to the next line that is not indented; or on lines of their own
    const name = String.raw`^((?:export )?const \w+(?:: (?:[^=\n]|=>)+)? =)`;
    const made = String.raw`(?=[[{]|\(\(\) => |(?:new )?[A-Za-z_$][\w.$]*(?:<[^>\n]*>)?\()`;
    const forms = [`.*`, String.raw`.*[^;\n](?:\n| .*\n)+[^ \n].*`].map(
      (rest) => ` (${made}${rest});$`,
    );
    const below = String.raw`\n  (${made}\S(?:.*[^;\n](?:\n|\n   .*)*\n  \S)?.*);$`;
    const constants = [...forms, below].map((form) => new RegExp(name + form, 'gm'));
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: constants.reduce(
        (text, constant) => text.replace(constant, '$1 /* @__PURE__ */ (() => ($2))();'),
        await readFile(path, 'utf8'),
      ),
      loader: 'ts',
    }));
  },
};

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
  // maps of published packages are for debugging here: they are not shipped, so nothing refers to them
  sourcemap: manifest.private ? 'linked' : 'external',
  plugins: [pureConstants],
  logLevel: 'warning',
});

const types = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
  { stdio: 'inherit' },
);
process.exit(types.status ?? 1);
