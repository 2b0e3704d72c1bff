// Compiles native/ into native/build/kernels.node, where there is a C++ compiler, on Linux x64; elsewhere, or if anything
// fails, says so in one line and leaves the WebAssembly kernels to do the work. `--sanitize` adds the address and the
// undefined-behaviour sanitizer, `--into <folder>` chooses another folder; CXX names another compiler.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { include_dir } from 'node-api-headers';
import { constants } from './abi/constants.mjs';

const root = import.meta.dirname;
const { values: options } = parseArgs({
  options: { sanitize: { type: 'boolean', default: false }, into: { type: 'string' } },
});
const usual = join(root, 'native/build');
const folder = resolve(options.into ?? usual);
const { sanitize } = options;

/** Why there are no native kernels; what is thrown to end the build quietly. */
class Absent extends Error {}

// -ffp-contract=off: products are fused where the source says so only. -fwrapv: integers of vectors wrap around.
const flags = [
  '-std=c++17',
  sanitize ? '-O1' : '-O2',
  '-fPIC',
  '-pthread',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=off',
  '-fwrapv',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-Wno-unused-function',
  '-Wno-maybe-uninitialized', // in the compiler's own headers
  ...(sanitize ? ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'] : []),
];
const instructions = {
  avx2: ['-mavx2', '-mfma'],
  avx512: [
    '-mavx512f',
    '-mavx512dq',
    '-mavx512vl',
    '-mavx512bw',
    '-mavx2',
    '-mfma',
    '-mprefer-vector-width=512',
  ],
};
const objects = [
  { source: 'addon.cpp', name: 'addon', options: [] },
  { source: 'team.cpp', name: 'team', options: [] },
  ...Object.entries(instructions).flatMap(([set, options]) => [
    { source: 'kernels.cpp', name: set, options: [...options, `-DKERNELS=${set}`] },
    {
      source: 'kernels.cpp',
      name: `${set}Fused`,
      options: [...options, `-DKERNELS=${set}Fused`, '-DFUSED'],
    },
  ]),
];

/** The first compiler that runs. */
function compiler() {
  const candidates = process.env['CXX'] ? [process.env['CXX']] : ['c++', 'g++', 'clang++'];
  const found = candidates.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found) throw new Absent(`no C++ compiler (tried ${candidates.join(', ')})`);
  return found;
}

/** Tables of assembly/ as C++. */
function tables() {
  const files = [
    'coefficients',
    'tanh-table',
    'softplus-table',
    'normal-distribution-table',
    'normal-tail-table',
    'gelu',
  ];
  const found = files.flatMap((name) => {
    const text = readFileSync(join(root, 'assembly', `${name}.ts`), 'utf8');
    return [...text.matchAll(/const (\w+): usize = memory\.data<f(64|32)>\(\[([^\]]*)\]\)/g)];
  });
  const arrays = found.map(([, name, bits, numbers]) => {
    const values = numbers
      .replace(/\/\/.*$/gm, '')
      .split(',')
      .map((text) => text.trim())
      .filter(Boolean);
    const type = bits === '64' ? 'double' : 'float';
    const padding = ', 0, 0, 0, 0'; // rows are loaded in whole vectors
    return `static const ${type} ${name}[] = {${values.map((text) => literal(text, type)).join(', ')}${padding}};\n`;
  });
  return `#pragma once\n${arrays.join('')}`;
}

/** The number as C++ writes it; a shortest decimal of a float is rounded to it in the same way. */
function literal(text, type) {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Absent(`a table contains ${text}`);
  const digits = Object.is(number, -0) ? '-0.0' : String(number);
  const real = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return type === 'double' ? real : `(float)${real}`;
}

/** Structs that the host writes, from the classes of assembly/. */
function structs() {
  const types = { f64: 'double', i32: 'int32_t', u32: 'uint32_t' };
  const text = readFileSync(join(root, 'assembly/generated/structs.ts'), 'utf8');
  const classes = [
    ...text.matchAll(/@unmanaged\nexport class (\w+)(?: extends (\w+))? \{([^}]*)\}/g),
  ];
  const declared = classes.map(([, name, base, body]) => {
    const fields = [...body.matchAll(/^ {2}(\w+): (\w+);/gm)];
    const lines = fields.map(([, field, type]) => `  ${types[type] ?? 'Address'} ${field};\n`);
    return `struct ${name}${base ? ` : ${base}` : ''} {\n${lines.join('')}};\n`;
  });
  return `#pragma once\n#include <stdint.h>\ntypedef uint32_t Address;\n${declared.join('')}`;
}

/** Codes of names and what depends on them, as the WebAssembly kernels know it. */
function names() {
  const text = readFileSync(join(root, 'assembly/generated/names.ts'), 'utf8');
  const enums = [...text.matchAll(/export enum (\w+) \{([^}]*)\}/g)].map(([, kind, body]) => {
    const codes = [...body.matchAll(/(\w+) = (\d+)/g)];
    return codes.map(([, name, code]) => `${kind.toUpperCase()}_${name} = ${code}`);
  });
  const predicates = [
    ...text.matchAll(/export function (\w+)\(code: i32\): bool \{\s*return (.*);\s*\}/g),
  ].map(([, name, value]) => `static inline bool ${name}(int code) { return ${value}; }\n`);
  const numbers = [...text.matchAll(/export function (\w+)\(code: i32\): f64 \{([^}]*)\}/g)].map(
    ([, name, body]) => {
      const cases = body.matchAll(/case (\d+):\s*return (\S+);/g);
      const choice = [...cases].map(([, code, value]) => `code == ${code} ? ${value} : `);
      return `static inline double ${name}(int code) { return ${choice.join('')}__builtin_nan(""); }\n`;
    },
  );
  const lines = enums.map((all) => `enum { ${all.join(', ')} };\n`);
  return `#pragma once\n${[...lines, ...predicates, ...numbers].join('')}`;
}

/** Numbers that host and kernels agree on. */
function sharedConstants() {
  const lines = Object.entries(constants).map(
    ([name, { value }]) => `constexpr int ${name} = ${value};\n`,
  );
  return `#pragma once\n${lines.join('')}`;
}

/** The line of an output that says what went wrong. */
function reasonIn(output) {
  const lines = output.trim().split('\n');
  return lines.find((line) => /error/i.test(line))?.trim() ?? lines[0];
}

/** Runs a command; @throws Absent with what it complained of. */
function run(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd: join(root, 'native') });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (output += text));
    child.on('error', (error) => reject(new Absent(error.message)));
    child.on('close', (code, signal) => {
      if (output && process.env['NONSMOOTH_NATIVE_BUILD'] === 'verbose')
        process.stderr.write(output);
      if (code === 0) resolve(output);
      else reject(new Absent(`${command} ended with ${code ?? signal}: ${reasonIn(output)}`));
    });
  });
}

/** Compiles and links `native/build/kernels.node`. */
async function compile() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Absent(`not written for ${process.platform}-${process.arch}`);
  }
  const cxx = compiler();
  writeFileSync(join(folder, 'structs.hpp'), structs());
  writeFileSync(join(folder, 'tables.hpp'), tables());
  writeFileSync(join(folder, 'names.hpp'), names());
  writeFileSync(join(folder, 'constants.hpp'), sharedConstants());
  const waiting = [...objects];
  const compileAll = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { source, name, options } = next;
      const words = [
        '-I',
        include_dir,
        '-I',
        folder,
        '-c',
        source,
        '-o',
        join(folder, `${name}.o`),
      ];
      await run(cxx, [...flags, ...options, ...words]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, compileAll));
  const made = objects.map(({ name }) => join(folder, `${name}.o`));
  const linking = sanitize ? ['-fsanitize=address,undefined'] : ['-s', '-static-libgcc'];
  await run(cxx, ['-shared', '-pthread', '-Wl,--as-needed', ...linking, ...made, '-o', addon]);
}

/** Loads the result in a process of its own and, where the kernels look for it, compares it with the WebAssembly kernels. */
async function check() {
  const program = `
    import { createRequire } from 'node:module';
    import { nativeKernels } from '../dist/index.js';
    const tables = Object.keys(createRequire(import.meta.url)(process.argv[1]));
    if (tables.length === 0) throw new Error('this processor lacks AVX2');
    const isUsual = process.argv[2] === 'true';
    for (const instructions of isUsual ? ['avx512', 'avx2'] : []) {
      for (const fused of [false, true]) {
        const isThere = tables.includes(instructions + (fused ? 'Fused' : ''));
        if (isThere && !nativeKernels({ instructions, fused })) throw new Error('results differ');
      }
    }
  `;
  const words = ['--input-type=module', '-e', program, addon, String(folder === usual)];
  await run(process.execPath, words);
}

const addon = join(folder, 'kernels.node');
mkdirSync(folder, { recursive: true });
rmSync(addon, { force: true });
try {
  await compile();
  if (!sanitize) await check();
} catch (error) {
  if (!(error instanceof Absent)) throw error;
  rmSync(addon, { force: true });
  console.log(`no native kernels: ${error.message}`);
}
