import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where peers are installed, apart from our own dependencies. */
export const peerFolder = '.peers';

/** Installs packages by npm unless they are there. @throws Error with npm's own words. */
export async function installPeers(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> {
  const content = { private: true, type: 'module', dependencies };
  const manifest = `${JSON.stringify(content, null, 2)}\n`;
  const path = join(folder, 'package.json');
  const stamp = join(folder, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, manifest);
  // Imports from this file resolve to what is installed beside it.
  writeFileSync(join(folder, 'load.mjs'), 'export const load = (name) => import(name);\n');
  await npmInstall(folder);
  writeFileSync(stamp, manifest);
}

function npmInstall(cwd: string): Promise<void> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['install', ...flags], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`installing the peers failed:\n${complaint}`));
    });
  });
}

/** Imports an installed peer package. */
export async function importPeer<Module>(folder: string, name: string): Promise<Module> {
  const loader = (await import(pathToFileURL(join(folder, 'load.mjs')).href)) as {
    load: (name: string) => Promise<Module>;
  };
  return loader.load(name);
}
