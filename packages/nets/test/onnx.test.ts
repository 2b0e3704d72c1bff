import fc from 'fast-check';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import { activationNames } from '@nonsmooth/kernels';
import { initialize, network, realize, xavierUniform } from '@nonsmooth/nets';
import { readOnnx, writeOnnx } from '@nonsmooth/nets/onnx';
import { FormatError } from '@nonsmooth/tensor/formats';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { writeMessage } from '../src/onnx/protobuf.js';

env.wasm.numThreads = 1;
env.logLevel = 'error';

const parameters = { leakyRelu: 0.2, elu: 1.5 } as const;
const activationOf = (name: (typeof activationNames)[number]) =>
  name in parameters ? { name, parameter: parameters[name as keyof typeof parameters] } : { name };

/** The numbers of a runtime that others wrote. */
async function run(model: Uint8Array, inputs: Float32Array, width: number): Promise<Float32Array> {
  const session = await InferenceSession.create(model);
  const fed = new OrtTensor('float32', inputs, [inputs.length / width, width]);
  const { output } = await session.run({ input: fed });
  await session.release();
  return output!.data as Float32Array;
}

function randomInputs(seed: number, samples: number, width: number): Float32Array {
  return Float32Array.from(uniform(key(seed), [samples * width], { low: -2, high: 2 }).data);
}

function rows(inputs: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: inputs.length / width }, (_, i) =>
    Array.from(inputs).slice(i * width, (i + 1) * width),
  );
}

describe.each(activationNames)('a network with %s', (name) => {
  const net = network([3, 7, 5, 2], { activation: activationOf(name) });
  const theta = initialize(net, xavierUniform, key(1));

  test('has the values of an independent runtime', async () => {
    const inputs = randomInputs(2, 40, 3);
    const values = await run(writeOnnx(net, theta), inputs, 3);
    const expected = realize(net, Float32Array.from(theta), rows(inputs, 3)).data;
    expect(values.length).toBe(expected.length);
    values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-5));
  });

  test('comes back from its file', () => {
    const read = readOnnx(writeOnnx(net, theta, { dtype: 'f64' }));
    expect(read.network).toEqual(net);
    expect(read.theta).toEqual(theta);
    expect(read.statistics).toBeUndefined();
  });
});

describe('a network with normalized input', () => {
  const net = network([4, 6, 3], { activation: 'relu', batchNormalization: true });
  const theta = initialize(net, xavierUniform, key(3)).map((x, i) => (i < 8 ? 0.5 + 0.1 * i : x));

  test('has the values of an independent runtime with the statistics of its batch', async () => {
    const inputs = randomInputs(5, 60, 4);
    const batch = rows(inputs, 4);
    const mean = [0, 1, 2, 3].map((t) => batch.reduce((sum, row) => sum + row[t]! / 60, 0));
    const variance = mean.map((m, t) =>
      batch.reduce((sum, row) => sum + (row[t]! - m) ** 2 / 60, 0),
    );
    const model = writeOnnx(net, theta, { statistics: { mean, variance } });
    const values = await run(model, inputs, 4);
    const expected = realize(net, Float32Array.from(theta), batch).data;
    values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-5));
  });

  test('comes back with its statistics, and is refused without', () => {
    const statistics = { mean: Float64Array.of(1, 2, 3, 4), variance: Float64Array.of(1, 0, 2, 3) };
    const read = readOnnx(writeOnnx(net, theta, { dtype: 'f64', statistics }));
    expect(read).toEqual({ network: net, theta, statistics });
    expect(() => writeOnnx(net, theta)).toThrow(
      /statistics = undefined; allowed: mean and variance/,
    );
  });
});

test('random architectures come back, in f32 rounded to it', () => {
  const widths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(widths, fc.constantFrom(...activationNames), fc.nat(), (list, name, seed) => {
      const net = network(list, {
        activation: activationOf(list.length === 2 ? 'identity' : name),
      });
      const theta = initialize(net, xavierUniform, foldIn(key(7), seed % 1000));
      const { theta: read, network: same } = readOnnx(writeOnnx(net, theta));
      expect(same.widths).toEqual(list);
      expect(read).toEqual(Float64Array.from(Float32Array.from(theta)));
    }),
    { numRuns: 60 },
  );
});

test('cut, changed and foreign bytes are refused by a typed error, or are another network', () => {
  const net = network([2, 3, 1], { activation: 'softplus' });
  const model = writeOnnx(net, initialize(net, xavierUniform, key(1)));
  const read = (bytes: Uint8Array): void => {
    try {
      readOnnx(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  };
  for (let length = 0; length < model.length; length++) read(model.subarray(0, length));
  for (let at = 0; at < model.length; at++) {
    for (const bit of [1, 8, 128]) read(model.with(at, model[at]! ^ bit));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), read), { numRuns: 300 });
  expect(() => readOnnx(new Uint8Array())).toThrow(/ONNX: no graph/);
});

describe('models that others wrote', () => {
  type Attribute = readonly [name: string, value: number | string];
  interface Changes {
    readonly biases?: readonly number[];
    readonly gemm?: readonly Attribute[];
    readonly gelu?: readonly Attribute[];
    readonly domain?: string;
    readonly inputs?: readonly string[];
  }

  const node = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: readonly Attribute[],
    domain: string,
  ): Uint8Array =>
    writeMessage([
      ...inputs.map((name) => [1, name] as const),
      [2, output],
      [4, op],
      ...attributes.map(([name, value]) => {
        const content = [typeof value === 'string' ? 4 : 3, value] as const;
        return [5, writeMessage([[1, name], content])] as const;
      }),
      [7, domain],
    ]);
  const array = (name: string, dims: readonly number[], values: readonly number[]): Uint8Array =>
    writeMessage([
      ...dims.map((extent) => [1, extent] as const),
      [2, 11],
      [8, name],
      [9, new Uint8Array(Float64Array.from(values).buffer)],
    ]);

  /** x ↦ W gelu(Vx + b) with V = (1 2; 3 4), b = (5, 6), W = (7 8). */
  const model = ({
    biases = [2],
    gemm = [],
    gelu = [],
    domain = '',
    inputs = ['x', 'V', 'b'],
  }: Changes): Uint8Array => {
    const place = (name: string): Uint8Array => writeMessage([[1, name]]);
    const graph = writeMessage([
      [1, node('Gemm', inputs, 'y', [['transB', 1], ...gemm], '')],
      [1, node('Gelu', ['y'], 'z', gelu, domain)],
      [1, node('Gemm', ['z', 'W'], 'out', [['transB', 1]], 'ai.onnx')],
      [5, array('V', [2, 2], [1, 2, 3, 4])],
      [5, array('b', biases, [5, 6])],
      [5, array('W', [1, 2], [7, 8])],
      [11, place('x')],
      [12, place('out')],
    ]);
    return writeMessage([[7, graph]]);
  };
  const thetaOf = (changes: Changes): number[] => Array.from(readOnnx(model(changes)).theta);

  test('are read where they say the same in other words', () => {
    const theta = [1, 2, 3, 4, 5, 6, 7, 8, 0];
    const same: readonly Changes[] = [
      {},
      { biases: [1, 2] },
      { gelu: [['approximate', 'none']] },
      { domain: 'ai.onnx' },
    ];
    for (const changes of same) expect(thetaOf(changes)).toEqual(theta);
    expect(thetaOf({ inputs: ['x', 'V', ''] })).toEqual([1, 2, 3, 4, 0, 0, 7, 8, 0]);
  });

  test('are refused by name where they say something else', () => {
    const others: readonly (readonly [Changes, string])[] = [
      [{ gelu: [['approximate', 'tanh']] }, 'Gelu with approximate = tanh'],
      [{ gelu: [['beta', 2]] }, 'Gelu with beta'],
      [{ domain: 'com.example' }, 'com.example.Gelu'],
      [{ biases: [2, 1] }, 'biases of shape [2, 1]'],
      [{ gemm: [['transA', 1]] }, 'Gemm with alpha, beta or transA'],
      [{ gemm: [['broadcast', 1]] }, 'Gemm with broadcast'],
    ];
    for (const [changes, message] of others) {
      expect(() => readOnnx(model(changes))).toThrow(FormatError);
      expect(() => readOnnx(model(changes))).toThrow(message);
    }
  });
});
