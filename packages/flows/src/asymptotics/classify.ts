import {
  ArgumentError,
  requireBoolean,
  requireKnownOptions,
  requireNumber,
  requireNumbers,
  requireObject,
  requireObjective,
  requireVectors,
  ShapeError,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import type {
  CertificateKind,
  ConvergenceCertificate,
} from '../certify-convergence/certificate.js';
import { certifiableRisk } from '../certify-convergence/certifiable-risk.js';
import { certifyConvergence, nearbyMinimum } from '../certify-convergence/certify-convergence.js';
import { confirmed } from '../certify-convergence/confirmed.js';
import { certifyMinimum } from '../certify-convergence/minimum.js';
import { growthLaws, noLaws, type GrowthLaw } from './growth-laws.js';
import { halfDecades, type HalfDecades } from './half-decades.js';
import { fitLine, type LineFit } from './least-squares.js';
import { asymptoticLevel, levelAtRest, type AsymptoticLevel } from './level.js';
import { seriesVerdict, type SeriesVerdict } from './series-verdict.js';
import { steadyGrowth } from './steady-growth.js';
import { settled, spectrumAt, type Spectrum } from './spectrum.js';
import type { Trajectory } from './trajectory.js';

/** Whether a flow converges or diverges, with the grounds of that verdict. */
export interface Classification {
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  /** How: proved of the exact flow through the last state, or supported by evidence; absent if undecided. */
  readonly strength?: 'proved' | 'supported';
  /**
   * What decided: a certificate and its kind, a certified minimum nearby, rest at kinks, the spectrum of the Hessian, or the
   * series of displacements; or, undecided, a saddle or the lack of all of these.
   */
  readonly by:
    CertificateKind | 'certifiedMinimum' | 'saddle' | 'rest' | 'spectrum' | 'series' | 'none';
  /** Why, in words with numbers; for undecided what would decide. */
  readonly reason: string;
  /** Where the loss goes, whatever the state does. */
  readonly level: AsymptoticLevel;
  readonly certificate?: ConvergenceCertificate;
  /** Directions that the horizon has not resolved, and the horizon that would; absent without a Hessian. */
  readonly unresolved?: { readonly directions: number; readonly horizon: number };
  readonly evidence: {
    /** Time window of the fits, and the number of its samples; fits to fewer than eight are NaN. */
    readonly from: number;
    readonly to: number;
    readonly samples: number;
    /** ‖Θ'_t‖ ≈ C·t^(−q) on the window: the length ∫‖Θ'‖dt is finite exactly if q > 1. */
    readonly decay: { readonly q: number; readonly error: number };
    /** Trapezoidal length over the whole trajectory; the length still to come, or ∞ where it is not known. */
    readonly length: number;
    readonly remainingLength: number;
    /** ‖Θ_T‖·‖Θ'_T‖. */
    readonly scaledGradient: number;
    /** Displacements per half decade of time, relative to the scale of the motion, the last one first, and the floor of these. */
    readonly displacements: readonly number[];
    readonly floor: number;
    /** λ_min·T and λ_k·T of the Hessian at the end. */
    readonly spectrum?: Spectrum;
    /** The better of the two laws comes first. */
    readonly growth: readonly [GrowthLaw, GrowthLaw];
    /** The estimate of the level within its interval, and its distance to the farther end. */
    readonly asymptoticLoss: { readonly level: number; readonly error: number };
  };
}

/** Options of `classify`. */
export interface ClassifyOptions {
  /** The share of the trajectory, in log t, that the fits use: t ≥ horizon^(1 − window)·first^window. Default ½. */
  readonly window?: number;
  /** What the flow descends: its Hessian and certificates then decide before any series. */
  readonly objective?: Objective;
  /** Whether certificates are tried; they cost about as much as a hundred Hessians. Default true. */
  readonly proofs?: boolean;
  /** What L never falls below. Default: 0 if no loss of the trajectory is negative, −∞ else. */
  readonly lowerBound?: number;
}

const optionNames: OptionNames<ClassifyOptions> = {
  window: true,
  objective: true,
  proofs: true,
  lowerBound: true,
};

/**
 * Does the flow converge to a critical point or diverge to infinity? By the dichotomy of Kranz, Gallon, Dereich, Jentzen
 * (arXiv 2505.09572) one of the two holds for definable activations. In this order: a theorem or certificate at the last
 * state (`proved`; needs `objective`); a certified minimum within half of ‖Θ‖, to which the flow may yet go; λ_min·T < −3,
 * a saddle, which rounding leaves; λ_k·T ≥ 3, the clock of the Hessian; displacements of states per half decade, with
 * tolerance and rounding as their floor. A flow across kinks that came to rest converges, however few its saved times. A diverging flow is told by steady growth, and only while λ_min·T ≤ 1.2. All but the first are `supported`, no more: norms that grow sixtyfold and then stop exist.
 * @throws ShapeError, ArgumentError for trajectories without a time > 0, not increasing in time or not finite.
 */
export function classify(trajectory: Trajectory, options: ClassifyOptions = {}): Classification {
  requireKnownOptions('options', options, optionNames);
  const { window = 0.5, objective, proofs = true } = options;
  requireBoolean('proofs', proofs);
  if (objective !== undefined) requireObjective('objective', objective);
  if (!(typeof window === 'number' && window > 0 && window <= 1))
    throw new ArgumentError('window', window, 'a number in (0, 1]');
  requireTrajectory(trajectory);
  const { times, norms, speeds, losses, states, atRestSince } = trajectory;
  const last = times.length - 1;
  const start = Math.exp(
    Math.log(times[last]!) - window * (Math.log(times[last]!) - Math.log(times[0]!)),
  );
  const chosen = Array.from(times, (_, i) => i).filter((i) => times[i]! >= start);
  const { decay, growth, growing } = fitsTo(trajectory, chosen);
  const history = halfDecades(trajectory);
  const horizon = times[last]!;
  const spectrum = objective && states ? spectrumAt(objective, states[last]!, horizon) : undefined;
  const bound =
    options.lowerBound ?? (Array.prototype.every.call(losses, (loss) => loss >= 0) ? 0 : -Infinity);
  const judged = judge({
    history,
    horizon,
    spectrum,
    ...(objective && states && proofs && { objective, end: states[last]! }),
    still: speeds[last] === 0,
    atRestSince,
    growing,
    pace: speeds[last]! * horizon,
  });
  const level = levelOf(
    atRestSince === undefined ? asymptoticLevel(history, bound) : levelAtRest(losses[last]!, bound),
    judged.certificate,
  );
  const { remaining, ...verdict } = judged;
  const [low, high] = level.interval;
  return {
    ...verdict,
    level,
    ...(spectrum && {
      unresolved: { directions: spectrum.unresolved, horizon: spectrum.horizon },
    }),
    evidence: {
      from: times[chosen[0]!]!,
      to: horizon,
      samples: chosen.length,
      decay: { q: -decay.slope, error: decay.slopeError },
      length: trapezoid(times, speeds),
      remainingLength: remaining,
      scaledGradient: norms[last]! * speeds[last]!,
      displacements: history.displacements,
      floor: history.floor,
      ...(spectrum && { spectrum }),
      growth,
      asymptoticLoss: {
        level: level.estimate,
        error: Math.max(high - level.estimate, level.estimate - low),
      },
    },
  };
}

/** Fewer times do not show a law. */
const fewest = 8;

/** The laws on the chosen times: of the speed and of the norm, and whether that grows steadily. */
function fitsTo(
  { times, norms, speeds }: Trajectory,
  chosen: readonly number[],
): {
  readonly decay: Pick<LineFit, 'slope' | 'slopeError'>;
  readonly growth: readonly [GrowthLaw, GrowthLaw];
  readonly growing: string | undefined;
} {
  if (chosen.length < fewest) {
    return { decay: { slope: NaN, slopeError: NaN }, growth: noLaws, growing: undefined };
  }
  const pick = (values: ArrayLike<number>): number[] => chosen.map((i) => values[i]!);
  const logTime = pick(times).map(Math.log);
  const decay = fitLine(logTime, pick(speeds).map(logOrFloor));
  const growth = growthLaws(logTime, pick(norms));
  return { decay, growth, growing: steadyGrowth(pick(norms), growth, decay) };
}

/** Directions slower than this veto divergence: in the direction of growth λT is the exponent q ≤ 1. */
const vetoed = 1.2;

/** How far a certified minimum may be, as a share of ‖Θ‖. */
const nearby = 0.5;

interface Facts {
  readonly history: HalfDecades;
  readonly horizon: number;
  readonly spectrum: Spectrum | undefined;
  /** Both or none: where proofs are to be tried. */
  readonly objective?: Objective;
  readonly end?: ArrayLike<number>;
  readonly still: boolean;
  readonly atRestSince: number | undefined;
  /** What a steady growth of the norm says, if there is one. */
  readonly growing: string | undefined;
  /** ‖Θ'‖·T at the end: how far the flow goes while log t grows by 1. */
  readonly pace: number;
}

type Judgement = Pick<Classification, 'verdict' | 'strength' | 'by' | 'reason' | 'certificate'> & {
  readonly remaining: number;
};

function judge(facts: Facts): Judgement {
  const { history, horizon, spectrum, objective, end, still, atRestSince } = facts;
  const proof =
    objective && end
      ? certifyConvergence(objective, end, {
          kinds: ['theorem', 'noCriticalPoint', 'surjective', 'curvature'],
        })
      : undefined;
  if (proof?.certificate) return proved(proof.certificate);
  const near =
    objective && end && spectrum && spectrum.least >= -settled - spectrum.noise
      ? minimumNear(objective, end, history)
      : undefined;
  if (near) return near;
  const series = seriesVerdict(history);
  const remaining = series.remaining * history.scale;
  // what grew until the flow came to rest grows no more
  const hasStopped = atRestSince !== undefined && facts.pace <= history.floor * history.scale;
  const growing = hasStopped
    ? undefined
    : series.verdict === 'diverges'
      ? series.reason
      : series.verdict === 'undecided'
        ? facts.growing
        : undefined;
  if (growing !== undefined && !(spectrum && spectrum.least > vetoed)) {
    return { ...supported('diverges', 'series', growing), remaining };
  }
  if (spectrum && spectrum.least < -settled - spectrum.noise) {
    return {
      verdict: 'undecided',
      by: 'saddle',
      reason:
        `at a saddle: λ_min·T = ${spectrum.least.toPrecision(3)}; the exact flow may stay there, from a symmetric ` +
        'start, or leave: a start beside it would tell',
      remaining: Infinity,
    };
  }
  if (atRestSince !== undefined) {
    const reason = `it rests since t = ${atRestSince.toPrecision(3)}, as far as the tolerance can tell`;
    return {
      ...supported('converges', 'rest', reason),
      remaining: still ? 0 : history.floor * history.scale,
    };
  }
  if (still) {
    return { ...supported('converges', 'series', 'the gradient is exactly 0'), remaining: 0 };
  }
  if (spectrum && spectrum.visible >= settled * (1 + spectrum.noise)) {
    const reason = `λ·T = ${spectrum.visible.toPrecision(3)} in the slowest direction: it has settled everywhere`;
    return { ...supported('converges', 'spectrum', reason), remaining };
  }
  if (series.verdict === 'converges') {
    const left = remaining < Infinity ? `; ${remaining.toPrecision(2)} still to come` : '';
    return { ...supported('converges', 'series', series.reason + left), remaining };
  }
  if (growing !== undefined) {
    const reason = `${growing}, but λ_min·T = ${spectrum!.least.toPrecision(3)} says that it will not: a longer horizon would tell`;
    return { verdict: 'undecided', by: 'spectrum', reason, remaining };
  }
  return {
    verdict: 'undecided',
    by: 'none',
    reason: `${series.reason}; ${whatWouldDecide(series, spectrum, horizon)}`,
    remaining,
  };
}

function supported(
  verdict: 'converges' | 'diverges',
  by: Classification['by'],
  reason: string,
): Pick<Judgement, 'verdict' | 'strength' | 'by' | 'reason'> {
  return { verdict, strength: 'supported', by, reason };
}

function proved(certificate: ConvergenceCertificate): Judgement {
  return {
    verdict: certificate.claim,
    strength: 'proved',
    by: certificate.kind,
    reason: describeCertificate(certificate),
    certificate,
    remaining: lengthOf(certificate),
  };
}

/** A certified minimum beside the end, whether that lies in its certified basin or not. */
function minimumNear(
  objective: Objective,
  end: ArrayLike<number>,
  { scale }: HalfDecades,
): Judgement | undefined {
  const risk = certifiableRisk(objective);
  if (typeof risk === 'string' || risk.loss !== 'squared') return undefined;
  const minimum = nearbyMinimum(risk, end, objective);
  if (typeof minimum === 'string') return undefined;
  const { centre, curvature } = minimum;
  const here = confirmed(objective, certifyMinimum(risk, end, centre));
  if (typeof here !== 'string') return proved(here);
  if (typeof confirmed(objective, minimum) === 'string') return undefined;
  const distance = Math.sqrt(centre.reduce((sum, x, i) => sum + (x - end[i]!) ** 2, 0));
  if (!(distance <= nearby * scale)) return undefined;
  const reason =
    `an isolated minimum is certified ${distance.toPrecision(2)} away; the flow takes a time of about ` +
    `${(1 / curvature).toPrecision(2)} to it`;
  return { ...supported('converges', 'certifiedMinimum', reason), remaining: distance };
}

function describeCertificate(certificate: ConvergenceCertificate): string {
  switch (certificate.kind) {
    case 'theorem':
      return `theorem: ${certificate.citation}`;
    case 'surjective':
      return `the residual can be steered to its limit within ${certificate.radius.toPrecision(2)} of the last state`;
    case 'curvature':
      return `the gradient falls to 0 within ${certificate.radius.toPrecision(2)} of the last state`;
    case 'minimum':
      return `the last state lies in the certified basin of an isolated minimum, known to ${certificate.limitWithin.toPrecision(2)}`;
    case 'noCriticalPoint':
      return `no critical point below L = ${certificate.below.toPrecision(3)}: ‖Θ‖ → ∞`;
  }
}

function lengthOf(certificate: ConvergenceCertificate): number {
  return 'radius' in certificate && certificate.kind !== 'minimum' ? certificate.radius : Infinity;
}

function levelOf(
  level: AsymptoticLevel,
  certificate: ConvergenceCertificate | undefined,
): AsymptoticLevel {
  if (!certificate) return level;
  // both hold: a certificate may know less than the last loss does
  const low = Math.max(level.by === 'bound' ? level.interval[0] : -Infinity, certificate.level[0]);
  const high = Math.max(low, Math.min(level.interval[1], certificate.level[1]));
  const estimate = Math.min(high, Math.max(low, level.estimate));
  return { interval: [low, high], estimate, by: 'certificate' };
}

function whatWouldDecide(
  { inFloor, remaining }: SeriesVerdict,
  spectrum: Spectrum | undefined,
  horizon: number,
): string {
  if (inFloor) return 'the end lies within the tolerance: a tighter one would tell';
  if (spectrum && spectrum.unresolved > 0 && spectrum.horizon > horizon) {
    return spectrum.horizon < Infinity
      ? `${spectrum.unresolved} directions are slower than the horizon: T ≥ ${spectrum.horizon.toPrecision(2)} would tell`
      : `${spectrum.unresolved} directions have no curvature beyond rounding: no horizon is known to be long enough`;
  }
  return remaining < Infinity
    ? `${remaining.toPrecision(2)} of the scale to come: a longer horizon would tell`
    : 'a longer horizon would tell';
}

function trapezoid(times: ArrayLike<number>, speeds: ArrayLike<number>): number {
  let length = 0;
  for (let i = 1; i < times.length; i++) {
    length += ((times[i]! - times[i - 1]!) * (speeds[i]! + speeds[i - 1]!)) / 2;
  }
  return length;
}

/** log of a speed; an exact 0 counts as the smallest positive number. */
function logOrFloor(speed: number): number {
  return Math.log(Math.max(speed, Number.MIN_VALUE));
}

function requireTrajectory(trajectory: Trajectory): void {
  requireObject('trajectory', trajectory);
  const { times, norms, speeds, losses, states, tolerance } = trajectory;
  requireNumbers('times', times);
  if (times.length === 0) throw new ShapeError('times', 0, '1 or more times t > 0');
  if (trajectory.atRestSince !== undefined) {
    requireNumber('atRestSince', trajectory.atRestSince);
  }
  if (states !== undefined) {
    requireVectors('states', states);
    requireCountOf('states', states, times);
  }
  if (tolerance !== undefined) {
    requireObject('tolerance', tolerance);
    requireNumber('tolerance.rtol', tolerance.rtol);
    requireNumber('tolerance.atol', tolerance.atol);
  }
  for (const [name, values] of Object.entries({ norms, speeds, losses })) {
    requireNumbers(name, values);
    requireCountOf(name, values, times);
    const smallest = name === 'losses' ? -Infinity : 0;
    for (let i = 0; i < values.length; i++) {
      if (!(values[i]! >= smallest && Math.abs(values[i]!) < Infinity)) {
        const allowed = name === 'losses' ? 'finite numbers' : 'finite numbers ≥ 0';
        throw new ArgumentError(`${name}[${i}]`, values[i], allowed);
      }
    }
  }
  for (let i = 0; i < times.length; i++) {
    if (!(times[i]! > (i === 0 ? 0 : times[i - 1]!))) {
      throw new ArgumentError(`times[${i}]`, times[i], 'increasing numbers > 0');
    }
  }
}

function requireCountOf(
  name: string,
  { length }: ArrayLike<unknown>,
  times: ArrayLike<number>,
): void {
  if (length !== times.length) {
    throw new ShapeError(`${name}.length`, length, `${times.length}, as many as times`);
  }
}
