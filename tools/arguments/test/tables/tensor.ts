import * as tensor from '@nonsmooth/tensor';
import { call, type Table } from '../entry.js';

const k = tensor.key(1);
const matrix = [
  [2, 1],
  [1, 3],
];

export const tensorTable: Table = {
  arange: call(tensor.arange, () => [0, 5, 1, 'f64']),
  cholesky: call(tensor.cholesky, () => [matrix]),
  determinant: call(tensor.determinant, () => [matrix]),
  diagonal: call(tensor.diagonal, () => [[1, 2], 'f64']),
  drawBatch: call(tensor.drawBatch, () => [k, 3, 10, new Uint32Array(4)]),
  foldIn: call(tensor.foldIn, () => [k, 3]),
  fromData: call(tensor.fromData, () => [Float64Array.of(1, 2), [2, 1]]),
  fromMatrix: call(tensor.fromMatrix, () => [tensor.toMatrix(tensor.tensor(matrix))]),
  full: call(tensor.full, () => [[2, 2], 1, 'f64']),
  identity: call(tensor.identity, () => [3, 'f64']),
  integers: call(tensor.integers, () => [k, [3], 0, 10]),
  inverse: call(tensor.inverse, () => [matrix]),
  isTensor: call(tensor.isTensor, () => [1], { anything: [0] }),
  key: call(tensor.key, () => [1]),
  leastSquares: call(tensor.leastSquares, () => [matrix, [1, 2]]),
  linspace: call(tensor.linspace, () => [0, 1, 5, 'f64']),
  lu: call(tensor.lu, () => [matrix]),
  normal: call(tensor.normal, () => [k, [3], { mean: 1, standardDeviation: 2, dtype: 'f32' }], {
    options: [2],
  }),
  ones: call(tensor.ones, () => [[2, 2], 'f64']),
  permutation: call(tensor.permutation, () => [k, 5]),
  pseudoInverse: call(tensor.pseudoInverse, () => [matrix]),
  qr: call(tensor.qr, () => [matrix]),
  requireFinite: call(tensor.requireFinite, () => ['x', [1]], { anything: [0] }),
  requireTensor: call(tensor.requireTensor, () => ['t', tensor.zeros(2)], { fixed: [0] }),
  solve: call(tensor.solve, () => [matrix, [1, 2]]),
  split: call(tensor.split, () => [k, 3]),
  svd: call(tensor.svd, () => [matrix]),
  symmetricEigen: call(tensor.symmetricEigen, () => [matrix]),
  tensor: call(tensor.tensor, () => [[1, 2, 3, 4], { shape: [2, 2], dtype: 'f32' }], {
    options: [1],
  }),
  'tensor(view)': call(tensor.tensor, () => [{ ...tensor.tensor(matrix).view }]),
  toMatrix: call(tensor.toMatrix, () => [tensor.tensor(matrix)]),
  toNested: call(tensor.toNested, () => [tensor.tensor(matrix)]),
  uniform: call(tensor.uniform, () => [k, [3], { low: 0, high: 2, dtype: 'f64' }], {
    options: [2],
  }),
  zeros: call(tensor.zeros, () => [[2, 2], 'f64']),
};
