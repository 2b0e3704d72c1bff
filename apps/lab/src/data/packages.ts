import type { Import } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where packages of data are installed, below the current folder, apart from the project's own. */
export const packageFolder = '.packages';

/** A function that imports what an npm package installs, by name; it is installed when it is first asked for. */
export async function importPackage(argument: string, named: string): Promise<Import> {
  const place = placeOf(argument, named);
  // imports from this file resolve to what is installed beside it
  const loader = join(place, 'load.mjs');
  if (!existsSync(loader)) {
    writeFileSync(loader, 'export const load = (name) => import(name);\n');
  }
  const { load } = (await import(pathToFileURL(resolve(loader)).href)) as { load: Import };
  return load;
}

/**
 * The path of a file that an npm package ships. The package is installed when it is first asked for, without running
 * any of its scripts.
 * @throws ArgumentError with npm's own words if that fails.
 */
export function fileInPackage(argument: string, named: string, file: string): string {
  return join(placeOf(argument, named), 'node_modules', nameIn(named), file);
}

const nameIn = (named: string): string => named.slice(0, named.lastIndexOf('@'));

/** Where a package is installed. @throws ArgumentError with npm's own words if it cannot be. */
function placeOf(argument: string, named: string): string {
  const place = join(packageFolder, named.replaceAll('/', '+'));
  if (!existsSync(join(place, 'node_modules', nameIn(named), 'package.json'))) {
    install(argument, named, place);
  }
  return place;
}

function install(argument: string, named: string, place: string): void {
  console.error(`Installing ${named} into ${place} …`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', place];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, named], { encoding: 'utf8' });
  if (status === 0) return;
  const [why = 'npm cannot be run'] = (stderr ?? '').trim().split('\n').slice(-1);
  throw new ArgumentError(argument, named, `a package that npm can install (${why})`);
}
