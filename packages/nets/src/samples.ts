import {
  ArgumentError,
  requireFinite,
  requireIndices,
  ShapeError,
  takeRows,
} from '@nonsmooth/core';
import { checkTargets, losses, targetWidth, type LossName } from '@nonsmooth/kernels';
import { fromData, tensor, type NestedNumbers, type Tensor } from '@nonsmooth/tensor';
import type { Network } from './network.js';

/** Rows of numbers; a vector is taken as one column (one number per sample). */
export type Rows = Tensor | Float64Array | Float32Array | NestedNumbers;

/** `rows` as a checked samples × width tensor in float64. */
export function toRows(argument: string, rows: Rows, width: number): Tensor {
  const given = named(argument, () => tensor(rows, { dtype: 'f64' }));
  const [samples, columns = 1] = given.shape;
  const fits =
    given.shape.length === 2 ? columns === width : given.shape.length === 1 && width === 1;
  if (samples === undefined || !fits) {
    throw new ShapeError(`${argument}.shape`, given.shape, `[samples, ${width}]`);
  }
  if (samples === 0) throw new ShapeError(`${argument}.shape`, given.shape, 'one or more samples');
  requireFinite(argument, given.data);
  return tensor(given.data, { shape: [samples, width] });
}

/** What `tensor` says of its argument `values`, said of `argument`. */
function named(argument: string, make: () => Tensor): Tensor {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const Complaint = error instanceof ShapeError ? ShapeError : ArgumentError;
    throw new Complaint(error.argument.replace(/^values/, argument), error.value, error.allowed);
  }
}

/** Checked targets: samples × l_D, or one class index per sample for losses of classes. */
export function toTargets(net: Network, loss: LossName, rows: Rows, samples: number): Tensor {
  const outputs = net.widths[net.widths.length - 1]!;
  const targets = toRows('targets', rows, targetWidth(losses[loss].targets, outputs));
  if (targets.shape[0] !== samples) {
    throw new ShapeError('targets.shape', targets.shape, `${samples} samples, as many as inputs`);
  }
  checkTargets(loss, targets.data, outputs);
  return targets;
}

/** The rows of a samples × width tensor with these indices, in order, repetitions included. */
export function rowsAt(rows: Tensor, indices: Uint32Array): Tensor {
  const [samples, width] = rows.shape as readonly [number, number];
  requireIndices('indices', indices, samples);
  return fromData(takeRows(rows.data, width, indices), [indices.length, width]);
}
