import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const root = join(import.meta.dirname, '../../..');

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: unknown;
}

/** Names of the publishable packages, without scope. */
export const packageNames: readonly string[] = readdirSync(join(root, 'packages')).sort();

/** Packs every built package, as publishing would, into `folder`; tarballs by name. */
export function packAll(folder: string): Readonly<Record<string, string>> {
  for (const name of packageNames) {
    if (!existsSync(join(root, 'packages', name, 'dist/index.js'))) {
      throw new Error(`packages/${name} is not built: run npm test, or npm run build`);
    }
  }
  const words = [
    '-r',
    '--filter',
    './packages/*',
    'exec',
    'pnpm',
    'pack',
    '--pack-destination',
    folder,
  ];
  command(root, process.execPath, 'tools/run.mjs', 'pnpm', ...words);
  return Object.fromEntries(
    packageNames.map((name) => {
      const file = readdirSync(folder).find((tarball) => tarball.startsWith(`nonsmooth-${name}-`));
      if (!file) throw new Error(`packages/${name} was not packed`);
      return [name, join(folder, file)];
    }),
  );
}

/** The packed add-on of this platform, if one was built. */
export function packPlatform(folder: string): string | undefined {
  if (!existsSync(join(root, 'packages/kernels/native/build/kernels.node'))) return undefined;
  const words = ['--filter', './platforms/*', 'exec', 'pnpm', 'pack', '--pack-destination', folder];
  command(root, process.execPath, 'tools/run.mjs', 'pnpm', ...words);
  const file = readdirSync(folder).find((tarball) => /kernels-linux-x64-.*tgz$/.test(tarball));
  return file && join(folder, file);
}

/** Packs a built app that is published, as publishing would, into `folder`. */
export function packApp(name: string, folder: string): string {
  if (!existsSync(join(root, 'apps', name, 'dist/main.js'))) {
    throw new Error(`apps/${name} is not built: run npm test, or npm run build`);
  }
  const words = [
    '--filter',
    `./apps/${name}`,
    'exec',
    'pnpm',
    'pack',
    '--pack-destination',
    folder,
  ];
  command(root, process.execPath, 'tools/run.mjs', 'pnpm', ...words);
  const file = readdirSync(folder).find((tarball) => tarball.startsWith(`nonsmooth-${name}-`));
  if (!file) throw new Error(`apps/${name} was not packed`);
  return join(folder, file);
}

/** The package and those of ours that it needs, by their manifests in the repository. */
export function closure(name: string): readonly string[] {
  const manifest = readManifest(join(root, 'packages', name));
  const needed = Object.keys(manifest.dependencies ?? {}).flatMap((dependency) =>
    dependency.startsWith('@nonsmooth/') ? closure(dependency.slice('@nonsmooth/'.length)) : [],
  );
  return [...new Set([name, ...needed])].sort();
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** A folder that is removed after the last test. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `nonsmooth-${name}-`));
  folders.push(folder);
  return folder;
}

/** A fresh project outside the repository with these tarballs installed by npm. */
export function installInFreshProject(tarballs: readonly string[]): string {
  const folder = temporaryFolder('consumer');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  command(folder, 'npm', 'install', ...flags, ...tarballs);
  return folder;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Runs a command and returns its stdout. @throws Error with all output if it fails. */
export function command(cwd: string, name: string, ...words: readonly string[]): string {
  // as in a shell of a user: NODE_PATH, which pnpm's shims set, would find packages of this repository
  const { NODE_PATH: _, ...env } = process.env;
  const { status, stdout, stderr, error } = spawnSync(name, words, { cwd, env, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(
    `${name} ${words.join(' ')}: ${error?.message ?? `status ${status}`}\n${stdout}${stderr}`,
  );
}

/** Writes files into a new folder below `project` and returns its path. */
export function writeFiles(
  project: string,
  name: string,
  files: Readonly<Record<string, string>>,
): string {
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}
