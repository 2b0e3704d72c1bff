import { expNonpositive, log, log1p } from './elementary';
import { VECTOR, splat, sumLanesWide } from './simd';

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

/** Losses of the samples of a vector. */
const LOSSES: usize = memory.data(16, 16);

/** cotangent = softmax(outputs) − e_class, and Σ −log softmax(outputs)_class over the first `count` samples. */
export function crossEntropy<T>(
  cotangent: usize,
  outputs: usize,
  targets: usize,
  stride: usize,
  rows: i32,
  count: i32,
): f64 {
  const lanes = <i32>(VECTOR / sizeof<T>());
  let sum: f64 = 0;
  for (let first = 0; first < count; first += lanes) {
    v128.store(LOSSES, softmax<T>(cotangent, outputs, v128.load(targets), stride, rows));
    const here = min(count - first, lanes);
    for (let p = 0; p < here; p++) sum += <f64>load<T>(LOSSES + <usize>p * sizeof<T>());
    cotangent += VECTOR;
    outputs += VECTOR;
    targets += VECTOR;
  }
  return sum;
}

/**
 * Of the samples of a vector. What other classes have is summed without the sample's own, whose cotangent and loss
 * −(others)/total and log(1 + others/own) then keep their digits where the network is nearly right.
 */
function softmax<T>(
  out: usize,
  outputs: usize,
  targets: v128,
  stride: usize,
  rows: i32,
): v128 {
  const zero = v128.splat<T>(<T>0);
  let largest = v128.load(outputs);
  let x = outputs;
  for (let r = 1; r < rows; r++) {
    x += stride;
    largest = v128.pmax<T>(largest, v128.load(x));
  }
  let others = zero;
  let own = zero;
  let gap = zero;
  let to = out;
  x = outputs;
  for (let r = 0; r < rows; r++) {
    const isOwn = v128.eq<T>(targets, v128.splat<T>(<T>r));
    const below = v128.sub<T>(v128.load(x), largest);
    const e = expNonpositive<T>(below);
    others = v128.add<T>(others, v128.andnot(e, isOwn));
    own = v128.bitselect(e, own, isOwn);
    gap = v128.bitselect(below, gap, isOwn);
    v128.store(to, e);
    x += stride;
    to += stride;
  }
  const total = v128.add<T>(others, own);
  const minusOthers = v128.neg<T>(others);
  to = out;
  for (let r = 0; r < rows; r++) {
    const isOwn = v128.eq<T>(targets, v128.splat<T>(<T>r));
    const numerator = v128.bitselect(minusOthers, v128.load(to), isOwn);
    v128.store(to, v128.div<T>(numerator, total));
    to += stride;
  }
  const likely = v128.gt<T>(own, splat<T>(1e-6));
  const near = log1p<T>(v128.div<T>(others, own));
  const loss = v128.bitselect(near, v128.sub<T>(log<T>(total), gap), likely);
  return v128.bitselect(loss, targets, v128.eq<T>(targets, targets));
}
