import { activate } from './activations';
import { freeze, isFrozen } from './frozen';
import { gather, scatter } from './gather';
import { panelsPerGroup } from './generated/constants';
import { Network } from './generated/structs';
import {
  keepsDigits,
  largestSize,
  lossValue,
  panelLoss,
  powerOfTwoBelow,
  residuals,
  setFactor,
} from './losses';
import { isSpline, splineRisk } from './linear-spline';
import { layerAt } from './network';
import { columnStatistics, normalize, scale } from './normalization';
import { product, transposedProduct } from './products';
import { isRelu, isShallow, reluBackward, reluForward, smoothBackward } from './shallow';
import { PAIR } from './simd';
import { biasGradient, weightGradient } from './weight-gradient';
import { addGroup, finishGroups } from './wide-sums';

/**
 * The loss of `count` samples, all of them or those at `indices`; also the gradient, if asked for.
 * The order of every sum depends on shapes only, or, of a linear spline, on θ and the data.
 */
export function risk<T>(net: Network, count: i32, indices: usize, withGradient: bool): f64 {
  net.unit = 1;
  net.targetUnit = 1;
  const value =
    !indices && isSpline<T>(net) && !isFrozen(net)
      ? splineRisk<T>(net, withGradient)
      : panelRisk<T>(net, count, indices, withGradient);
  if (keepsDigits<T>(net)) return value;
  findUnits<T>(net, count, indices);
  return panelRisk<T>(net, count, indices, withGradient);
}

/** The units in which the squares of residuals and targets neither overflow nor underflow. */
function findUnits<T>(net: Network, count: i32, indices: usize): void {
  const width = layerAt(net, net.depth - 1).width;
  let residual: f64 = 0;
  let target: f64 = 0;
  for (let first = 0; first < count; first += net.capacity) {
    const here = min(net.capacity, count - first);
    const columns = roundUp<T>(here);
    loadPanel<T>(net, columns, columns, indices, first, here);
    net.sample = first;
    forward<T>(net, columns, columns);
    residuals<T>(net.delta, net.outputs, net.targetPanel, columns, width, columns);
    residual = max<f64>(residual, largestSize<T>(net.delta, columns, width, columns));
    target = max<f64>(target, largestSize<T>(net.targetPanel, columns, width, columns));
  }
  net.unit = powerOfTwoBelow(residual);
  net.targetUnit = powerOfTwoBelow(target);
}

/** As `risk`, from panels of samples. */
function panelRisk<T>(net: Network, count: i32, indices: usize, withGradient: bool): f64 {
  const panels = (count + net.capacity - 1) / net.capacity;
  const perPanel = (count + panels - 1) / panels;
  const shallow = isShallow(net, layerAt(net, net.depth - 1).width);
  const stride = shallow ? roundUp<T>(perPanel) : oddLines(roundUp<T>(perPanel));
  if (net.normalized) {
    columnStatistics<T>(net.means, net.scales, net.inputs, net.inputWidth, indices, count);
  }
  net.lossSum = 0;
  net.targetSum = 0;
  const reluOnly = shallow && isRelu(net) && !isFrozen(net);
  const grouped = sizeof<T>() == 4 && panels > panelsPerGroup && withGradient;
  let panel = 0;
  for (let first = 0; first < count; first += perPanel) {
    const here = min(perPanel, count - first);
    const columns = roundUp<T>(here);
    loadPanel<T>(net, stride, columns, indices, first, here);
    net.sample = first;
    if (reluOnly) reluForward<T>(net, layerAt(net, 0), layerAt(net, 1), stride, columns);
    else forward<T>(net, stride, columns);
    panelLoss<T>(net, stride, columns, here);
    if (!withGradient) continue;
    const last = first + perPanel >= count;
    net.first = grouped ? panel % panelsPerGroup == 0 : first == 0;
    net.last = last && !grouped;
    if (last) setFactor(net, count);
    if (shallow) shallowBackward<T>(net, reluOnly, stride, columns);
    else backward<T>(net, stride, columns);
    panel++;
    if (grouped && (last || panel % panelsPerGroup == 0)) addGroup(net, panel <= panelsPerGroup);
  }
  if (grouped) finishGroups(net, reluOnly);
  return lossValue(net, count);
}

/** Inputs and targets of samples first … first + count − 1 (of the batch `indices`, if any) into their panels. */
export function loadPanel<T>(
  net: Network,
  stride: usize,
  columns: usize,
  indices: usize,
  first: i32,
  count: i32,
): void {
  const at = indices ? indices + (<usize>first << 2) : 0;
  gather<T>(net.inputPanel, stride, columns, net.inputs, net.inputWidth, at, first, count);
  gather<T>(net.targetPanel, stride, columns, net.targets, net.targetWidth, at, first, count);
}

function shallowBackward<T>(net: Network, reluOnly: bool, stride: usize, columns: usize): void {
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  if (reluOnly) reluBackward<T>(net, hidden, output, net.delta, stride, columns);
  else smoothBackward<T>(net, hidden, output, net.delta, stride, columns);
  biasGradient<T>(output.biasGradient, 1, net.delta, stride, columns, net);
}

/** Bytes of `count` samples, rounded up to whole tiles. */
// @ts-ignore: decorator
@inline
export function roundUp<T>(count: i32): usize {
  return (<usize>count * sizeof<T>() + PAIR - 1) & ~(PAIR - 1);
}

/** An odd number of lines of 64 bytes: rows so far apart do not fall on each other in caches. */
// @ts-ignore: decorator
@inline
function oddLines(bytes: usize): usize {
  return ((bytes + 63) & ~63) | 64;
}

/** The input panel normalized, and what the first layer acts on: γ times it + β. */
export function normalizeInputs<T>(net: Network, stride: usize, columns: usize): void {
  const gamma = net.theta;
  const beta = gamma + <usize>net.inputWidth * sizeof<T>();
  normalize<T>(
    layerAt(net, 0).panel,
    net.inputPanel,
    stride,
    columns,
    net.inputWidth,
    net.means,
    net.scales,
    gamma,
    beta,
  );
}

/** Outputs of the samples in the input panel; slopes A'(zᵏ) are left in the affine panels. */
function forward<T>(net: Network, stride: usize, columns: usize): void {
  if (net.normalized) normalizeInputs<T>(net, stride, columns);
  for (let k = 0; k < net.depth; k++) {
    const layer = layerAt(net, k);
    const rowStep = <usize>layer.inputWidth * sizeof<T>();
    const last = k + 1 == net.depth;
    let w = layer.weights;
    let b = layer.biases;
    let z = layer.affine;
    let a: usize = last ? 0 : layerAt(net, k + 1).panel;
    for (let r = 0; r < layer.width; r += 4) {
      const rows = min(layer.width - r, 4);
      product<T>(
        z,
        stride,
        columns,
        rows,
        b,
        w,
        rowStep,
        layer.inputWidth,
        layer.panel,
        stride,
        net.packed,
      );
      if (!last && layer.frozen) {
        const slopes = layer.frozen + <usize>r * net.frozenStride;
        freeze<T>(net, a, z, slopes, stride, rows, columns);
        a += stride << 2;
      } else if (!last) {
        activateRows<T>(net, a, z, stride, columns, rows);
        a += stride << 2;
      }
      z += stride << 2;
      w += rowStep << 2;
      b += 4 * sizeof<T>();
    }
  }
}

/** Activates rows of panels, in one go where they lie side by side. */
// @ts-ignore: decorator
@inline
function activateRows<T>(
  net: Network,
  value: usize,
  z: usize,
  stride: usize,
  columns: usize,
  rows: i32,
): void {
  if (stride == columns) {
    columns *= <usize>rows;
    rows = 1;
  }
  for (let r = 0; r < rows; r++) {
    activate<T>(net.activation, net.parameter, net.kink, value, z, columns);
    value += stride;
    z += stride;
  }
}

/** Adds a panel's share of the gradient; the cotangent of the outputs is in `delta`. */
function backward<T>(net: Network, stride: usize, columns: usize): void {
  let delta = net.delta;
  let below = net.nextDelta;
  for (let k = net.depth - 1; k >= 0; k--) {
    const layer = layerAt(net, k);
    weightGradient<T>(
      layer.weightGradient,
      layer.width,
      layer.inputWidth,
      delta,
      layer.panel,
      stride,
      columns,
      net,
    );
    biasGradient<T>(layer.biasGradient, layer.width, delta, stride, columns, net);
    if (k == 0 && !net.normalized) break;
    transposedProduct<T>(
      below,
      stride,
      columns,
      layer.inputWidth,
      layer.weights,
      layer.width,
      delta,
      net.packed,
    );
    if (k > 0) scale<T>(below, layerAt(net, k - 1).affine, stride, layer.inputWidth, columns);
    const swap = delta;
    delta = below;
    below = swap;
  }
  if (net.normalized) {
    const gamma = net.gradient;
    const beta = gamma + <usize>net.inputWidth * sizeof<T>();
    scale<T>(net.inputPanel, delta, stride, net.inputWidth, columns);
    biasGradient<T>(gamma, net.inputWidth, net.inputPanel, stride, columns, net);
    biasGradient<T>(beta, net.inputWidth, delta, stride, columns, net);
  }
}

/** The outputs of `count` rows (at most the capacity), as rows in `out`. */
export function realize<T>(net: Network, rows: usize, out: usize, count: i32): void {
  const stride = roundUp<T>(count);
  gather<T>(net.inputPanel, stride, stride, rows, net.inputWidth, 0, 0, count);
  forward<T>(net, stride, stride);
  scatter<T>(out, layerAt(net, net.depth - 1).width, net.outputs, stride, count);
}
