import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const loading = vi.hoisted(() => ({ addon: (): unknown => ({}), warnings: [] as string[] }));
vi.mock('../src/native/host.js', () => ({
  environmentVariable: () => undefined,
  requireFrom: () => loading.addon(),
  warn: (message: string) => void loading.warnings.push(message),
}));

beforeEach(() => {
  vi.resetModules();
  loading.warnings.length = 0;
});
afterEach(() => vi.restoreAllMocks());

/** The kernels of a process in which the add-on is this. */
async function kernelsWith(addon: () => unknown) {
  loading.addon = addon;
  return import('@nonsmooth/kernels');
}

describe('the portable kernels do the work', () => {
  test('where there is no add-on', async () => {
    const { defaultKernels, nativeKernels } = await kernelsWith(() => {
      throw new Error('Cannot find module');
    });
    expect(nativeKernels()).toBeUndefined();
    expect(defaultKernels.name).toBe('wasm-simd');
    expect(loading.warnings).toEqual([]);
  });

  test('on a processor whose instructions suffice for no table', async () => {
    const { defaultKernels, nativeKernels } = await kernelsWith(() => ({}));
    expect(nativeKernels()).toBeUndefined();
    expect(defaultKernels.name).toBe('wasm-simd');
    expect(loading.warnings).toEqual([]);
  });

  test('with a warning where native results differ in the last bit', async () => {
    const functions = {
      computes: () => true,
      risk: () => 1 + Number.EPSILON,
      realize: () => undefined,
    };
    const { defaultKernels, nativeKernels } = await kernelsWith(() => ({
      avx2: { f64: functions, f32: functions },
    }));
    expect(nativeKernels()).toBeUndefined();
    expect(defaultKernels.name).toBe('wasm-simd');
    expect(loading.warnings).toHaveLength(1);
    expect(loading.warnings[0]).toMatch(/native-avx2 differ/);
  });

  test('for what native kernels leave to them', async () => {
    const nothing = new Proxy({}, { get: () => () => undefined });
    const { nativeKernels, wasmKernels } = await kernelsWith(() => ({
      avx2: { f64: nothing, f32: nothing },
    }));
    const problem = {
      widths: [2, 4, 1],
      activation: { name: 'tanh' },
      loss: 'squared',
      dtype: 'f64',
      batchNormalization: false,
      inputs: Float64Array.of(1, 2, 3, 4),
      targets: Float64Array.of(1, -1),
    } as const;
    const theta = Float64Array.from({ length: 17 }, (_, i) => Math.sin(i));
    const [ours, theirs] = [nativeKernels()!, wasmKernels()].map((kernels) => {
      const risk = kernels.denseNetwork(problem);
      const product = new Float64Array(17);
      risk.hessianVector(theta, theta, product);
      const loop = risk.descent(theta, { rule: { name: 'adam', learningRate: 0.1 } });
      loop.run(5);
      return [product, loop.state().theta, risk.realize(theta, problem.inputs)];
    });
    expect(nativeKernels()!.name).toBe('native-avx2');
    expect(ours).toEqual(theirs);
  });
});
