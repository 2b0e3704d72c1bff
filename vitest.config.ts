import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
// Tests run on the sources of every package, not on what was built.
const conditions = ['@nonsmooth/source', ...defaultServerConditions];

const folders = ['packages', 'apps', 'tools'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
);
const projects = [...folders, join(root, 'docs')]
  .filter((folder) => existsSync(join(folder, 'test')))
  .map((folder) => ({
    extends: true as const,
    root: folder,
    test: { name: basename(folder), include: ['test/**/*.test.ts'] },
  }));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects,
    reporters: ['default', join(root, 'tools/vitest-tally.mjs')],
    setupFiles: [join(root, 'tools/random-inputs.mjs')],
    testTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**', 'apps/*/src/**'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportOnFailure: true,
    },
  },
});
