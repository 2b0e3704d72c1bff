// Entry of `npm start`, `npm test` and the other commands of package.json: sets the repository up with nothing but Node
// and npm, then runs the task. Built-in modules only, because nothing is installed yet when it starts.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// not import.meta.dirname: a Node too old to have it shall get as far as pnpm, which says what is needed
const root = fileURLToPath(new URL('..', import.meta.url));
const [task, ...args] = process.argv.slice(2);
process.chdir(root);
const vitest = 'node_modules/vitest/vitest.mjs';
const vite = 'node_modules/vite/bin/vite.js';
const environment = cleanEnvironment();
/** Where the command was typed: what paths in it are relative to. */
const typedIn = process.env['INIT_CWD'] ?? root;

// Signals are passed to the child, which ends itself; then we pass its status on.
let child;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child?.kill(signal));

switch (task) {
  case 'pnpm':
    process.exit(await run(...pnpm(), ...args));
  case 'build':
    await install();
    process.exit(await run(...turboBuild(), ...args));
  case 'start':
    await setUp();
    process.exit(await runApp('bench', ...args));
  case 'lab':
    await setUp();
    process.exit(await runApp('lab', ...args));
  case 'web':
    await setUp();
    // a build alone is done by now
    if (args[0] === 'build') process.exit(0);
    process.exit(await run(process.execPath, vite, 'preview', 'apps/web', ...args));
  case 'docs':
    await setUp();
    process.exit(
      await run(process.execPath, 'docs/build.mjs', ...(args.length > 0 ? args : ['serve'])),
    );
  case 'test':
    await setUp();
    process.exit(await run(process.execPath, vitest, 'run', ...args));
  case 'coverage':
    await setUp();
    process.exit(await run(process.execPath, vitest, 'run', '--coverage', ...args));
  default:
    console.error(
      `tools/run.mjs: unknown task ${task}; allowed: start, test, coverage, lab, web, docs, build, pnpm`,
    );
    process.exit(2);
}

/** Builds what changed; what the build says is of interest only if it fails. */
async function setUp() {
  await install();
  const stamp = join(root, 'node_modules', '.nonsmooth-built');
  const state = buildState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  rmSync(stamp, { force: true });
  await mustQuietly('building what changed, half a minute for all', ...turboBuild());
  // anew: what a build writes into source folders is part of it
  writeFileSync(stamp, buildState());
}

/** Names, sizes and times of all that builds are made from, and which of them have been made. */
function buildState() {
  const made = new Set(['node_modules', 'dist', '.turbo', 'coverage']);
  const hash = createHash('sha256').update(process.version);
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (made.has(entry.name)) {
        if (entry.name === 'dist') hash.update(path);
      } else if (entry.isDirectory()) {
        if (entry.name !== 'test') visit(path);
      } else {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const group of ['packages', 'apps']) visit(join(root, group));
  for (const file of ['tools/build.mjs', 'tsconfig.base.json', 'turbo.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Turbo looks for pnpm on PATH, where `pnpm exec` has it. */
function turboBuild() {
  const turbo = ['turbo', 'run', 'build', '--output-logs=errors-only'];
  return [...pnpm(), '--silent', 'exec', ...turbo];
}

/** Installs when the lockfile or a manifest changed since the last time. */
async function install() {
  const stamp = join(root, 'node_modules', '.nonsmooth-installed');
  const state = installState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  console.error('Setting up: installing dependencies …');
  await must(
    ...pnpm(),
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--reporter=append-only',
  );
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  refuseNpm();
  writeFileSync(stamp, state);
}

/** With a lockfile of its own, npm reads "engines" and refuses; without one it crashes on the folders that pnpm makes. */
function refuseNpm() {
  const lock = { name: 'nonsmooth', lockfileVersion: 3, packages: { '': { name: 'nonsmooth' } } };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
}

function installState() {
  const manifests = ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name, 'package.json')),
  );
  const hash = createHash('sha256').update(process.version);
  const others = ['package.json', 'docs/package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  for (const file of [...others, ...manifests]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** The pnpm that package.json names: from PATH if it is that very version, else through npx. */
function pnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.split('@')[1];
  const found = spawnSync('pnpm', ['--version'], { encoding: 'utf8', cwd: '/', env: environment });
  return found.stdout?.trim() === version
    ? ['pnpm']
    : ['npx', '--yes', '--prefer-offline', `pnpm@${version}`];
}

/** What npm sets for its own scripts would configure pnpm too; keep only how to reach the registry. */
function cleanEnvironment() {
  const keep = /^npm_config_(registry|cache|cafile|ca|proxy|https_proxy|noproxy|userconfig)$/i;
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config|package|lifecycle)_/i.test(name) || keep.test(name),
  );
  return {
    ...Object.fromEntries(entries),
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_update_notifier: 'false',
  };
}

/** Runs a step of the set-up; what it says goes to stderr, so that stdout is the task's alone. */
async function must(...command) {
  const status = await runWith(['inherit', process.stderr, 'inherit'], undefined, ...command);
  if (status !== 0) process.exit(status);
}

/** Says what it does only if that takes more than a moment, and what the step said only if it failed. */
async function mustQuietly(what, ...command) {
  const notice = setTimeout(() => console.error(`Setting up: ${what} …`), 2000);
  const said = [];
  const output = (chunk) => void said.push(chunk);
  const status = await runWith(['inherit', 'pipe', 'pipe'], output, ...command);
  clearTimeout(notice);
  if (status === 0) return;
  if (status < 128) process.stderr.write(Buffer.concat(said));
  process.exit(status);
}

function run(command, ...rest) {
  return runWith('inherit', undefined, command, ...rest);
}

/** Runs an app in the folder where its command was typed. */
function runApp(name, ...words) {
  process.chdir(typedIn);
  return run(process.execPath, join(root, 'apps', name, 'dist/main.js'), ...words);
}

/** Resolves to the exit status; a child that a signal ended counts as 128 + its number, as in a shell. */
function runWith(stdio, onOutput, command, ...rest) {
  return new Promise((resolve) => {
    child = spawn(command, rest, { env: environment, stdio });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', onOutput);
    child.on('error', (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
