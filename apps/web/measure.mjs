// Measures the built page in Chromium: `node apps/web/measure.mjs load`.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, 'test/measure');
const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const [name = '', ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`measure.mjs: unknown measurement ${name}; allowed: ${names.join(', ')}`);
  process.exit(2);
}
// beside the tests, whose paths it uses
const outfile = join(import.meta.dirname, `test/.measure-${name}.mjs`);
await build({
  entryPoints: [join(folder, `${name}.ts`)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { stdio: 'inherit' });
rmSync(outfile);
process.exit(status ?? 1);
