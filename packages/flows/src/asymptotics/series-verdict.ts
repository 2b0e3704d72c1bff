import { halfDecade, type HalfDecades } from './half-decades.js';

/** What displacements per half decade support. */
export interface SeriesVerdict {
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  /** Which rule, or what is missing. */
  readonly reason: string;
  /** Estimated length still to come, as a share of the scale; ∞ where it is not estimated. */
  readonly remaining: number;
  /** Whether the end lies in tolerance and rounding. */
  readonly inFloor: boolean;
}

/** The sizes of the rules, chosen on labelled flows: no diverging one of 1340 passed as convergent. */
const sizes = {
  exponential: { last: 3e-4, steepening: 10 },
  decay: { exponent: 3, decade: 3e-3, remaining: 6e-3 },
  still: 1e-3,
  growth: { least: 0.3, slowest: 1 / 3, steepest: 0.35 },
} as const;

/**
 * converges: at rest within the tolerance; an exponential arrival that grows steeper; a power law s with s·ln(T/t₁) ≥ 3,
 * which is the exponent of the displacement on the logarithmic scale, so that 1/log t laws do not pass; or two decades
 * that moved less than a thousandth. diverges: a norm that grew by 30 % over four decades, in every half decade by a third
 * of the mean or more, with displacements that do not decay.
 */
export function seriesVerdict(history: HalfDecades): SeriesVerdict {
  const { displacements: d, floor, logSpan } = history;
  if (d.length < 4) {
    return {
      verdict: 'undecided',
      reason: `only ${d.length} half decades of saved times: save at logarithmic times`,
      remaining: Infinity,
      inFloor: false,
    };
  }
  const [d0, d1, d2, d3] = d as readonly [number, number, number, number];
  const slope = (j: number): number => Math.log(d[j + 1]! / d[j]!) / halfDecade;
  const s = Math.min(slope(0), slope(1), slope(2));
  const rho = Math.exp(-halfDecade * s);
  const remaining = s > 0 ? (d0 * rho) / (1 - rho) : Infinity;
  const inFloor = d0 <= floor;
  const found = (rule: string, left: number): SeriesVerdict => ({
    verdict: 'converges',
    reason: rule,
    remaining: left,
    inFloor,
  });
  if (inFloor && d1 <= floor) return found('it rests within the tolerance', floor);
  const { exponential, decay, still } = sizes;
  const arrives = d0 <= exponential.last && d1 >= exponential.steepening * d0 && d2 >= d1;
  if (arrives && (inFloor || slope(0) >= slope(1))) {
    return found('it arrives exponentially', d0 / (exponential.steepening - 1));
  }
  const integrable = s > 0 && s * logSpan >= decay.exponent;
  if (integrable && d0 + d1 <= decay.decade && remaining <= decay.remaining) {
    return found(`displacements decay like t^(−${s.toPrecision(2)})`, remaining);
  }
  if (d0 + d1 + d2 + d3 <= still) {
    return found('two decades moved it by less than a thousandth', remaining);
  }
  const growth = growthOf(history);
  return growth.steady
    ? { verdict: 'diverges', reason: growth.reason, remaining: Infinity, inFloor }
    : { verdict: 'undecided', reason: growth.reason, remaining, inFloor };
}

function growthOf({ displacements, norms, logSpan }: HalfDecades): {
  steady: boolean;
  reason: string;
} {
  const { least, slowest, steepest } = sizes.growth;
  const windows = displacements.length;
  const [end, begin] = [norms[0]!, norms[windows]!];
  const grown = `‖Θ‖ went from ${begin.toPrecision(4)} to ${end.toPrecision(4)}`;
  if (windows < 8) return { steady: false, reason: `${grown}: four decades are needed` };
  if (!(end >= (1 + least) * begin)) {
    return { steady: false, reason: `${grown} in four decades: no steady growth` };
  }
  const steadyIn = (values: readonly number[]): boolean => {
    const mean = (values[0]! - values[windows]!) / windows;
    return displacements.every((_, j) => values[j]! - values[j + 1]! >= slowest * mean);
  };
  if (!(steadyIn(norms) || steadyIn(norms.map(Math.log)))) {
    return { steady: false, reason: `${grown}, in bursts: no steady growth` };
  }
  const { slope, error } = decayOf(displacements);
  const persists = slope - error <= 1 / Math.max(logSpan, 1) && slope + 2 * error <= steepest;
  return persists
    ? { steady: true, reason: `${grown} and keeps growing` }
    : {
        steady: false,
        reason: `${grown}, by less and less: displacements decay like t^(−${slope.toPrecision(2)})`,
      };
}

/** Regression of −ln d on ln t, with 1.5 ordinary standard errors: neighbouring residuals are correlated. */
function decayOf(displacements: readonly number[]): { slope: number; error: number } {
  const n = displacements.length;
  // the last half decade comes first: x grows backwards in time, so that the slope is the decay
  const x = displacements.map((_, j) => j * halfDecade);
  const y = displacements.map((d) => Math.log(Math.max(d, Number.MIN_VALUE)));
  const meanX = x.reduce((a, b) => a + b, 0) / n;
  const meanY = y.reduce((a, b) => a + b, 0) / n;
  const xx = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const slope = x.reduce((sum, value, j) => sum + (value - meanX) * (y[j]! - meanY), 0) / xx;
  const squares = x.reduce(
    (sum, value, j) => sum + (y[j]! - meanY - slope * (value - meanX)) ** 2,
    0,
  );
  return { slope, error: 1.5 * Math.sqrt(squares / (n - 2) / xx) };
}
