import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a page may import, and how many kB it may make of it. */
export const bundles: readonly {
  readonly name: string;
  readonly entry: string;
  readonly limit: number;
}[] = [
  {
    name: 'one method of ode',
    entry: `export { solve, dormandPrince54 } from '@nonsmooth/ode';`,
    limit: 21.3,
  },
  { name: 'all of ode', entry: `export * from '@nonsmooth/ode';`, limit: 47 },
  {
    name: 'kernels by plain loops',
    entry: `export { referenceKernels } from '@nonsmooth/kernels';`,
    limit: 11,
  },
  {
    name: 'WebAssembly kernels',
    entry: `export { wasmKernels } from '@nonsmooth/kernels';`,
    limit: 54.4,
  },
  {
    name: 'relaxed WebAssembly kernels, without the others',
    entry: `export { relaxedKernels } from '@nonsmooth/kernels/relaxed';`,
    limit: 54.4,
  },
  {
    name: 'the risk of a network',
    entry: `export { empiricalRisk, network } from '@nonsmooth/nets';`,
    limit: 79.3,
  },
  {
    name: 'gradientFlow of functions that a page brings',
    entry: `export { gradientFlow } from '@nonsmooth/flows';`,
    limit: 109,
  },
  {
    name: 'gradientFlow of a network’s risk, with kernels for all activations',
    entry: `
      export { gradientFlow } from '@nonsmooth/flows';
      export { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
      export { key } from '@nonsmooth/tensor';
    `,
    limit: 164.2,
  },
];

/** kB of a browser bundle of this file, minified by esbuild and compressed by gzip. */
export async function bundleSize(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'warning',
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000;
}
