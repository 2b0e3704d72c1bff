import { importPeer } from './install.js';
import { layersOf, type DenseRiskProblem, type Peer } from './peer.js';

interface Matrix {
  readonly columns: number;
  transpose(): Matrix;
  mmul(other: Matrix): Matrix;
  addRowVector(row: readonly number[]): Matrix;
  sub(other: Matrix): Matrix;
  mul(other: Matrix | number): Matrix;
  apply(change: (this: Matrix, i: number, j: number) => void): Matrix;
  clone(): Matrix;
  get(i: number, j: number): number;
  set(i: number, j: number, value: number): Matrix;
  sum(): number;
  sum(by: 'column'): number[];
  dot(other: Matrix): number;
  to1DArray(): number[];
}

interface Library {
  readonly Matrix: { from1DArray(rows: number, columns: number, data: readonly number[]): Matrix };
}

/** Forward and backward written with matrix products, rows of samples. */
export const mlMatrix: Peer = {
  name: 'ml-matrix',
  packages: { 'ml-matrix': '6.15.1' },
  dtypes: ['f64'],
  async lossAndGradient(problem, folder) {
    const { Matrix } = await importPeer<Library>(folder, 'ml-matrix');
    const { widths, samples } = problem;
    const rows = (data: ArrayLike<number>, width: number) =>
      Matrix.from1DArray(samples, width, Array.from(data));
    const inputs = rows(problem.inputs, widths[0]!);
    const targets = rows(problem.targets, widths[widths.length - 1]!);
    const layers = layersOf(problem).map((layer) => ({
      weights: Matrix.from1DArray(layer.rows, layer.columns, Array.from(layer.weights)),
      bias: Array.from(layer.bias),
    }));
    let loss = 0;
    let gradient: number[][] = [];
    return {
      run() {
        const values = [inputs];
        layers.forEach(({ weights, bias }, k) => {
          const z = values[k]!.mmul(weights.transpose()).addRowVector(bias);
          values.push(k + 1 < layers.length ? mapped(z, activations[problem.activation].value) : z);
        });
        const residual = values[layers.length]!.clone().sub(targets);
        loss = residual.dot(residual) / samples;
        gradient = [];
        let cotangent = residual.mul(2 / samples);
        for (let k = layers.length - 1; k >= 0; k--) {
          gradient.unshift(
            cotangent.transpose().mmul(values[k]!).to1DArray(),
            cotangent.sum('column'),
          );
          if (k === 0) break;
          const slope = mapped(values[k]!.clone(), activations[problem.activation].slope);
          cotangent = cotangent.mmul(layers[k]!.weights).mul(slope);
        }
      },
      result: () => ({ loss, gradient: gradient.flat() }),
    };
  },
};

/** Values, and slopes in terms of values. */
const activations: Readonly<
  Record<DenseRiskProblem['activation'], Record<'value' | 'slope', (x: number) => number>>
> = {
  relu: { value: (z) => (z > 0 ? z : 0), slope: (a) => (a > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a },
};

function mapped(matrix: Matrix, change: (x: number) => number): Matrix {
  return matrix.apply(function apply(this: Matrix, i, j) {
    this.set(i, j, change(this.get(i, j)));
  });
}
