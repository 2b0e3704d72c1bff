import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
// Tests run on the sources of every package, not on what was built.
const conditions = ['@nonsmooth/source', ...defaultServerConditions];

const projects = ['packages', 'apps', 'tools'].flatMap((group) =>
  readdirSync(join(root, group))
    .filter((name) => existsSync(join(root, group, name, 'test')))
    .map((name) => ({
      extends: true as const,
      root: join(root, group, name),
      test: { name, include: ['test/**/*.test.ts'] },
    })),
);

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
