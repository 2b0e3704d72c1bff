import type { PopulationRisk } from '@nonsmooth/nets';
import type { CurvatureCertificate } from '../certify-convergence/certificate.js';
import { enclosed, frobeniusNorm, isPositiveDefinite } from './enclosed-matrices.js';
import {
  add,
  div,
  down,
  magnitude,
  midpoint,
  mul,
  point,
  square,
  sub,
  type Interval,
} from './interval.js';
import { PopulationEnclosure } from './population-enclosure.js';
import { agrees, unless } from './verify-surjective.js';

/** The first claim of the certificate that the enclosures do not confirm. */
export function failureOfCurvature(
  risk: PopulationRisk,
  { from, radius, constants, margin, level }: CurvatureCertificate,
): string | undefined {
  const { a, b } = constants;
  const enclosure = new PopulationEnclosure(risk);
  const here = enclosure.on(from, 0);
  if (typeof here === 'string') return here;
  const around = enclosure.on(from, radius);
  if (typeof around === 'string') return around;
  const slope = frobeniusNorm(here.gradient.map(magnitude));
  const [A, B, by] = [point(a), point(b), point(radius)];
  const drop = div(square(B), mul(point(2), A)).hi;
  const share = sub(point(1), div(B, mul(A, by)));
  return (
    unless(a > 0 && radius > 0, 'a > 0 and radius > 0') ??
    unless(b >= slope, `|∇L(from)| ≤ b: it is ≤ ${slope}`) ??
    unless(mul(A, by).lo >= b && agrees(margin, share), 'b ≤ a·radius, with its margin') ??
    unless(
      level[0] <= down(here.loss.lo - drop) && level[1] >= here.loss.hi,
      `level contains [${down(here.loss.lo - drop)}, ${here.loss.hi}]`,
    ) ??
    unless(isCurved(around.hessian, around.tangents, around.moves, a), 'the Hessian is ≥ a')
  );
}

/**
 * Whether gᵀHg ≥ a|g|² for every g that is orthogonal to the tangents t and 0 where nothing moves: H + Σ τtᵀt ≥ a, with τ so
 * large that the tangents are no soft directions.
 */
function isCurved(
  hessian: readonly (readonly Interval[])[],
  tangents: readonly (readonly Interval[])[],
  moves: readonly boolean[],
  a: number,
): boolean {
  const kept = moves.flatMap((move, k) => (move ? [k] : []));
  let stiffness = 0;
  for (const k of kept) stiffness = Math.max(stiffness, midpoint(hessian[k]![k]!).at);
  const rows = kept.map((i) =>
    kept.map((k) => {
      let entry = hessian[i]![k]!;
      for (const tangent of tangents) {
        const weight = point(stiffness / squareOf(tangent));
        entry = add(
          entry,
          mul(weight, i === k ? square(tangent[i]!) : mul(tangent[i]!, tangent[k]!)),
        );
      }
      return i === k ? sub(entry, point(a)) : entry;
    }),
  );
  const { mid, radius } = enclosed(rows);
  return isPositiveDefinite(mid, kept.length, radius);
}

function squareOf(tangent: readonly Interval[]): number {
  return tangent.reduce((sum, entry) => sum + midpoint(entry).at ** 2, 0) || 1;
}
