import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../build-native.mjs');
// the build takes codes of names from the package that was built before it
const isBuilt = existsSync(join(import.meta.dirname, '../dist/index.js'));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nonsmooth-native-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function buildWith(compiler: string) {
  return spawnSync(process.execPath, [script, '--into', folder], {
    encoding: 'utf8',
    env: { ...process.env, CXX: compiler },
  });
}

/** A compiler that does what the lines of shell say; it knows its version. */
function compilerOf(lines: string): string {
  const file = join(folder, 'compiler');
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(!isBuilt || process.platform !== 'linux' || process.arch !== 'x64')(
  'the build goes on in silence, but for one line,',
  () => {
    test('without a compiler', () => {
      const { status, stdout, stderr } = buildWith('no-such-compiler');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toBe('no native kernels: no C++ compiler (tried no-such-compiler)\n');
    });

    test('with a compiler that fails', () => {
      const { status, stdout, stderr } = buildWith(
        compilerOf('echo "fatal error: no vectors here" >&2; exit 1'),
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^no native kernels: .*ended with 1: fatal error: no vectors here\n$/);
    });

    test('with a compiler whose result cannot be loaded', () => {
      const { status, stdout, stderr } = buildWith(
        compilerOf('for word; do last="$word"; done; echo garbage > "$last"'),
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^no native kernels: .*\n$/);
      expect(existsSync(join(folder, 'kernels.node'))).toBe(false);
    });
  },
);
