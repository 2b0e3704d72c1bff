import type { MinimumCertificate } from '../certify-convergence/certificate.js';
import type { CertifiableRisk } from '../certify-convergence/certifiable-risk.js';
import { encloseCurvature, encloseResidual, type EnclosedResidual } from './dense-enclosure.js';
import {
  enclosed,
  frobeniusNorm,
  greatestEigenvalue,
  operatorNorm,
  product,
  rightInverse,
  transpose,
} from './enclosed-matrices.js';
import {
  add,
  div,
  down,
  interval,
  magnitude,
  mul,
  point,
  square,
  sub,
  up,
  zero,
  type Interval,
} from './interval.js';
import { keepsPattern, variationOn } from './lipschitz-enclosure.js';
import { agrees, unless } from './verify-surjective.js';

/** What holds at the centre in the coordinates u of θ = θ̂ + S·u, as upper bounds. */
interface AtCentre {
  /** |r|, ‖JS‖, the norms of D²r[S·, S·] as rows × d² and as d × rows·d, ‖∇²(L∘S) − I‖ and |∇(L∘S)|. */
  readonly r: Interval;
  readonly j0: number;
  readonly f1: number;
  readonly f2: number;
  readonly kappa0: number;
  readonly gamma: number;
}

function upTo(hi: number): Interval {
  return interval(0, hi);
}

/** The upper bound of the norm of the rows × columns matrix with these entries, through the smaller of its Gram matrices. */
function sharpNorm(A: Float64Array, rows: number, columns: number, radius: number): number {
  const isWide = rows <= columns;
  const other = transpose(A, rows, columns);
  const gram = isWide
    ? product(A, other, rows, columns, rows)
    : product(other, A, columns, rows, columns);
  const largest = greatestEigenvalue(gram.mid, isWide ? rows : columns, gram.radius);
  return up(up(Math.sqrt(largest)) + radius);
}

function atCentre(
  { net, samples }: CertifiableRisk,
  { layers, passes, r, J }: EnclosedResidual,
  centre: readonly number[],
  S: readonly number[],
): AtCentre {
  const d = net.dimension;
  const rows = r.length;
  const jacobian = enclosed(J);
  const JS = product(jacobian.mid, S, rows, d, d);
  const errorJS = up(JS.radius + up(jacobian.radius * operatorNorm(S, d, d)));
  const bends = passes.flatMap((pass) => encloseCurvature(layers, centre, pass, S, d));
  const B = enclosed(bends);
  // D²r as d × rows·d
  const columns = new Float64Array(B.mid.length);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < d; p++) {
      columns.set(B.mid.subarray((i * d + p) * d, (i * d + p + 1) * d), (p * rows + i) * d);
    }
  }
  const half = point(samples.count / 2);
  const slopes = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: d }, (_, p) => point(JS.mid[i * d + p]!)),
  );
  const gradient: Interval[] = [];
  const deviation: Interval[] = [];
  for (let p = 0; p < d; p++) {
    let sum = zero;
    for (let i = 0; i < rows; i++) sum = add(sum, mul(slopes[i]![p]!, r[i]!));
    gradient.push(div(sum, half));
    for (let q = 0; q < d; q++) {
      let entry = zero;
      for (let i = 0; i < rows; i++) {
        const outer = mul(slopes[i]![p]!, slopes[i]![q]!);
        entry = add(entry, add(outer, mul(r[i]!, bends[i]![p * d + q]!)));
      }
      const scaled = div(entry, half);
      deviation.push(p === q ? sub(scaled, point(1)) : scaled);
    }
  }
  const size = enclosed([r]);
  const normR = interval(
    Math.max(0, down(down(frobeniusNorm(size.mid) * (1 - 1e-12)) - size.radius)),
    up(frobeniusNorm(size.mid) + size.radius),
  );
  const normJS = up(sharpNorm(JS.mid, rows, d, 0) + errorJS);
  // the midpoints of JS are wrong by errorJS
  const wrongGradient = div(mul(upTo(errorJS), upTo(normR.hi)), half).hi;
  const wrongHessian = div(
    mul(upTo(errorJS), add(mul(point(2), upTo(normJS)), upTo(errorJS))),
    half,
  ).hi;
  return {
    r: normR,
    j0: normJS,
    f1: sharpNorm(B.mid, rows, d * d, B.radius),
    f2: sharpNorm(columns, d, rows * d, B.radius),
    kappa0: up(magnitudeOf(deviation) + wrongHessian),
    gamma: up(magnitudeOf(gradient) + wrongGradient),
  };
}

/** The largest Euclidean norm of what is enclosed. */
function magnitudeOf(values: readonly Interval[]): number {
  return frobeniusNorm(values.map(magnitude));
}

/** An upper bound of |S⁻¹δ|: |Zδ|/(1 − ‖ZS − I‖) for Z ≈ S⁻¹. */
function lengthInMetric(S: readonly number[], delta: readonly Interval[]): number {
  const d = delta.length;
  const right = rightInverse(transpose(S, d, d), d, d);
  if (right === undefined) return Infinity;
  const Z = transpose(right, d, d);
  const I = product(Z, S, d, d, d);
  for (let i = 0; i < d; i++) I.mid[i * d + i] = I.mid[i * d + i]! - 1;
  const defect = up(
    up(frobeniusNorm(I.mid) * (1 + 2 * Number.EPSILON)) + up(I.radius + d * Number.EPSILON),
  );
  if (!(defect < 0.5)) return Infinity;
  const moved = Array.from({ length: d }, (_, i) => {
    let sum = zero;
    for (let j = 0; j < d; j++) sum = add(sum, mul(point(Z[i * d + j]!), delta[j]!));
    return sum;
  });
  return up(magnitudeOf(moved) / down(1 - defect));
}

/** The first claim of the certificate that the enclosures do not confirm. */
export function failureOfMinimum(
  risk: CertifiableRisk,
  certificate: MinimumCertificate,
): string | undefined {
  const { net, samples } = risk;
  const {
    from,
    centre,
    metric,
    radius: R,
    constants,
    margin,
    limitWithin,
    curvature,
    level,
  } = certificate;
  const { n, gamma, kappa } = constants;
  const d = net.dimension;
  if (metric.length !== d * d || centre.length !== d) return 'the metric is a d × d matrix';
  const residual = encloseResidual(net, samples, centre);
  const { layers, passes } = residual;
  if (!keepsPattern(net, layers, centre, passes, 0)) return 'the centre lies on a kink';
  const scale = operatorNorm(metric, d, d);
  const variation = variationOn(net, layers, centre, passes, up(R * scale));
  if (!(variation.first < Infinity && variation.second < Infinity)) {
    return 'the pattern holds on the ball, with bounds of third derivatives';
  }
  const known = atCentre(risk, residual, centre, metric);
  const T = mul(upTo(variation.second), mul(upTo(scale), square(upTo(scale))));
  const by = point(R);
  const f2 = upTo(known.f2);
  // by how much J, r and D²r change on the ball
  const delta = add(mul(f2, by), mul(mul(point(0.5), T), square(by)));
  const growth = add(
    add(mul(upTo(known.j0), by), mul(mul(point(0.5), f2), square(by))),
    mul(div(T, point(6)), mul(by, square(by))),
  );
  const change = add(
    add(mul(mul(point(2), upTo(known.j0)), delta), square(delta)),
    add(mul(upTo(known.f1), growth), mul(mul(add(upTo(known.r.hi), growth), T), by)),
  );
  const bound = add(upTo(known.kappa0), div(change, point(samples.count / 2))).hi;
  const difference = from.map((x, i) => sub(point(x), point(centre[i]!)));
  const distance = lengthInMetric(metric, difference);
  const [N, G, k] = [point(n), point(gamma), point(kappa)];
  const inside = add(mul(add(point(1), k), square(N)), mul(mul(point(2), G), N));
  const edge = sub(mul(sub(point(1), k), square(by)), mul(mul(point(2), G), by));
  const limit = div(mul(upTo(scale), upTo(gamma)), sub(point(1), k)).hi;
  const least = div(div(sub(point(1), k), square(point(scale))), point(1)).lo;
  const drop = div(square(G), mul(point(2), sub(point(1), k))).hi;
  const value = div(square(known.r), point(samples.count));
  const [low, high] = level;
  return (
    unless(n >= distance && n < R, `|from − centre| ≤ n < radius: it is ≤ ${distance}`) ??
    unless(gamma >= known.gamma, `|∇L(centre)| ≤ γ: it is ≤ ${known.gamma}`) ??
    unless(kappa >= bound && kappa < 1, `κ is a bound < 1: it is ≤ ${bound}`) ??
    unless(
      inside.hi < edge.lo && agrees(margin, sub(point(1), div(inside, edge))),
      `(1 + κ)n² + 2γn < (1 − κ)R² − 2γR, with its margin`,
    ) ??
    unless(limitWithin >= limit, `limitWithin ≥ ${limit}`) ??
    unless(curvature > 0 && curvature <= least, `curvature ≤ ${least}`) ??
    unless(
      low >= 0 && low <= Math.max(0, down(value.lo - drop)) && high >= value.hi,
      `level contains [${Math.max(0, down(value.lo - drop))}, ${value.hi}]`,
    )
  );
}
