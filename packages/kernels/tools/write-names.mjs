// Writes assembly/generated/names.ts: what the AssemblyScript side must know of the tables of activations and losses,
// of the functions of arrays and of the descent rules.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** A module of src/, bundled and imported. */
async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [join(root, path)],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

function enumeration(name, table) {
  const codes = Object.values(table).map(({ code }) => code);
  if (new Set(codes).size < codes.length) throw new Error(`two codes of ${name} are equal`);
  const members = Object.entries(table).map(([key, { code }]) => `  ${key} = ${code},\n`);
  return `export enum ${name} {\n${members.join('')}}\n`;
}

/** Codes of a list: the places in it. */
function places(name, list) {
  const members = list.map((key, code) => `  ${key} = ${code},\n`);
  return `export enum ${name} {\n${members.join('')}}\n`;
}

/** A function of a code that says for which entries a property holds. */
function predicate(name, table, holds) {
  const mask = Object.entries(table).reduce(
    (bits, [key, traits]) => bits | (holds(traits, key) ? 1 << traits.code : 0),
    0,
  );
  return `export function ${name}(code: i32): bool {\n  return ((${mask} >> code) & 1) != 0;\n}\n`;
}

function numbers(name, table, property) {
  const cases = Object.values(table).map(
    (traits) => `    case ${traits.code}:\n      return ${traits[property]};\n`,
  );
  return (
    `export function ${name}(code: i32): f64 {\n  switch (code) {\n${cases.join('')}` +
    `    default:\n      unreachable();\n      return NaN;\n  }\n}\n`
  );
}

export async function writeNames() {
  const { activations } = await load('src/activations/table.ts');
  const { isPiecewiseLinear } = await load('src/activations/activation.ts');
  const { losses } = await load('src/losses/table.ts');
  const { binaryNames, unaryNames } = await load('src/workspace.ts');
  const { descentRuleNames } = await load('../core/src/descent-rules.ts');
  const folder = join(root, 'assembly/generated');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'names.ts'),
    [
      '// Written by tools/write-names.mjs from tables and lists of src/.\n',
      enumeration('Activation', activations),
      enumeration('Loss', losses),
      places('Unary', unaryNames),
      places('Binary', binaryNames),
      places('Rule', descentRuleNames),
      predicate('isPiecewiseLinear', activations, (_, name) => isPiecewiseLinear(name)),
      predicate('isQuadratic', losses, ({ quadratic }) => quadratic),
      predicate('isRelative', losses, ({ relative }) => relative),
      numbers('numeratorOf', losses, 'numerator'),
    ].join('\n'),
  );
}
