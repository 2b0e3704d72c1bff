// `npm run docs -- build` writes docs/dist, `npm run docs` also shows the site on localhost; `serve <port>` chooses the port.
// The packages and the kink lab must have been built.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { build as bundle, transform } from 'esbuild';
import { build, serve } from 'vitepress';
import { drawCurves } from './draw-curves.mjs';
import { measuredTables, newestResults } from './measured-tables.mjs';
import { exampleNames, readExample, runExamples } from './run-examples.mjs';

const root = import.meta.dirname;
const generated = join(root, 'pages/generated');

function write(path, text) {
  const file = join(generated, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Code, output and figure of every example as a part that pages include, and one page per package with all of its. */
async function writeExamples() {
  const runs = await runExamples(exampleNames());
  const pages = new Map();
  for (const { name, printed, module } of runs) {
    const { title, code } = readExample(name);
    const figure = module.curves ? `\n${drawCurves(module.curves)}\n` : '';
    const [group, file] = name.split('/');
    const how = await howToRun(file, code);
    const part = `\`\`\`ts\n${code}\n\`\`\`\n\n${how}\n\n\`\`\`text\n${printed}\n\`\`\`\n${figure}`;
    write(`parts/${name}.md`, part);
    const section = `## ${title} {:#${file}:}\n\n<!--@include: @/generated/parts/${name}.md-->\n`;
    pages.set(group, [...(pages.get(group) ?? []), section]);
  }
  for (const [group, sections] of pages) {
    const about = `Each runs as it stands, with the package${group === 'core' ? 's that it imports' : ''} installed.`;
    const head = `# Examples of ${group}\n\n${about} Node from 22.18 on runs files <code>.mts</code> without <code>npx tsx</code>. [Reference](/api/${group})\n\n`;
    write(`examples/${group}.md`, head + sections.join('\n'));
  }
}

/** What to call the file of an example, and how to run it: not every Node takes types. */
async function howToRun(file, code) {
  const isPlain = await transform(code, { loader: 'js', logLevel: 'silent' }).then(
    () => true,
    () => false,
  );
  const words = isPlain
    ? `Saved as <code>${file}.mjs</code>, run by <code>node ${file}.mjs</code>, it prints`
    : `Saved as <code>${file}.mts</code>, run by <code>npx tsx ${file}.mts</code>, it prints`;
  return `<p class="run">${words}</p>`;
}

/** The tables of the page on performance, from the results that the benchmark has kept. */
function writeMeasurements() {
  for (const [name, text] of Object.entries(measuredTables(newestResults()))) {
    write(`parts/performance/${name}.md`, text);
  }
}

/** The kink lab's own modules, to draw and to address what pages show. */
async function kinkLab() {
  const { outputFiles } = await bundle({
    stdin: {
      contents: `export { presets, stateOfPreset } from './presets/index.js';
        export { printState } from './state/url.js';
        export { experimentOf } from './state/experiments.js';
        export { problemOf } from './compute/problem.js';
        export { computeRun } from './compute/run.js';
        export { movingFigure } from './export/moving-figure.js';
        export { dark, light } from './draw/theme.js';`,
      resolveDir: join(root, '../apps/web/src'),
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    // imports for types only are no loss
    logLevel: 'error',
  });
  // beside the site, for what it imports
  const file = join(root, '.vitepress/theme/generated/kink-lab.mjs');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outputFiles[0].contents);
  const lab = await import(pathToFileURL(file));
  rmSync(file);
  return lab;
}

/** The part behind # of the addresses that show the presets of the kink lab, by id, for the panels of pages. */
function writePanelAddresses({ presets, printState, stateOfPreset }) {
  const addresses = presets.map((preset) => [preset.id, printState(stateOfPreset(preset))]);
  const file = join(root, '.vitepress/theme/generated/addresses.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(addresses)));
}

/** The picture of the first page, light and dark, moving and still. */
function writeHero({ presets, stateOfPreset, experimentOf, problemOf, computeRun, ...draw }) {
  const state = stateOfPreset(presets.find(({ id }) => id === 'sliding'));
  const problem = problemOf(experimentOf(state));
  const run = computeRun(experimentOf(state));
  for (const theme of [draw.light, draw.dark]) {
    for (const [name, seconds] of [
      ['moving', 16],
      ['still', 0],
    ]) {
      const title =
        'A network learns: its output, the kinks of its neurons, and what happens at them';
      const options = { width: 560, title, seconds, time: state.time };
      const picture = draw.movingFigure(problem, run, theme, options);
      write(`../public/generated/hero-${theme.name}-${name}.svg`, picture);
    }
  }
}

/** The reference of every export, from the sources. */
function writeReference() {
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
  const { status, stderr, stdout } = spawnSync(process.execPath, [typedoc], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`typedoc ended with ${status}:\n${stdout}${stderr}`);
  const folder = join(generated, 'reference/@nonsmooth');
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    // pages of packages link to each other; what looks like a tag or a mustache is code
    write(`api/${file}`, text.replaceAll('{{', '{ {').replaceAll(/(\w)_\{/g, '$1\\_{'));
  }
  rmSync(join(generated, 'reference'), { recursive: true });
}

rmSync(generated, { recursive: true, force: true });
await writeExamples();
writeMeasurements();
const lab = await kinkLab();
writePanelAddresses(lab);
writeHero(lab);
writeReference();
await build(root);
const page = join(root, '../apps/web/dist');
if (existsSync(page)) cpSync(page, join(root, 'dist/lab'), { recursive: true });
else console.log('the kink lab was not built: its panels are empty');
if (process.argv[2] === 'serve') {
  const port = Number(process.argv[3] ?? 4173);
  await serve({ root, port });
}
