import type { NoCriticalPointCertificate } from '../certify-convergence/certificate.js';
import type { CertifiableRisk } from '../certify-convergence/certifiable-risk.js';
import { dichotomyCitation } from '../certify-convergence/theorems.js';
import { enclosePass, inputOf, readLayers } from './dense-enclosure.js';
import { exp, log1p } from './elementary-enclosures.js';
import { add, div, point, sub, zero } from './interval.js';
import { agrees, unless } from './verify-surjective.js';

/** The first claim of the certificate that the enclosures do not confirm. */
export function failureOfNoCriticalPoint(
  { net, samples }: CertifiableRisk,
  { from, loss, below, citation, level }: NoCriticalPointCertificate,
): string | undefined {
  const layers = readLayers(net);
  let sum = zero;
  for (let s = 0; s < samples.count; s++) {
    const outputs = enclosePass(net, layers, from, inputOf(samples, s, net.widths[0]!)).z.at(-1)!;
    const own = samples.targets[s]!;
    let others = zero;
    outputs.forEach((z, j) => {
      if (j !== own) others = add(others, exp(sub(z, outputs[own]!)));
    });
    sum = add(sum, log1p(others));
  }
  const { hi } = div(sum, point(samples.count));
  const threshold = div(log1p(point(1)), point(samples.count));
  return (
    unless(loss >= hi, `L(from) ≤ loss: it is ≤ ${hi}`) ??
    unless(loss < threshold.lo, `loss < (log 2)/M = ${threshold.lo}`) ??
    unless(agrees(below, threshold), `below = (log 2)/M = ${threshold.lo}`) ??
    unless(level[0] === 0 && level[1] >= loss, `level = [0, loss]`) ??
    unless(citation === dichotomyCitation, `citation = ${dichotomyCitation}`)
  );
}
