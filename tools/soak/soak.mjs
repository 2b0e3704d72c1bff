// `npm run soak -- --minutes 30`: runs members of all quick studies, flows and certificates in one process for so long, and
// fails unless its memory stays flat. Reads the sources: nothing need be built but the kernels.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, out: { type: 'string' } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`error: --minutes = ${JSON.stringify(values.minutes)}; allowed: a number > 0`);
  process.exit(2);
}

const lab = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../apps/lab/package.json'), 'utf8'),
);
const libraries = Object.keys({ ...lab.dependencies, ...lab.peerDependencies }).filter(
  (name) => !name.startsWith('@nonsmooth/'),
);

// beside the laboratory, whose libraries are found from there
const modules = join(import.meta.dirname, '../../apps/lab/node_modules');
mkdirSync(modules, { recursive: true });
const place = mkdtempSync(join(modules, '.soak-'));
process.exitCode = await run().finally(() => rmSync(place, { recursive: true, force: true }));

async function run() {
  await build({
    entryPoints: [join(import.meta.dirname, 'src/rounds.ts')],
    outfile: join(place, 'rounds.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@nonsmooth/source'],
    external: libraries,
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
    define: { 'import.meta.dirname': JSON.stringify(join(import.meta.dirname, 'src')) },
    logLevel: 'warning',
  });
  const child = spawn(
    process.execPath,
    ['--expose-gc', join(place, 'rounds.mjs'), String(60 * minutes)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
    process.stdout.write(data);
  });
  const status = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  if (values.out) writeFileSync(values.out, text);
  return status;
}
