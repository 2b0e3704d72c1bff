import { activations } from '@nonsmooth/kernels';
import type { TheoremCertificate } from './certificate.js';
import type { CertifiableRisk } from './certifiable-risk.js';

/**
 * Theorems that speak of every start, whose hypotheses are on the risk alone (squared loss). `constantTarget`: along flows
 * of positively homogeneous networks V falls by 4D·L per time, so that they are bounded with L → 0, and bounded flows of
 * semialgebraic functions converge. `linearRegression`: no hidden layer, a convex quadratic with a minimizer.
 */
export function certifyByTheorem(
  { net, samples, loss }: CertifiableRisk,
  theta: ArrayLike<number>,
): TheoremCertificate | string {
  if (loss !== 'squared') return `the theorems are about the squared loss, not ${loss}`;
  const from = Array.from(theta);
  if (activations[net.activation.name].homogeneous && hasConstantTarget(net.widths, samples)) {
    return {
      kind: 'theorem',
      claim: 'converges',
      name: 'constantTarget',
      citation:
        'Cheridito, Jentzen, Riekert, Rossmannek, arXiv 2102.09924; Bolte, Daniilidis, Lewis, Shiota, SIAM J. Optim. 18 (2007)',
      from,
      level: [0, 0],
    };
  }
  if (net.widths.length === 2) {
    return {
      kind: 'theorem',
      claim: 'converges',
      name: 'linearRegression',
      citation: 'a convex quadratic function that is bounded below attains its minimum',
      from,
      level: [0, Math.max(0, meanSquare(samples))],
    };
  }
  return 'no theorem about every start applies';
}

/** Upper bound of the least risk: that of the zero function. */
function meanSquare({ count, targets }: CertifiableRisk['samples']): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += targets[i]! ** 2;
  return (sum / count) * (1 + 1e-12);
}

function hasConstantTarget(
  widths: readonly number[],
  { targets }: CertifiableRisk['samples'],
): boolean {
  const outputs = widths[widths.length - 1]!;
  for (let i = outputs; i < targets.length; i++)
    if (targets[i] !== targets[i % outputs]) return false;
  return true;
}

/** The first hypothesis that does not hold. */
export function failureOfTheorem(
  risk: CertifiableRisk,
  { name, level, from }: TheoremCertificate,
): string | undefined {
  const again = certifyByTheorem(risk, from);
  if (typeof again === 'string') return again;
  if (again.name !== name) return `${again.name}, not ${name}`;
  return level[0] <= again.level[0] && level[1] >= again.level[1]
    ? undefined
    : `level contains [${again.level.join(', ')}]`;
}
