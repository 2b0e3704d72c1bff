// Compiles assembly/ to WebAssembly, once with plain SIMD and once with relaxed SIMD, and embeds the binaries as
// TypeScript modules in src/wasm/generated/, so that they need no files at run time and bundle everywhere.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateAsync } from '@gfx/zopfli';
import asc from 'assemblyscript/asc';
import { constants } from './abi/constants.mjs';
import { writeAbi } from './tools/write-abi.mjs';
import { writeNames } from './tools/write-names.mjs';
import { checkOffsets, writeStructs } from './tools/write-structs.mjs';
import { writeTables } from './tools/write-tables.mjs';

const root = import.meta.dirname;
process.chdir(root); // the compiler reads its sources from the working folder
const builds = [
  { name: 'simd', features: ['simd'] },
  { name: 'relaxedSimd', features: ['simd', 'relaxed-simd'] },
];

/** The exports of a module that this engine knows. */
function exportsOf(binary) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(binary);
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}

async function compile(source, features) {
  const files = new Map();
  const messages = [];
  const { error } = await asc.main(
    [
      source,
      '--outFile=module.wasm',
      '--runtime=stub',
      '--optimizeLevel=3',
      '--converge',
      '--noAssert',
      '--importMemory',
      '--noExportMemory',
      '--disableWarning=112',
      ...features.map((feature) => `--enable=${feature}`),
    ],
    {
      baseDir: root,
      writeFile: (name, contents) => void files.set(name, contents),
      stderr: { write: (text) => void messages.push(text) },
    },
  );
  if (error) throw new Error(`${error.message}\n${messages.join('')}`);
  process.stderr.write(messages.join(''));
  return files.get('module.wasm');
}

await writeNames();
writeStructs();
writeAbi();
writeTables();
checkOffsets(exportsOf(await compile('assembly/generated/offsets.ts', [])));
const folder = join(root, 'src/wasm/generated');
mkdirSync(folder, { recursive: true });
for (const { name, features } of builds) {
  const binary = await compile('assembly/generated/entry-points.ts', features);
  // Node 20 knows relaxed SIMD only behind a flag and would refuse a sound module.
  if (name === 'simd' && !WebAssembly.validate(binary)) throw new Error('the module is not valid');
  if (name === 'simd') {
    const end = exportsOf(binary).heapBase();
    const free = constants.tablesAddress.value;
    if (end > free) {
      throw new Error(`the constants end at ${end}, behind ${free}`);
    }
  }
  // 6 % shorter than what zlib makes of it
  const deflated = await deflateAsync(binary, { numiterations: 15 });
  const base64 = Buffer.from(deflated).toString('base64');
  writeFileSync(
    join(folder, `${name}.ts`),
    `/** The module, deflated and in base64, compiled from assembly/ by build-wasm.mjs. */\n` +
      `export const ${name}: string =\n  '${base64}';\n`,
  );
}
