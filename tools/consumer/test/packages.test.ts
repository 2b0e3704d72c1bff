import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import { publint } from 'publint';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundles, bundleSize } from './bundles.js';
import { testLibrary } from './library.js';
import {
  closure,
  command,
  installInFreshProject,
  packageNames,
  packAll,
  packPlatform,
  readManifest,
  root,
  temporaryFolder,
  writeFiles,
} from './pack.js';

let tarballs: Readonly<Record<string, string>>;
/** A project of a user who installed everything. */
let project: string;
const installed = (name: string) => join(project, 'node_modules/@nonsmooth', name);

beforeAll(() => {
  tarballs = packAll(temporaryFolder('packed'));
  project = installInFreshProject(packageNames.map((name) => tarballs[name]!));
}, 120_000);

describe.each(packageNames)('@nonsmooth/%s', (name) => {
  test('has a manifest for users: no workspace protocol, no source condition', () => {
    const text = readFileSync(join(installed(name), 'package.json'), 'utf8');
    expect(text).not.toContain('workspace:');
    const { exports } = readManifest(installed(name));
    expect(JSON.stringify(exports)).not.toContain('@nonsmooth/source');
    expect(exports).toMatchObject({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    });
  });

  test('contains what was built and nothing else', () => {
    const top = readdirSync(installed(name));
    expect(top.filter((file) => !/^(?:README|LICENSE|CHANGELOG)/.test(file)).sort()).toEqual([
      'dist',
      'package.json',
    ]);
    const files = readdirSync(join(installed(name), 'dist'), { recursive: true }).map(String);
    expect(files.filter((file) => /\.map$|tsbuildinfo|\.test\./.test(file))).toEqual([]);
    const refersToMap = (file: string): boolean =>
      /\.(?:js|ts)$/.test(file) &&
      readFileSync(join(installed(name), 'dist', file), 'utf8').includes('sourceMappingURL');
    expect(files.filter(refersToMap)).toEqual([]);
  });

  test('declares every package that its code and its types import', () => {
    const { dependencies = {} } = readManifest(installed(name));
    const files = readdirSync(join(installed(name), 'dist'), { recursive: true }).map(String);
    const undeclared = files
      .filter((file) => /\.(?:js|d\.ts)$/.test(file))
      .flatMap((file) => {
        const imported = importsOf(readFileSync(join(installed(name), 'dist', file), 'utf8'));
        // types may have a package of their own
        const isDeclared = (one: string): boolean =>
          one in dependencies || (file.endsWith('.d.ts') && `@types/${one}` in dependencies);
        return imported.filter((one) => !isDeclared(one) && !isBuiltin(one));
      });
    expect([...new Set(undeclared)]).toEqual([]);
  });

  test('runs without Node: imports none of its modules', () => {
    const code = readFileSync(join(installed(name), 'dist/index.js'), 'utf8');
    expect(importsOf(code).filter(isBuiltin)).toEqual([]);
  });

  test('is imported from ESM', () => {
    const program = `console.log(Object.keys(await import('@nonsmooth/${name}')).length)`;
    const count = command(project, process.execPath, '--input-type=module', '-e', program);
    expect(Number(count)).toBeGreaterThan(0);
  });

  test('has types that resolve for every way to import an ES module', async () => {
    const data = new Uint8Array(readFileSync(tarballs[name]!));
    const analysis = await checkPackage(createPackageFromTarballData(data));
    const problems = analysis.types ? analysis.problems : [];
    expect(analysis.types).toMatchObject({ kind: 'included' });
    // ESM only by design: CommonJS and node10 resolution are left out.
    expect(problems.filter(({ kind }) => !leftOut.has(kind))).toEqual([]);
  });

  test('has a manifest without publishing mistakes', async () => {
    const { messages } = await publint({ pkgDir: installed(name), pack: false, level: 'warning' });
    expect(messages).toEqual([]);
  });
});

test('all manifests say where the package lives, as the root’s manifest says it', () => {
  expect(command(root, process.execPath, 'tools/release/metadata.mjs', '--check')).toBe('');
});

describe.each(bundles)('a bundle of $name', ({ entry, limit }) => {
  test(`takes at most ${limit} kB, minified and compressed`, async () => {
    const folder = writeFiles(project, `bundle-${entry.length}`, { 'entry.js': entry });
    const kilobytes = await bundleSize(join(folder, 'entry.js'));
    console.log(`${kilobytes.toFixed(1)} kB of ${limit}`);
    expect(kilobytes).toBeLessThanOrEqual(limit);
    // whoever lets it shrink lowers the limit
    expect(kilobytes).toBeGreaterThan(0.8 * limit);
  });
});

test('the package of the platform brings native kernels, and its absence the portable ones', () => {
  const program = `
    import { defaultKernels, nativeKernels } from '@nonsmooth/kernels';
    console.log(defaultKernels.name, nativeKernels()?.name ?? 'none');
  `;
  const kernelsIn = (folder: string) =>
    command(folder, process.execPath, '--input-type=module', '-e', program).trim();
  expect(kernelsIn(project)).toBe('wasm-simd none');

  const platform = packPlatform(temporaryFolder('platform'));
  if (!platform) return; // no compiler built one here
  const names = closure('kernels').map((name) => tarballs[name]!);
  const native = kernelsIn(installInFreshProject([...names, platform]));
  expect(native).toMatch(/^(native-avx(?:2|512)) \1$|^wasm-simd none$/);
  // as on this machine without packing: a processor without AVX2 has none
  const addon = createRequire(import.meta.url)(
    join(root, 'packages/kernels/native/build/kernels.node'),
  ) as object;
  const isOn = process.env['NONSMOOTH_NATIVE'] !== 'off';
  expect(native.startsWith('native')).toBe(isOn && Object.keys(addon).length > 0);
}, 120_000);

const strictCompiler = JSON.stringify({
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: false,
    types: [],
  },
});

const compile = (folder: string) =>
  command(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);

test('TypeScript users get the types of everything', () => {
  const imports = packageNames.map(
    (name, i) => `import * as package${i} from '@nonsmooth/${name}';\nexport { package${i} };`,
  );
  compile(
    writeFiles(project, 'everything', {
      'everything.ts': imports.join('\n'),
      'tsconfig.json': strictCompiler,
    }),
  );
});

test('a program across the packages compiles with their types and runs', () => {
  const folder = writeFiles(project, 'program', {
    'program.ts': program,
    'tsconfig.json': strictCompiler,
  });
  compile(folder);
  const [before, after, slope] = command(project, process.execPath, join(folder, 'program.js'))
    .split(' ')
    .map(Number) as [number, number, number];
  expect(after).toBeLessThan(before);
  expect(slope).toBe(6);
});

const program = `
import { grad, mul, type Value } from '@nonsmooth/autodiff';
import { adam, descend } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, xavierUniform, type Network } from '@nonsmooth/nets';
import { key, linspace } from '@nonsmooth/tensor';

declare const console: { log(text: string): void };

const net: Network = network([1, 8, 1], { activation: 'relu' });
const inputs = linspace(-1, 1, 50).data;
const risk = empiricalRisk(net, { inputs, targets: inputs.map(Math.abs) });
const start: Float64Array = initialize(net, xavierUniform, key(1));
const { theta } = descend(risk, start, adam({ learningRate: 0.01 }), { steps: 200 });
const square = (x: Value): Value => mul(x, x);
const slope: number = grad(square)(3).data[0] ?? NaN;
console.log([risk.value(start), risk.value(theta), slope].join(' '));
`;

testLibrary(() => project);

test.each(packageNames)(
  '%s installs alone with those that it needs, and is imported',
  (name) => {
    const needed = closure(name);
    const alone = installInFreshProject(needed.map((one) => tarballs[one]!));
    expect(readdirSync(join(alone, 'node_modules/@nonsmooth')).sort()).toEqual(needed);
    const program = `await import('@nonsmooth/${name}')`;
    command(alone, process.execPath, '--input-type=module', '-e', program);
  },
  120_000,
);

const leftOut = new Set(['CJSResolvesToESM', 'NoResolution', 'UntypedResolution']);

/** Packages (not relative files) in the static imports and re-exports of a module. */
function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^."'\s][^"'\s]*)["']/g)].map(
    (found) => {
      const words = found[1]!.split('/');
      return found[1]!.startsWith('@') ? words.slice(0, 2).join('/') : words[0]!;
    },
  );
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
