import { comparedVersions } from '@nonsmooth/apps-shared';
import { importPeer } from './install.js';
import { layersOf, type Peer } from './peer.js';

/** Arrays are counted references: a call consumes its arguments, `ref` keeps one. */
interface Array {
  readonly ref: Array;
  reshape(shape: readonly number[]): Array;
  add(other: Array): Array;
  sub(other: Array): Array;
  mul(other: Array | number): Array;
  transpose(): Array;
  sum(): Array;
  dataSync(): ArrayLike<number>;
}

interface Library {
  init(backend: string): Promise<unknown>;
  defaultDevice(backend: string): void;
  jit<F>(f: F): F;
  valueAndGrad(
    f: (theta: readonly Array[], inputs: Array, targets: Array) => Array,
  ): (theta: readonly Array[], inputs: Array, targets: Array) => [Array, readonly Array[]];
  readonly nn: { relu(a: Array): Array };
  readonly numpy: {
    readonly float32: unknown;
    readonly float64: unknown;
    array(data: ArrayLike<number>, options: { dtype: unknown }): Array;
    matmul(a: Array, b: Array): Array;
    tanh(a: Array): Array;
  };
}

function Missing(): void {}

/** A jit-compiled value-and-gradient on the WebAssembly backend. */
export const jaxJs: Peer = {
  name: 'jax-js',
  packages: { '@jax-js/jax': comparedVersions['@jax-js/jax'] },
  dtypes: ['f64', 'f32'],
  async lossAndGradient(problem, folder) {
    // The library asks whether data are of this class, which Node 20 does not have.
    Object.assign(globalThis, { Float16Array: Reflect.get(globalThis, 'Float16Array') ?? Missing });
    const jax = await importPeer<Library>(folder, '@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    const { numpy, nn } = jax;
    const { widths, samples, activation } = problem;
    const depth = widths.length - 1;
    const array = (data: ArrayLike<number>, ...shape: number[]): Array =>
      problem.dtype === 'f64'
        ? numpy.array(Float64Array.from(data), { dtype: numpy.float64 }).reshape(shape)
        : numpy.array(Float32Array.from(data), { dtype: numpy.float32 }).reshape(shape);
    const inputs = array(problem.inputs, samples, widths[0]!);
    const targets = array(problem.targets, samples, widths[depth]!);
    const theta = layersOf(problem).flatMap(({ rows, columns, weights, bias }) => [
      array(weights, rows, columns),
      array(bias, rows),
    ]);
    const activate = (z: Array) => (activation === 'relu' ? nn.relu(z) : numpy.tanh(z));
    const differentiate = jax.jit(
      jax.valueAndGrad((parameters, x, y) => {
        let values = x;
        for (let k = 0; k < depth; k++) {
          const z = numpy
            .matmul(values, parameters[2 * k]!.transpose())
            .add(parameters[2 * k + 1]!);
          values = k + 1 < depth ? activate(z) : z;
        }
        const residual = values.sub(y);
        return residual.ref
          .mul(residual)
          .sum()
          .mul(1 / samples);
      }),
    );
    let loss = 0;
    let gradient: readonly ArrayLike<number>[] = [];
    return {
      run() {
        const [value, slopes] = differentiate(
          theta.map(({ ref }) => ref),
          inputs.ref,
          targets.ref,
        );
        loss = value.dataSync()[0]!;
        gradient = slopes.map((slope) => slope.dataSync());
      },
      result: () => ({ loss, gradient: gradient.flatMap((one) => [...Float64Array.from(one)]) }),
    };
  },
};
