// Writes what abi/structs.mjs describes: assembly/generated/structs.ts, the classes of the kernels;
// assembly/generated/offsets.ts, which tells where the compiler puts their fields; and src/wasm/generated/structs.ts,
// by which the host writes and reads the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { structs } from '../abi/structs.mjs';

const root = join(import.meta.dirname, '..');

/** Bytes of a type, and what reads and writes it on the host. */
const types = {
  f64: { bytes: 8, access: 'Float64' },
  i32: { bytes: 4, access: 'Int32' },
  u32: { bytes: 4, access: 'Uint32' },
  usize: { bytes: 4, access: 'Uint32' },
};

const typeOf = (type) => (type in structs ? types.usize : types[type]);

/** Every struct's fields, those of its base first, with offsets; and its bytes. */
function layOut() {
  const laid = {};
  for (const [name, { base, fields, kept = [], watched = [] }] of Object.entries(structs)) {
    const inherited = base ? laid[base] : { fields: [], bytes: 0 };
    let end = inherited.bytes;
    const own = Object.entries(fields).map(([field, type]) => {
      const known = typeOf(type);
      if (!known) throw new Error(`${name}.${field} has the unknown type ${type}`);
      const offset = Math.ceil(end / known.bytes) * known.bytes;
      end = offset + known.bytes;
      return { field, offset, access: known.access };
    });
    const all = [...inherited.fields, ...own];
    const names = all.map(({ field }) => field);
    if (new Set(names).size < names.length) throw new Error(`a field of ${name} stands twice`);
    for (const field of [...kept, ...watched]) {
      if (!names.includes(field)) throw new Error(`${name} has no field ${field}`);
    }
    laid[name] = { fields: all, bytes: end, kept, watched };
  }
  return laid;
}

const layouts = layOut();

function kernelClass([name, { base, fields }]) {
  const lines = Object.entries(fields).map(([field, type]) => `  ${field}: ${type};\n`);
  const heading = `export class ${name}${base ? ` extends ${base}` : ''}`;
  return `@unmanaged\n${heading} {\n${lines.join('')}}\n`;
}

function offsetFunctions([name, { fields }]) {
  const all = [
    [`bytesOf${name}`, ''],
    ...fields.map(({ field }) => [`${name}_${field}`, `'${field}'`]),
  ];
  return all
    .map(([label, field]) => {
      return `export function ${label}(): usize {\n  return offsetof<${name}>(${field});\n}\n`;
    })
    .join('');
}

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

function hostWriter([name, { fields, bytes, kept, watched }]) {
  const given = fields.filter(({ field }) => !kept.includes(field));
  const seen = fields.filter(({ field }) => watched.includes(field));
  let text = `/** Bytes of a ${name}. */\nexport const ${lowerFirst(name)}Bytes: number = ${bytes};\n`;
  if (given.length > 0) {
    const members = given.map(({ field }) => `  readonly ${field}: number;\n`);
    const sets = given.map(
      ({ field, offset, access }) => `  view.set${access}(${offset}, fields.${field}, true);\n`,
    );
    text +=
      `/** What the host gives of a ${name}. */\n` +
      `export interface ${name}Fields {\n${members.join('')}}\n` +
      `/** Writes what the host gives of a ${name}. */\n` +
      `export function write${name}(memory: Memory, address: number, fields: ${name}Fields): void {\n` +
      `  const view = new DataView(memory.buffer, address, ${bytes});\n${sets.join('')}}\n`;
  }
  if (seen.length > 0) {
    const accessors = seen.map(
      ({ field, offset, access }) =>
        `  get ${field}(): number {\n    return this.#view.get${access}(${offset}, true);\n  }\n` +
        `  set ${field}(value: number) {\n    this.#view.set${access}(${offset}, value, true);\n  }\n`,
    );
    text +=
      `/** What the host reads or changes of a ${name} between calls. */\n` +
      `export class ${name}View {\n  readonly #view: DataView;\n` +
      `  constructor(memory: Memory, address: number) {\n` +
      `    this.#view = new DataView(memory.buffer, address, ${bytes});\n  }\n${accessors.join('')}}\n`;
  }
  return text;
}

const origin = '// Written by tools/write-structs.mjs from abi/structs.mjs.\n';

/** Writes the three files. */
export function writeStructs() {
  const described = Object.entries(structs);
  const laid = Object.entries(layouts);
  const names = Object.keys(structs).join(', ');
  const files = {
    'assembly/generated/structs.ts': described.map(kernelClass),
    'assembly/generated/offsets.ts': [
      `import { ${names} } from './structs';\n`,
      ...laid.map(offsetFunctions),
    ],
    'src/wasm/generated/structs.ts': [
      `import type { Memory } from '../webassembly.js';\n`,
      ...laid.map(hostWriter),
    ],
  };
  for (const [path, parts] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), [origin, ...parts].join('\n'));
  }
}

/**
 * Compares the offsets that the host uses with those that a compiled assembly/generated/offsets.ts exports.
 * @throws Error that names the first field or size that differs.
 */
export function checkOffsets(exports) {
  for (const [name, { fields, bytes }] of Object.entries(layouts)) {
    const expected = [
      [`bytesOf${name}`, bytes],
      ...fields.map((at) => [`${name}_${at.field}`, at.offset]),
    ];
    for (const [label, offset] of expected) {
      const compiled = exports[label]();
      if (compiled !== offset) {
        throw new Error(`${label} is ${compiled} for the kernels, ${offset} for the host`);
      }
    }
  }
}
