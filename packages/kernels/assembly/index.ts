import { realize, risk } from './dense-network';
import { matmul } from './matmul';
import { Network } from './network';
import { multiplyAdds } from './peak';

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

export function matmulF64(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  panel: usize,
  tile: usize,
): void {
  matmul<f64>(a, b, out, m, k, n, panel, tile);
}

export function matmulF32(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  panel: usize,
  tile: usize,
): void {
  matmul<f32>(a, b, out, m, k, n, panel, tile);
}

export function multiplyAddsF64(steps: i32): f64 {
  return multiplyAdds<f64>(steps);
}

export function multiplyAddsF32(steps: i32): f32 {
  return multiplyAdds<f32>(steps);
}
