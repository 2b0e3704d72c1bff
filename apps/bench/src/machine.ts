import { defaultKernels } from '@nonsmooth/kernels';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** Where results were measured, and with which versions. */
export interface Machine {
  readonly processor: string;
  /** Hardware threads that this process may use. */
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** The kernels that did the work. */
  readonly kernels: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** Processor, memory, Node and the versions of these packages. */
export function describeMachine(packages: readonly string[]): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    kernels: defaultKernels.name,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/** Version in the manifest of an installed package, which need not export it. */
function versionOf(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    }
  }
  return 'unknown';
}
