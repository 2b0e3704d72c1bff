import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { beforeAll, expect, test } from 'vitest';
import {
  command,
  installInFreshProject,
  packageNames,
  packAll,
  packApp,
  readManifest,
  temporaryFolder,
} from './pack.js';

/** A project of a user who installed the laboratory from its tarball. */
let project: string;
const lab = (...words: string[]): string => command(project, 'npx', '--no', 'nonsmooth', ...words);

beforeAll(() => {
  const folder = temporaryFolder('packed-lab');
  const tarballs = packAll(folder);
  project = installInFreshProject([
    ...packageNames.map((name) => tarballs[name]!),
    packApp('lab', folder),
  ]);
}, 240_000);

test('the tarball of the laboratory holds its program, studies, examples and the schema', () => {
  const folder = join(project, 'node_modules/@nonsmooth/lab');
  const top = readdirSync(folder).filter((file) => !/^(?:README|LICENSE|CHANGELOG)/.test(file));
  expect(top.sort()).toEqual([
    'bin',
    'dist',
    'examples',
    'package.json',
    'studies',
    'study.schema.json',
  ]);
  const files = readdirSync(join(folder, 'dist'), { recursive: true }).map(String);
  expect(files.filter((file) => !file.endsWith('.js'))).toEqual([]);
  const { dependencies = {} } = readManifest(folder);
  expect(JSON.stringify(dependencies)).not.toContain('workspace:');
  expect(Object.keys(dependencies)).not.toContain('@nonsmooth/apps-shared');
});

test('its manifest has no publishing mistakes', async () => {
  const pkgDir = join(project, 'node_modules/@nonsmooth/lab');
  const { messages } = await publint({ pkgDir, pack: false, level: 'warning' });
  expect(messages).toEqual([]);
});

test('nonsmooth runs a study, lists, reports and exports it in a folder that has nothing else', () => {
  writeFileSync(
    join(project, 'study.yaml'),
    `
title: XOR by a small network
network: { widths: [2, 4, 1], activation: tanh }
inputs: { kind: xor }
target: { kind: labels }
start: { kind: random, weights: heNormal }
dynamics: { kind: gradientFlow, until: 100 }
members: 3
`,
  );
  expect(lab('run', 'study.yaml', '--workers', '2')).toContain('[3/3]');
  expect(lab('list', 'lab/study').trimEnd().split('\n')).toHaveLength(3);
  lab('report', 'lab/study');
  lab('export', 'lab/study', '--format', 'csv');
  const rows = readFileSync(join(project, 'lab/study/trajectories.csv'), 'utf8').split('\r\n');
  expect(rows[0]).toBe('member,start,t,loss,speed,norm');
  expect(existsSync(join(project, 'lab/study/report.html'))).toBe(true);
  expect(JSON.parse(lab('schema'))).toHaveProperty('anyOf[0].properties.network');
});
