import type { NoCriticalPointCertificate, Unsealed } from './certificate.js';
import type { CertifiableRisk } from './certifiable-risk.js';
import { forward, layersOf } from './dense-jets.js';
import { dichotomyCitation } from './theorems.js';

/** An upper bound of the mean cross-entropy. */
function lossBound({ net, samples }: CertifiableRisk, theta: ArrayLike<number>): number {
  const layers = layersOf(net);
  const classes = net.widths[net.widths.length - 1]!;
  const l0 = net.widths[0]!;
  let sum = 0;
  for (let s = 0; s < samples.count; s++) {
    const x = Float64Array.from({ length: l0 }, (_, j) => samples.inputs[s * l0 + j]!);
    const pass = forward(net, layers, theta, x);
    const z = pass.switching[layers.length - 1]!;
    const error = pass.switchingErrors[layers.length - 1]!.reduce((a, b) => Math.max(a, b), 0);
    const y = samples.targets[s]!;
    // log(1 + Σ_{j ≠ y} e^{z_j − z_y}), each difference rounded up
    let others = 0;
    for (let j = 0; j < classes; j++) {
      if (j === y) continue;
      const gap = z[j]! - z[y]!;
      others += Math.exp(gap + 2 * error + 4 * Number.EPSILON * Math.abs(gap));
    }
    sum += Math.log1p(others);
  }
  return (sum / samples.count) * (1 + 1e-12);
}

/** Proves ‖Θ‖ → ∞ for cross-entropy below (log 2)/M, where every sample's own class has more than half of the probability. */
export function certifyNoCriticalPoint(
  risk: CertifiableRisk,
  theta: ArrayLike<number>,
): Unsealed<NoCriticalPointCertificate> | string {
  // room for wider enclosures of the logarithm and the exponential function
  const loss = lossBound(risk, theta) * (1 + 1e-9);
  const below = Math.LN2 / risk.samples.count;
  if (!(loss < below / (1 + 1e-12))) {
    return `L = ${loss.toPrecision(3)} is not below (log 2)/M = ${below.toPrecision(3)}`;
  }
  return {
    kind: 'noCriticalPoint',
    claim: 'diverges',
    from: Array.from(theta),
    loss,
    below,
    citation: dichotomyCitation,
    level: [0, loss],
  };
}
