import { realize, risk } from './dense-network';
import { descend } from './descent';
import { activation, addMultiple, binary, unary } from './elementwise';
import { Descent, Network, SecondOrder, SplineSecondOrder } from './generated/structs';
import { hessianVector, prepare } from './hessian-vector';
import { matmul } from './matmul';
import { dot, largest, repeatRow, sum, sumColumns, sumRows } from './reductions';
import { shallowHessian } from './shallow-hessian';
import { splineHessian } from './spline-hessian';
import { prepareSpline, splineHessianVector } from './spline-hessian-vector';

// Every entry point for both dtypes; src/wasm/module.ts declares them.

/** First address that the module's constants do not use. */
export function heapBase(): usize {
  return __heap_base;
}

export function riskF64(net: Network, count: i32, indices: usize, withGradient: bool): f64 {
  return risk<f64>(net, count, indices, withGradient);
}

export function riskF32(net: Network, count: i32, indices: usize, withGradient: bool): f64 {
  return risk<f32>(net, count, indices, withGradient);
}

export function realizeF64(net: Network, rows: usize, out: usize, count: i32): void {
  realize<f64>(net, rows, out, count);
}

export function realizeF32(net: Network, rows: usize, out: usize, count: i32): void {
  realize<f32>(net, rows, out, count);
}

export function descendF64(net: Network, state: Descent, steps: i32, learningRate: f64): f64 {
  return descend<f64>(net, state, steps, learningRate);
}

export function descendF32(net: Network, state: Descent, steps: i32, learningRate: f64): f64 {
  return descend<f32>(net, state, steps, learningRate);
}

export function prepareF64(state: SecondOrder): void {
  prepare<f64>(state);
}

export function prepareF32(state: SecondOrder): void {
  prepare<f32>(state);
}

export function hessianVectorF64(state: SecondOrder): void {
  hessianVector<f64>(state);
}

export function hessianVectorF32(state: SecondOrder): void {
  hessianVector<f32>(state);
}

export function shallowHessianF64(state: SecondOrder): void {
  shallowHessian<f64>(state);
}

export function shallowHessianF32(state: SecondOrder): void {
  shallowHessian<f32>(state);
}

export function prepareSplineF64(state: SplineSecondOrder): bool {
  return prepareSpline<f64>(state);
}

export function prepareSplineF32(state: SplineSecondOrder): bool {
  return prepareSpline<f32>(state);
}

export function splineHessianVectorF64(state: SplineSecondOrder): void {
  splineHessianVector<f64>(state);
}

export function splineHessianVectorF32(state: SplineSecondOrder): void {
  splineHessianVector<f32>(state);
}

export function splineHessianF64(state: SplineSecondOrder): void {
  splineHessian<f64>(state);
}

export function splineHessianF32(state: SplineSecondOrder): void {
  splineHessian<f32>(state);
}

export function matmulF64(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  add: bool,
  scratch: usize,
): void {
  matmul<f64>(a, b, out, m, k, n, transposeA, transposeB, add, scratch);
}

export function matmulF32(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  add: bool,
  scratch: usize,
): void {
  matmul<f32>(a, b, out, m, k, n, transposeA, transposeB, add, scratch);
}

export function unaryF64(f: i32, x: usize, out: usize, count: i32): void {
  unary<f64>(f, x, out, count);
}

export function unaryF32(f: i32, x: usize, out: usize, count: i32): void {
  unary<f32>(f, x, out, count);
}

export function binaryF64(f: i32, x: usize, y: usize, yStep: usize, out: usize, count: i32): void {
  binary<f64>(f, x, y, yStep, out, count);
}

export function binaryF32(f: i32, x: usize, y: usize, yStep: usize, out: usize, count: i32): void {
  binary<f32>(f, x, y, yStep, out, count);
}

export function addMultipleF64(factor: f64, x: usize, y: usize, count: i32): void {
  addMultiple<f64>(factor, x, y, count);
}

export function addMultipleF32(factor: f64, x: usize, y: usize, count: i32): void {
  addMultiple<f32>(factor, x, y, count);
}

export function activationF64(
  name: i32,
  parameter: f64,
  kink: f64,
  x: usize,
  value: usize,
  slope: usize,
  count: i32,
): void {
  activation<f64>(name, parameter, kink, x, value, slope, count);
}

export function activationF32(
  name: i32,
  parameter: f64,
  kink: f64,
  x: usize,
  value: usize,
  slope: usize,
  count: i32,
): void {
  activation<f32>(name, parameter, kink, x, value, slope, count);
}

export function sumF64(x: usize, count: i32): f64 {
  return sum<f64>(x, count);
}

export function sumF32(x: usize, count: i32): f64 {
  return sum<f32>(x, count);
}

export function dotF64(x: usize, y: usize, count: i32): f64 {
  return dot<f64>(x, y, count);
}

export function dotF32(x: usize, y: usize, count: i32): f64 {
  return dot<f32>(x, y, count);
}

export function largestF64(x: usize, count: i32): f64 {
  return largest<f64>(x, count);
}

export function largestF32(x: usize, count: i32): f64 {
  return largest<f32>(x, count);
}

export function sumRowsF64(x: usize, out: usize, rows: i32, width: i32): void {
  sumRows<f64>(x, out, rows, width);
}

export function sumRowsF32(x: usize, out: usize, rows: i32, width: i32): void {
  sumRows<f32>(x, out, rows, width);
}

export function sumColumnsF64(x: usize, out: usize, rows: i32, width: i32): void {
  sumColumns<f64>(x, out, rows, width);
}

export function sumColumnsF32(x: usize, out: usize, rows: i32, width: i32): void {
  sumColumns<f32>(x, out, rows, width);
}

export function repeatRowF64(row: usize, out: usize, rows: i32, width: i32): void {
  repeatRow<f64>(row, out, rows, width);
}

export function repeatRowF32(row: usize, out: usize, rows: i32, width: i32): void {
  repeatRow<f32>(row, out, rows, width);
}
