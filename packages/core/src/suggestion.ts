/** What other libraries call the settings and values that have another name here. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  eps: ['epsilon'],
  betas: ['beta1', 'beta2'],
  lr: ['learningRate'],
  stepsize: ['learningRate'],
  alpha: ['smoothing', 'slope', 'parameter'],
  decay: ['weightDecay', 'learningRateDecay'],
  negativeslope: ['slope'],
  slope: ['parameter'],
  batchnorm: ['batchNormalization'],
  batchsize: ['batch'],
  std: ['standardDeviation'],
  stddev: ['standardDeviation'],
  scale: ['standardDeviation'],
  sigma: ['standardDeviation'],
  loc: ['mean'],
  mu: ['mean'],
  min: ['low'],
  max: ['high'],
  minval: ['low'],
  maxval: ['high'],
  reltol: ['rtol'],
  abstol: ['atol'],
  tolerance: ['rtol', 'atol'],
  tol: ['rtol', 'atol'],
  dt: ['fixedStep', 'firstStep'],
  dtmax: ['maxStep'],
  hmax: ['maxStep'],
  teval: ['saveAt'],
  saveat: ['saveAt'],
  solver: ['method'],
  epochs: ['steps'],
  iterations: ['steps'],
  maxiter: ['maxSteps'],
  seed: ['key'],
  rng: ['key'],
  axis: ['axes'],
  keepdim: ['keepDims', 'keepdims'],
  float64: ['f64'],
  double: ['f64'],
  number: ['f64'],
  float32: ['f32'],
  float: ['f32'],
  single: ['f32'],
  mse: ['squared'],
  l2: ['squared', 'relativeL2'],
  nll: ['crossEntropy'],
  swish: ['silu'],
  elu: ['selu'],
  lrelu: ['leakyRelu'],
};

/** The names among `allowed` that a misspelt or foreign `name` may mean, best first; empty if none is near. */
export function suggestion(name: string, allowed: readonly string[]): readonly string[] {
  const plain = simplified(name);
  const known = (Object.hasOwn(aliases, plain) ? aliases[plain]! : []).filter((one) =>
    allowed.includes(one),
  );
  if (known.length > 0) return known;
  const near = allowed
    .map((one) => ({ one, distance: editDistance(plain, simplified(one)) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.floor(one.length / 3)))
    .sort((p, q) => p.distance - q.distance);
  return near.filter(({ distance }) => distance === near[0]!.distance).map(({ one }) => one);
}

const simplified = (name: string): string =>
  name
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');

/** Insertions, deletions, replacements and exchanges of neighbours that turn one word into another. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
      }
    }
    [before, last] = [last, row];
  }
  return last[to.length]!;
}
