// Runs the examples of docs/examples and says what each prints and what it exports.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';

const root = import.meta.dirname;
const folder = join(root, 'examples');

/** The paths of all examples, like `flows/lasso`. */
export function exampleNames() {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .sort();
}

/** The source of an example: its title, its code, and what it says that it prints. */
export function readExample(name) {
  const text = readFileSync(join(folder, `${name}.ts`), 'utf8');
  const [, title, rest] = /^\/\/ (.*)\n([\s\S]*)$/.exec(text) ?? [];
  if (title === undefined)
    throw new Error(`${name} does not begin with a line that says what it shows`);
  const [code, printed = ''] = rest.split('\n// prints\n');
  return {
    name,
    title,
    // what an example exports is drawn below it
    code: code.split('\nexport const curves')[0].trim(),
    printed: printed.replaceAll(/^\/\/ ?/gm, '').trimEnd(),
  };
}

/**
 * Runs examples, one after the other, in this process.
 * @returns for each its name, what it printed, and the module. `source`: on the sources instead of what was built.
 */
export async function runExamples(names, { source = false } = {}) {
  const outdir = join(root, 'generated', `run-${process.pid}`);
  mkdirSync(outdir, { recursive: true });
  try {
    await build({
      entryPoints: names.map((name) => join(folder, `${name}.ts`)),
      outbase: folder,
      outdir,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: source ? ['@nonsmooth/source'] : [],
      outExtension: { '.js': '.mjs' },
      logLevel: 'silent',
    });
    const results = [];
    for (const name of names) {
      results.push({ name, ...(await importQuietly(join(outdir, `${name}.mjs`))) });
    }
    return results;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
    const parent = dirname(outdir);
    if (existsSync(parent) && readdirSync(parent).length === 0) rmSync(parent, { recursive: true });
  }
}

/** Imports a module and keeps what it logs. */
async function importQuietly(path) {
  const lines = [];
  const { log } = console;
  console.log = (...values) => {
    const texts = values.map((value) => (typeof value === 'string' ? value : inspect(value)));
    lines.push(texts.join(' '));
  };
  try {
    const module = await import(pathToFileURL(path).href);
    return { printed: lines.join('\n'), module };
  } finally {
    console.log = log;
  }
}
