import { VECTOR, sumLanesWide } from './simd';

// In the order of lossNames in src/dense-network.ts.
export const SQUARED = 0;
export const RELATIVE_L2 = 1;
export const CROSS_ENTROPY = 2;

/** The columns of a feature from sample `count` on become 0. */
export function clearPadding<T>(
  panel: usize,
  stride: usize,
  rows: i32,
  columns: usize,
  count: i32,
): void {
  const used = <usize>count * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    memory.fill(panel + used, 0, columns - used);
    panel += stride;
  }
}

/** cotangent = outputs − targets, all panels of `rows` features. */
export function residuals<T>(
  cotangent: usize,
  outputs: usize,
  targets: usize,
  stride: usize,
  rows: i32,
  columns: usize,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += VECTOR) {
      v128.store(cotangent + c, v128.sub<T>(v128.load(outputs + c), v128.load(targets + c)));
    }
    cotangent += stride;
    outputs += stride;
    targets += stride;
  }
}

/** Σ x² over a panel, in f64 across features. */
export function sumOfSquares<T>(panel: usize, stride: usize, rows: i32, columns: usize): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    let partial = v128.splat<T>(<T>0);
    for (let c: usize = 0; c < columns; c += VECTOR) {
      const x = v128.load(panel + c);
      partial = v128.add<T>(partial, v128.mul<T>(x, x));
    }
    sum += sumLanesWide<T>(partial);
    panel += stride;
  }
  return sum;
}

/** cotangent = softmax(outputs) − e_class, and Σ −log softmax(outputs)_class over the first `count` samples. */
export function crossEntropy<T>(
  cotangent: usize,
  outputs: usize,
  targets: usize,
  stride: usize,
  rows: i32,
  count: i32,
): f64 {
  let sum: f64 = 0;
  for (let p = 0; p < count; p++) {
    const at = <usize>p * sizeof<T>();
    let largest = load<T>(outputs + at);
    for (let r = 1; r < rows; r++) {
      const x = load<T>(outputs + <usize>r * stride + at);
      if (x > largest) largest = x;
    }
    let total: f64 = 0;
    for (let r = 0; r < rows; r++) {
      total += NativeMath.exp(<f64>load<T>(outputs + <usize>r * stride + at) - <f64>largest);
    }
    const target = load<T>(targets + at);
    for (let r = 0; r < rows; r++) {
      const x = <f64>load<T>(outputs + <usize>r * stride + at);
      const share = NativeMath.exp(x - <f64>largest) / total;
      store<T>(cotangent + <usize>r * stride + at, <T>(share - (<T>r == target ? 1 : 0)));
      if (<T>r == target) sum += NativeMath.log(total) + <f64>largest - x;
    }
    if (target != target) sum = NaN;
  }
  return sum;
}
