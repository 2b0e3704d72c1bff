// Where neurons A(w·x + b) with a kink at 0 switch, among samples in ascending order. Rounding is monotone, hence
// so is fl(fl(w·x) + b) > 0 in x: a neuron is active from some sample on (w ≥ 0) or before some sample (w < 0).
// Bisection on this very expression finds the same activity as evaluating every sample does.

import { keyBytes } from './generated/constants';
import { Layer } from './generated/structs';
import { multiplyAdd } from './simd';
import { sortKeys } from './sorting';

/**
 * The breakpoints in ascending order, ties by neuron: first sample behind it · 2³² + neuron. Those of the last call
 * tell where to look, and do not change the answer.
 */
export function findBreakpoints<T>(keys: usize, hidden: Layer, inputs: usize, samples: i32): void {
  for (let k = 0; k < hidden.width; k++) {
    const to = keyAt(keys, k);
    const j = neuronOf(to);
    const at = <usize>j * sizeof<T>();
    const left = load<T>(hidden.weights + at) < <T>0;
    const w = v128.load_splat<T>(hidden.weights + at);
    const b = v128.load_splat<T>(hidden.biases + at);
    const first = firstBehind<T>(w, b, left, inputs, samples, sampleOf(to));
    store<u64>(to, ((<u64>first) << 32) | <u64>j);
  }
  sortKeys(keys, hidden.width);
}

/** Address of a breakpoint. */
// @ts-ignore: decorator
@inline
export function keyAt(keys: usize, k: i32): usize {
  return keys + <usize>k * keyBytes;
}

/** The first sample behind a breakpoint. */
// @ts-ignore: decorator
@inline
export function sampleOf(key: usize): i32 {
  return load<i32>(key, 4);
}

// @ts-ignore: decorator
@inline
export function neuronOf(key: usize): i32 {
  return load<i32>(key);
}

/** The number of samples at which activity is `left`, which are the first ones; `guess` may be any of 0 … samples. */
function firstBehind<T>(
  w: v128,
  b: v128,
  left: bool,
  inputs: usize,
  samples: i32,
  guess: i32,
): i32 {
  let low = 0;
  let high = samples;
  let step = 1;
  if (guess < samples && isActive<T>(w, b, inputs, guess) == left) {
    low = guess + 1;
    for (let p = low; p < high; p = low + step - 1) {
      if (isActive<T>(w, b, inputs, p) != left) {
        high = p;
        break;
      }
      low = p + 1;
      step <<= 1;
    }
  } else {
    high = guess;
    for (let p = high - 1; p >= 0; p = high - step) {
      if (isActive<T>(w, b, inputs, p) == left) {
        low = p + 1;
        break;
      }
      high = p;
      step <<= 1;
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isActive<T>(w, b, inputs, middle) == left) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** With the vector instruction of the other kernels: relaxed ones may round once. */
// @ts-ignore: decorator
@inline
function isActive<T>(w: v128, b: v128, inputs: usize, p: i32): bool {
  const z = multiplyAdd<T>(w, v128.load_splat<T>(inputs + <usize>p * sizeof<T>()), b);
  return v128.extract_lane<T>(z, 0) > <T>0;
}
