import { activations } from '@nonsmooth/kernels';
import type { PopulationRisk } from '@nonsmooth/nets';
import type { TheoremCertificate, Unsealed } from './certificate.js';
import type { CertifiableRisk } from './certifiable-risk.js';
import { citations } from './theorems.js';

/**
 * Theorems that speak of every start, whose hypotheses are on the risk alone (squared loss). `constantTarget`: along flows
 * of positively homogeneous networks V falls by 4D·L per time, so that they are bounded with L → 0, and bounded flows of
 * semialgebraic functions converge. `linearRegression`: no hidden layer, a convex quadratic with a minimizer.
 */
export function certifyByTheorem(
  { net, samples, loss }: CertifiableRisk,
  theta: ArrayLike<number>,
): Unsealed<TheoremCertificate> | string {
  if (loss !== 'squared') return `the theorems are about the squared loss, not ${loss}`;
  const from = Array.from(theta);
  if (activations[net.activation.name].homogeneous && hasConstantTarget(net.widths, samples)) {
    return {
      kind: 'theorem',
      claim: 'converges',
      name: 'constantTarget',
      citation: citations.constantTarget,
      from,
      level: [0, 0],
    };
  }
  if (net.widths.length === 2) {
    return {
      kind: 'theorem',
      claim: 'converges',
      name: 'linearRegression',
      citation: citations.linearRegression,
      from,
      level: [0, Math.max(0, meanSquare(samples) * (1 + 1e-9))],
    };
  }
  return 'no theorem about every start applies';
}

/** The same of a population risk with a constant target. */
export function populationTheorem(
  { segments }: PopulationRisk,
  theta: ArrayLike<number>,
): Unsealed<TheoremCertificate> | string {
  const [first] = segments;
  const isConstant = segments.every(({ targets }) =>
    targets.every(
      ([value, ...others], j) => value === first!.targets[j]![0] && others.every((c) => c === 0),
    ),
  );
  if (!isConstant) return 'no theorem about every start applies';
  return {
    kind: 'theorem',
    claim: 'converges',
    name: 'constantTarget',
    citation: citations.constantTarget,
    from: Array.from(theta),
    level: [0, 0],
  };
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
