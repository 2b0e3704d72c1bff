import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const app = join(import.meta.dirname, '..');

/** Bundles a command and its worker from the sources, as they are now, to where their dependencies resolve. */
export async function bundle(folder: string, name: string): Promise<string> {
  const outdir = join(app, 'node_modules/.cache', name);
  await build({
    entryPoints: [join(app, folder, 'main.ts'), join(app, folder, 'worker.ts')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    conditions: ['@nonsmooth/source'],
    external: [
      '@observablehq/plot',
      'bullmq',
      'cli-table3',
      'commander',
      'ioredis',
      'linkedom',
      'piscina',
    ],
    logLevel: 'error',
  });
  return join(outdir, 'main.js');
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  interrupt(signal: NodeJS.Signals): void;
  /** Closes the reading end of stdout, as `| head` does. */
  stopReading(): void;
  /** Resolves when stdout or stderr have shown this text. */
  shown(text: string): Promise<void>;
}

const started: ChildProcess[] = [];

const folders: string[] = [];

/** Ends what a failed test may have left running, and removes what was written. */
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Starts a bundled command in an empty folder or `cwd`. */
export function start(
  main: string,
  words: readonly string[],
  cwd = temporaryFolder(),
  node = process.execPath,
): Running {
  const child = spawn(node, [main, ...words], { cwd });
  started.push(child);
  const output = { stdout: '', stderr: '' };
  const watchers: (() => void)[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      for (const watcher of watchers) watcher();
    });
  }
  return {
    ended: new Promise((resolve) => {
      child.on('close', (status) => resolve({ status, ...output }));
    }),
    interrupt: (signal) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    shown: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((output.stdout + output.stderr).includes(text)) resolve();
        };
        watchers.push(look);
        look();
      }),
  };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-bench-'));
  folders.push(folder);
  return folder;
}
