import type { Objective } from '@nonsmooth/core';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import { symmetricEigen, tensor } from '@nonsmooth/tensor';

/** The Hessian at the end of a flow, on the clock of its horizon T. */
export interface Spectrum {
  /** λ_min·T and λ_k·T, k the number of directions that the risk can see. */
  readonly least: number;
  readonly visible: number;
  /** νT: rounding of the eigenvalues times T. */
  readonly noise: number;
  /** Directions with |λ|T < 3: the flow has not had the time to settle there. */
  readonly unresolved: number;
  /** The horizon 3/λ that would resolve them, ∞ where their least curvature is within rounding or negative. */
  readonly horizon: number;
}

/** Dense Hessians are decomposed up to this dimension. */
const largest = 300;

/** Between T and 10T flows with λT ≥ 3 move a thousandth of what they moved in the decade before. */
export const settled = 3;

/** The exact Hessian's eigenvalues; nothing for objectives without one, with kinks, or too many parameters. */
export function spectrumAt(
  objective: Objective,
  theta: ArrayLike<number>,
  horizon: number,
): Spectrum | undefined {
  const d = objective.dimension;
  if (!objective.hessian || objective.smooth !== true || d > largest) return undefined;
  const H = new Float64Array(d * d);
  objective.hessian(Float64Array.from(theta), H);
  if (!H.every(Number.isFinite)) return undefined;
  const even = H.map((h, i) => (h + H[(i % d) * d + Math.floor(i / d)]!) / 2);
  const values = symmetricEigen(tensor(even, { shape: [d, d] })).values.data;
  const size = Math.max(Math.abs(values[0]!), Math.abs(values[d - 1]!));
  const noise = 1e-15 * size * d;
  const visible = values[d - visibleDirections(objective)]!;
  const slow = Array.from(values).filter((value) => Math.abs(value) * horizon < settled);
  const least = slow.reduce((low, value) => Math.min(low, value), Infinity);
  return {
    least: values[0]! * horizon,
    visible: visible * horizon,
    noise: noise * horizon,
    unresolved: slow.length,
    horizon: slow.length === 0 ? horizon : least > 2 * noise ? settled / least : Infinity,
  };
}

/** min(parameters, residuals) for the squared loss: the other directions move nothing at a zero of the residual. */
function visibleDirections(objective: Objective): number {
  const { dimension } = objective;
  if (!isEmpiricalRisk(objective) || objective.data.loss !== 'squared') return dimension;
  const { widths } = objective.network;
  return Math.min(dimension, objective.samples * widths[widths.length - 1]!);
}
