// Runs a measurement of test/measure on the sources: `node packages/flows/measure.mjs brute-force 0 900`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, 'test/measure');
const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const [name = '', ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`measure.mjs: unknown measurement ${name}; allowed: ${names.join(', ')}`);
  process.exit(2);
}
const place = mkdtempSync(join(tmpdir(), 'measure-'));
const outfile = join(place, `${name}.mjs`);
await build({
  entryPoints: [join(folder, `${name}.ts`)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['@nonsmooth/source'],
  alias: { '@nonsmooth/flows': join(import.meta.dirname, 'src/index.ts') },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { stdio: 'inherit' });
rmSync(place, { recursive: true, force: true });
process.exit(status ?? 1);
