import { isPopulationRisk, type PopulationRisk } from '@nonsmooth/nets';
import { activations } from '@nonsmooth/kernels';
import type { TheoremCertificate } from '../certify-convergence/certificate.js';
import type { CertifiableRisk } from '../certify-convergence/certifiable-risk.js';
import { citations } from '../certify-convergence/theorems.js';
import { add, div, point, square, zero } from './interval.js';
import { unless } from './verify-surjective.js';

/** The first hypothesis or claim that does not hold. */
export function failureOfTheorem(
  risk: CertifiableRisk | PopulationRisk,
  { name, citation, level }: TheoremCertificate,
): string | undefined {
  if (!Object.hasOwn(citations, name)) return `name is one of ${Object.keys(citations).join(', ')}`;
  const top = name === 'constantTarget' ? 0 : 'samples' in risk ? leastSquares(risk) : Infinity;
  return (
    unless(holds(name, risk), `no theorem of that name applies: ${name}`) ??
    unless(citation === citations[name], `citation = ${citations[name]}`) ??
    unless(level[0] === 0 && level[1] >= top, `level contains [0, ${top}]`)
  );
}

function holds(name: TheoremCertificate['name'], risk: CertifiableRisk | PopulationRisk): boolean {
  if (isPopulation(risk)) {
    const [{ targets: first }] = risk.segments as [PopulationRisk['segments'][number]];
    return (
      name === 'constantTarget' &&
      risk.segments.every(({ targets }) =>
        targets.every(
          (f, j) => f[0] === first[j]![0] && f.slice(1).every((coefficient) => coefficient === 0),
        ),
      )
    );
  }
  const { net, samples } = risk;
  if (name === 'linearRegression') return net.widths.length === 2;
  const outputs = net.widths.at(-1)!;
  const { targets } = samples;
  return (
    activations[net.activation.name].homogeneous &&
    Array.from(targets).every((y, i) => y === targets[i % outputs])
  );
}

/** An upper bound of the least risk: that of the zero function. */
function leastSquares({ samples: { count, targets } }: CertifiableRisk): number {
  let sum = zero;
  for (let i = 0; i < targets.length; i++) sum = add(sum, square(point(targets[i]!)));
  return div(sum, point(count)).hi;
}

function isPopulation(risk: CertifiableRisk | PopulationRisk): risk is PopulationRisk {
  return 'dimension' in risk && isPopulationRisk(risk);
}
