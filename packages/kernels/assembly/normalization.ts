// Normalization of the input by the batch's mean and biased variance.

const EPSILON: f64 = 1e-5;

/** Mean and √(variance + ε) of each input over the batch, in f64. */
export function columnStatistics<T>(
  means: usize,
  scales: usize,
  rows: usize,
  width: i32,
  indices: usize,
  count: i32,
): void {
  const rowStep = <usize>width * sizeof<T>();
  for (let i = 0; i < width; i++) {
    const column = rows + <usize>i * sizeof<T>();
    let mean: f64 = 0;
    for (let p = 0; p < count; p++) {
      const index = indices ? load<u32>(indices + ((<usize>p) << 2)) : <u32>p;
      mean += <f64>load<T>(column + <usize>index * rowStep);
    }
    mean /= <f64>count;
    let variance: f64 = 0;
    for (let p = 0; p < count; p++) {
      const index = indices ? load<u32>(indices + ((<usize>p) << 2)) : <u32>p;
      const deviation = <f64>load<T>(column + <usize>index * rowStep) - mean;
      variance += deviation * deviation;
    }
    store<f64>(means + ((<usize>i) << 3), mean);
    store<f64>(scales + ((<usize>i) << 3), sqrt(variance / <f64>count + EPSILON));
  }
}

/** panel ← (panel − mean)/scale, out ← γ·panel + β, feature by feature. */
export function normalize<T>(
  out: usize,
  panel: usize,
  stride: usize,
  columns: usize,
  width: i32,
  means: usize,
  scales: usize,
  gamma: usize,
  beta: usize,
): void {
  for (let i = 0; i < width; i++) {
    const mean = load<f64>(means + ((<usize>i) << 3));
    const scale = load<f64>(scales + ((<usize>i) << 3));
    const factor = load<T>(gamma + <usize>i * sizeof<T>());
    const shift = load<T>(beta + <usize>i * sizeof<T>());
    for (let c: usize = 0; c < columns; c += sizeof<T>()) {
      const x = <T>((<f64>load<T>(panel + c) - mean) / scale);
      store<T>(panel + c, x);
      store<T>(out + c, <T>(factor * x + shift));
    }
    panel += stride;
    out += stride;
  }
}

/** panel ← panel ⊙ factor for `rows` features of both. */
export function scale<T>(
  panel: usize,
  factor: usize,
  stride: usize,
  rows: i32,
  columns: usize,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += 16) {
      v128.store(panel + c, v128.mul<T>(v128.load(panel + c), v128.load(factor + c)));
    }
    panel += stride;
    factor += stride;
  }
}
