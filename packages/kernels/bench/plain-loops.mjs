// The competitor a JavaScript programmer would write: typed arrays, one sample at a time, no allocation per call.

const activations = {
  relu: [(z) => (z > 0 ? z : 0), (z) => (z > 0 ? 1 : 0)],
  tanh: [Math.tanh, (z, a) => 1 - a * a],
};

/** Loss and gradient of a dense network (mean over samples of the squared error). */
export function plainLoops({ widths, activation, inputs, targets }) {
  const [value, slope] = activations[activation];
  const depth = widths.length - 1;
  const samples = inputs.length / widths[0];
  const Floats = inputs.constructor;
  const z = widths.map((width) => new Floats(width));
  const a = widths.map((width) => new Floats(width));
  const delta = widths.map((width) => new Floats(width));

  return function gradient(theta, out) {
    out.fill(0);
    let loss = 0;
    for (let s = 0; s < samples; s++) {
      for (let j = 0; j < widths[0]; j++) a[0][j] = inputs[s * widths[0] + j];
      let at = 0;
      for (let k = 1; k <= depth; k++) {
        const below = a[k - 1];
        const rows = widths[k];
        const columns = widths[k - 1];
        const biases = at + rows * columns;
        for (let i = 0; i < rows; i++) {
          let sum = theta[biases + i];
          for (let j = 0; j < columns; j++) sum += theta[at + i * columns + j] * below[j];
          z[k][i] = sum;
          a[k][i] = k < depth ? value(sum) : sum;
        }
        at = biases + rows;
      }
      for (let i = 0; i < widths[depth]; i++) {
        const residual = a[depth][i] - targets[s * widths[depth] + i];
        loss += residual * residual;
        delta[depth][i] = (2 * residual) / samples;
      }
      for (let k = depth; k >= 1; k--) {
        const rows = widths[k];
        const columns = widths[k - 1];
        at -= rows * (columns + 1);
        const below = a[k - 1];
        const next = delta[k - 1];
        next.fill(0);
        for (let i = 0; i < rows; i++) {
          const d = delta[k][i];
          out[at + rows * columns + i] += d;
          for (let j = 0; j < columns; j++) {
            out[at + i * columns + j] += d * below[j];
            next[j] += d * theta[at + i * columns + j];
          }
        }
        if (k > 1) for (let j = 0; j < columns; j++) next[j] *= slope(z[k - 1][j], below[j]);
      }
    }
    return loss / samples;
  };
}
