import type { SurjectiveCertificate } from '../certify-convergence/certificate.js';
import type { CertifiableRisk } from '../certify-convergence/certifiable-risk.js';
import { encloseResidual } from './dense-enclosure.js';
import { enclosed, frobeniusNorm, leastSingular } from './enclosed-matrices.js';
import {
  add,
  div,
  down,
  interval,
  mul,
  point,
  sqrt,
  square,
  sub,
  up,
  type Interval,
} from './interval.js';
import { variationOn } from './lipschitz-enclosure.js';
import { components, residualSpace } from './residual-space.js';

/** What a claim falls short of. */
export function unless(holds: boolean, claim: string): string | undefined {
  return holds ? undefined : claim;
}

/** Whether a stated number is that of its formula, to the rounding of whoever wrote it. */
export function agrees(stated: number, formula: Interval): boolean {
  const slack = 1e-9 * Math.max(Math.abs(formula.lo), Math.abs(formula.hi), 1e-9);
  return stated >= formula.lo - slack && stated <= formula.hi + slack;
}

/** 2b/(a + √(a² − 2Kb)): how far |r| can take the flow. */
function lengthOf(a: Interval, b: Interval, K: Interval): Interval {
  const discriminant = sub(square(a), mul(mul(point(2), K), b));
  if (!(discriminant.lo >= 0)) return interval(0, Infinity);
  return div(mul(point(2), b), add(a, sqrt(discriminant)));
}

/** The first claim of the certificate that the enclosures do not confirm. */
export function failureOfSurjective(
  { net, samples }: CertifiableRisk,
  { from, radius, constants, margin, rank, slack, level }: SurjectiveCertificate,
): string | undefined {
  const { a, b, K } = constants;
  const d = net.dimension;
  const outputs = net.widths.at(-1)!;
  const M = samples.count;
  const { layers, passes, r, J } = encloseResidual(net, samples, from);
  const space = residualSpace(net, samples, passes);
  if (typeof space === 'string') return space;
  if (rank !== space.rank * outputs) return `rank = ${space.rank * outputs}`;
  const [whole, jacobian] = [enclosed([r]), enclosed(J)];
  const moving = components(space, whole, M, outputs);
  const size = interval(
    Math.max(0, down(down(frobeniusNorm(moving.mid) * (1 - 1e-12)) - moving.radius)),
    up(frobeniusNorm(moving.mid) + moving.radius),
  );
  const least = leastSingular(components(space, jacobian, M, outputs * d), rank, d);
  const { first } = variationOn(net, layers, from, passes, radius);
  const [A, B, lip] = [point(a), point(b), point(K)];
  const ratio = div(sub(square(A), mul(mul(point(2), lip), B)), square(A));
  const all = interval(
    Math.max(0, down(down(frobeniusNorm(whole.mid) * (1 - 1e-12)) - whole.radius)),
    up(frobeniusNorm(whole.mid) + whole.radius),
  );
  const rest = space.basis === undefined ? point(0) : div(sub(square(all), square(size)), point(M));
  const [low, high] = level;
  return (
    unless(a > 0 && least >= a, `σ_min(Dr) ≥ a: it is ≥ ${least}`) ??
    unless(b >= size.hi, `|r| ≤ b: it is ≤ ${size.hi}`) ??
    unless(K >= first, `Lip(Dr) ≤ K: it is ≤ ${first}`) ??
    unless(agrees(margin, ratio) && ratio.lo >= 0, `2K·b ≤ a², with margin ${ratio.lo}`) ??
    unless(lengthOf(A, B, lip).hi <= radius, `radius ≥ ${lengthOf(A, B, lip).hi}`) ??
    unless(
      low <= Math.max(0, rest.lo) && high >= Math.max(0, rest.hi) && low >= 0,
      `level contains [${Math.max(0, rest.lo)}, ${Math.max(0, rest.hi)}]`,
    ) ??
    unless(slack >= 0 && coversSlack(), `slack ≤ what a, b and K leave, not ${slack}`)
  );

  /** From θ + δ on: a − K|δ| and b + ‖J‖|δ| + K|δ|²/2, on a ball that is |δ| smaller. */
  function coversSlack(): boolean {
    if (slack === 0) return true;
    const by = point(slack);
    const norm = point(up(frobeniusNorm(jacobian.mid) + jacobian.radius));
    const other = sub(A, mul(lip, by));
    const moved = add(add(B, mul(norm, by)), mul(mul(point(0.5), lip), square(by)));
    return other.lo > 0 && lengthOf(other, moved, lip).hi <= down(radius - slack);
  }
}
