import { comparedVersions, quietly } from '@nonsmooth/apps-shared';
import { importPeer } from './install.js';
import { layersOf, type DenseRiskProblem, type Peer, type PeerTask } from './peer.js';

interface Tensor {
  dataSync(): Float32Array;
}

interface Library {
  setBackend(name: string): Promise<boolean>;
  tensor2d(data: Float32Array, shape: readonly [number, number]): Tensor;
  tensor1d(data: Float32Array): Tensor;
  tidy(work: () => void): void;
  valueAndGrads(f: (...parameters: Tensor[]) => Tensor): (parameters: readonly Tensor[]) => {
    value: Tensor;
    grads: readonly Tensor[];
  };
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  square(a: Tensor): Tensor;
  sum(a: Tensor): Tensor;
  div(a: Tensor, b: number): Tensor;
  relu(a: Tensor): Tensor;
  tanh(a: Tensor): Tensor;
}

const version = comparedVersions['@tensorflow/tfjs'];

/** TensorFlow.js in plain JavaScript. */
export const tfjsCpu: Peer = tfjs('cpu');
/** TensorFlow.js with its WebAssembly kernels. */
export const tfjsWasm: Peer = tfjs('wasm');

/** TensorFlow.js, which has float32 only. */
function tfjs(backend: 'cpu' | 'wasm'): Peer {
  return {
    name: `tfjs ${backend}`,
    packages: { '@tensorflow/tfjs': version, '@tensorflow/tfjs-backend-wasm': version },
    dtypes: ['f32'],
    lossAndGradient: (problem, folder) =>
      quietly(async () => {
        const module = await importPeer<Library & { default?: Library }>(
          folder,
          '@tensorflow/tfjs',
        );
        await importPeer(folder, '@tensorflow/tfjs-backend-wasm');
        const tf = module.default ?? module;
        await tf.setBackend(backend);
        const work = task(tf, problem);
        work.run();
        return work;
      }),
  };
}

function task(tf: Library, problem: DenseRiskProblem): PeerTask {
  const { widths, samples, activation } = problem;
  const depth = widths.length - 1;
  const rows = (data: ArrayLike<number>, width: number): Tensor =>
    tf.tensor2d(Float32Array.from(data), [samples, width]);
  const inputs = rows(problem.inputs, widths[0]!);
  const targets = rows(problem.targets, widths[depth]!);
  const parameters = layersOf(problem).flatMap((layer) => [
    tf.tensor2d(Float32Array.from(layer.weights), [layer.rows, layer.columns]),
    tf.tensor1d(Float32Array.from(layer.bias)),
  ]);
  const differentiate = tf.valueAndGrads((...theta) => {
    let values = inputs;
    for (let k = 0; k < depth; k++) {
      const z = tf.add(tf.matMul(values, theta[2 * k]!, false, true), theta[2 * k + 1]!);
      values = k + 1 < depth ? tf[activation](z) : z;
    }
    return tf.div(tf.sum(tf.square(tf.sub(values, targets))), samples);
  });
  let loss = 0;
  let gradient: readonly Float32Array[] = [];
  return {
    run: () =>
      tf.tidy(() => {
        const { value, grads } = differentiate(parameters);
        loss = value.dataSync()[0]!;
        gradient = grads.map((one) => one.dataSync().slice());
      }),
    result: () => ({ loss, gradient: gradient.flatMap((one) => Array.from(one)) }),
  };
}
