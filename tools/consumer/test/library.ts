import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { build as buildByVite } from 'vite';
import { expect, test } from 'vitest';
import { command, root, writeFiles } from './pack.js';

const source = join(root, 'tools/consumer/library');

/** Other JavaScript engines, by their paths: versions of Node, Deno, Bun. */
const engines = (process.env['NODE_BINARIES'] ?? '').split(':').filter((path) => path !== '');
const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Tests of a library that somebody builds from the packages alone, in this project. */
export function testLibrary(project: () => string): void {
  let folder: string;
  /** What the library reports under the Node that runs the tests. */
  let expected: string;
  const runIn = (engine: string): string => {
    const words = basename(engine).startsWith('deno') ? ['run', '-A', '--no-lock'] : [];
    return command(folder, engine, ...words, join(folder, 'dist/main.js'));
  };

  test('a library built from the tarballs has strict types, trains, certifies and integrates', () => {
    const files = readdirSync(source).map((name) => [
      name,
      readFileSync(join(source, name), 'utf8'),
    ]);
    folder = writeFiles(project(), 'library', {
      ...Object.fromEntries(files),
      'main.ts': `
        import { report } from './report.js';
        declare const console: { log(text: string): void };
        console.log(JSON.stringify(report()));
      `,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          lib: ['ES2023'],
          module: 'NodeNext',
          strict: true,
          noUncheckedIndexedAccess: true,
          exactOptionalPropertyTypes: true,
          verbatimModuleSyntax: true,
          isolatedModules: true,
          skipLibCheck: false,
          declaration: true,
          outDir: 'dist',
          rootDir: '.',
          types: [],
        },
      }),
    });
    command(
      project(),
      process.execPath,
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    );
    expected = runIn(process.execPath);
    expect(JSON.parse(expected)).toMatchObject({
      isTrained: true,
      verdict: 'gradient',
      isShown: true,
      isForgeryRefused: true,
      isSaved: true,
      returned: true,
      slope: -1,
    });
  }, 120_000);

  test.skipIf(engines.length === 0)(
    'its numbers have the same bits under other engines',
    () => {
      for (const engine of engines) expect(runIn(engine), engine).toBe(expected);
    },
    120_000,
  );

  test('its page is bundled by esbuild and by vite, and has the same numbers in Node and a browser', async () => {
    const page = writeFiles(folder, 'page', {
      'entry.js': `
        import { report } from '../dist/report.js';
        const text = JSON.stringify(report());
        if (typeof document === 'undefined') console.log(text);
        else document.title = text;
      `,
    });
    const entry = join(page, 'entry.js');
    const byEsbuild = join(page, 'esbuild.js');
    await build({
      entryPoints: [entry],
      outfile: byEsbuild,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      logLevel: 'error',
    });
    await buildByVite({
      root: page,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: join(page, 'vite'),
        lib: { entry, formats: ['es'], fileName: () => 'vite.js' },
        minify: true,
      },
    });
    const bundles = [byEsbuild, join(page, 'vite/vite.js')];
    for (const bundle of bundles) {
      expect(command(page, process.execPath, '--experimental-default-type=module', bundle)).toBe(
        expected,
      );
    }
    if (browser === undefined) return; // none is installed here
    const html = `<!doctype html><body><script type="module">${readFileSync(byEsbuild, 'utf8').replaceAll('</script', '<\\/script')}</script>`;
    writeFiles(page, '.', { 'page.html': html });
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--virtual-time-budget=60000',
    ];
    const dom = execFileSync(
      browser,
      [...flags, '--dump-dom', `file://${join(page, 'page.html')}`],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 60_000,
      },
    );
    const title = /<title>(.*)<\/title>/.exec(dom)?.[1]?.replaceAll('&quot;', '"');
    expect(`${title}\n`).toBe(expected);
  }, 180_000);
}
