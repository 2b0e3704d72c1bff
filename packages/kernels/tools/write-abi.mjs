// Writes what abi/functions.mjs and abi/constants.mjs describe: the entry points and constants of assembly/, and how
// src/wasm/ calls them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from '../abi/constants.mjs';
import { functions } from '../abi/functions.mjs';
import { structs } from '../abi/structs.mjs';

const root = join(import.meta.dirname, '..');
const origin = '// Written by tools/write-abi.mjs from abi/.\n';
const plainTypes = ['f64', 'i32', 'u32', 'usize', 'bool'];
const suffixes = { f64: 'F64', f32: 'F32' };

for (const [name, { parameters, result = 'void' }] of Object.entries(functions)) {
  for (const type of [...Object.values(parameters), ...(result === 'void' ? [] : [result])]) {
    if (!plainTypes.includes(type) && !(type in structs)) {
      throw new Error(`${name} has the unknown type ${type}`);
    }
  }
}

/** `import { a, b } from './x';` for every module of assembly/ that entry points come from. */
function importsOfFunctions() {
  const modules = new Map();
  for (const [name, { from }] of Object.entries(functions)) {
    modules.set(from, [...(modules.get(from) ?? []), name]);
  }
  return [...modules].map(([from, names]) => `import { ${names.join(', ')} } from '../${from}';\n`);
}

function entryPoint([name, { parameters, result = 'void' }]) {
  const declared = Object.entries(parameters).map(([key, type]) => `${key}: ${type}`);
  const passed = Object.keys(parameters).join(', ');
  const returns = result === 'void' ? '' : 'return ';
  return Object.entries(suffixes).map(
    ([dtype, suffix]) =>
      `export function ${name}${suffix}(${declared.join(', ')}): ${result} {\n` +
      `  ${returns}${name}<${dtype}>(${passed});\n}\n`,
  );
}

function hostFunction([name, { parameters, result }]) {
  const declared = Object.keys(parameters).map((key) => `${key}: number`);
  return `  readonly ${name}: (${declared.join(', ')}) => ${result ? 'number' : 'void'};\n`;
}

const kernelConstant = ([name, { value, type }]) => `export const ${name}: ${type} = ${value};\n`;

const hostConstant = ([name, { value, says }]) =>
  `/** ${says} */\nexport const ${name}: number = ${value};\n`;

/** Writes the four files. */
export function writeAbi() {
  const used = Object.values(functions).flatMap(({ parameters }) => Object.values(parameters));
  const usedStructs = [...new Set(used)].filter((type) => type in structs);
  const entries = Object.entries(functions);
  const files = {
    'assembly/generated/entry-points.ts': [
      `import { ${usedStructs.join(', ')} } from './structs';\n${importsOfFunctions().join('')}` +
        `import { writeTables as writeRows } from '../table-rows';\n`,
      '/** First address that the constants of the module do not use. */\n' +
        'export function heapBase(): usize {\n  return __heap_base;\n}\n',
      '/** Writes the rows of the tables of elementary functions, once for each memory. */\n' +
        'export function writeTables(): void {\n  writeRows();\n}\n',
      ...entries.flatMap(entryPoint),
    ],
    'assembly/generated/constants.ts': [Object.entries(constants).map(kernelConstant).join('')],
    'src/wasm/generated/functions.ts': [
      '/**\n * The kernels of one dtype. Addresses and counts are unsigned 32-bit integers; flags are 0 or 1.\n */\n' +
        `export interface KernelFunctions {\n${entries.map(hostFunction).join('')}}\n`,
    ],
    'src/wasm/generated/constants.ts': Object.entries(constants).map(hostConstant),
  };
  for (const [path, parts] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), [origin, ...parts].join('\n'));
  }
}
