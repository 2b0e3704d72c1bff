import { fitLine, type LineFit } from './least-squares.js';

/** A law of growth of ‖Θ_t‖, fitted to a window of the trajectory. */
export interface GrowthLaw {
  /** ‖Θ_t‖ ≈ offset + rate·log t, or offset·t^rate. */
  readonly form: 'logarithm' | 'power';
  readonly rate: number;
  readonly rateError: number;
  /** Root mean square residual relative to the norm. */
  readonly residual: number;
  /** Share of the growth on the window that the law explains, R². */
  readonly explained: number;
}

/** Too few times to fit a law to. */
export const noLaws: readonly [GrowthLaw, GrowthLaw] = [
  unknownLaw('logarithm'),
  unknownLaw('power'),
];

function unknownLaw(form: GrowthLaw['form']): GrowthLaw {
  return { form, rate: NaN, rateError: NaN, residual: NaN, explained: NaN };
}

/** Both laws fitted to norms at these log t, the better one first. */
export function growthLaws(
  logTime: readonly number[],
  norms: readonly number[],
): [GrowthLaw, GrowthLaw] {
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  const logarithm = law('logarithm', fitLine(logTime, norms), mean || 1);
  const power = law('power', fitLine(logTime, norms.map(Math.log)), 1);
  // a norm of 0 has no logarithm, and no power law
  return power.residual < logarithm.residual ? [power, logarithm] : [logarithm, power];
}

function law(form: GrowthLaw['form'], fit: LineFit, scale: number): GrowthLaw {
  return {
    form,
    rate: fit.slope,
    rateError: fit.slopeError,
    residual: fit.residual / scale,
    explained: fit.explained,
  };
}
