import type { FloatArray, Objective } from '@nonsmooth/core';
import { activationKinks, losses, resolveLoss } from '@nonsmooth/kernels';
import { isEmpiricalRisk, isPopulationRisk } from '@nonsmooth/nets';
import type { CertifiedGradient } from '@nonsmooth/subgradient';

/** What is said of a vector at a point: whether it is a generalized gradient, and why. */
export interface RiskVerdict extends Pick<CertifiedGradient, 'value' | 'verdict' | 'memberships'> {
  readonly gradient: FloatArray;
  readonly kinks: readonly string[];
  readonly undecided: readonly string[];
  /** What it rests on. */
  readonly proof: string;
}

/**
 * The verdict on risks whose differentiability a theorem settles: smooth ones, and population risks of shallow ReLU
 * networks, whose generalized gradient G is their gradient unless a hidden neuron has (w, b) = (0, 0). There G is the
 * limit of gradients along (0, −1), which such neurons are dead along. Undefined for other risks.
 */
export function riskVerdict(
  risk: Objective,
  theta: Float64Array,
  asked: readonly number[] | undefined,
): RiskVerdict | undefined {
  const isPopulation = isPopulationRisk(risk);
  if (!isPopulation && !isSmoothAt(risk, theta)) return undefined;
  const own = new Float64Array(theta.length);
  const value = risk.gradient(theta, own);
  const gradient = asked ? Float64Array.from(asked) : own;
  const degenerate = isPopulation ? risk.degenerateNeurons(theta) : [];
  const kinks = degenerate.map((neuron) => `neuron ${neuron}, whose weight and bias are 0`);
  const smooth = isPopulation
    ? 'the population risk is C¹ where no hidden neuron with outgoing weights has weight and bias 0 (arXiv 2501.15646)'
    : 'activation and loss are smooth here: the risk has no kinks at this point';
  if (!Number.isFinite(value) || !own.every(Number.isFinite)) {
    return { ...answer('undecided'), undecided: ['the gradient overflows'], proof: '' };
  }
  if (distance(gradient, own) > tolerance(risk, own)) {
    if (degenerate.length === 0) return { ...answer('none'), undecided: [], proof: smooth };
    const undecided = ['only the generalized gradient itself is judged at neurons with w = b = 0'];
    return { ...answer('undecided'), undecided, proof: '' };
  }
  if (degenerate.length === 0) return { ...answer('gradient'), undecided: [], proof: smooth };
  const proof = 'the limit of gradients along (w, b) = (0, −1) of these neurons';
  return { ...answer('bouligand'), undecided: [], proof };

  function answer(verdict: RiskVerdict['verdict']) {
    return { value, gradient, verdict, memberships: membershipsOf(verdict), kinks };
  }
}

/** The relative L² error √(S/T) has its only kinks where S = 0. */
function isSmoothAt(risk: Objective, theta: Float64Array): boolean {
  if (!isEmpiricalRisk(risk)) return false;
  if (risk.smooth) return true;
  const { network, data } = risk;
  const { name } = resolveLoss(data.loss);
  const isRelative = losses[name].relative && activationKinks(network.activation).length === 0;
  return isRelative && risk.value(theta) > 0;
}

type Memberships = RiskVerdict['memberships'];

function membershipsOf(verdict: RiskVerdict['verdict']): Memberships {
  const all = (answer: Memberships['clarke']): Memberships => ({
    frechet: answer,
    limiting: answer,
    bouligand: answer,
    clarke: answer,
  });
  if (verdict === 'gradient') return all('in');
  if (verdict === 'none') return all('out');
  return verdict === 'bouligand' ? { ...all('in'), frechet: 'undecided' } : all('undecided');
}

/** What rounding may put between two sweeps. */
function tolerance(risk: Objective, gradient: Float64Array): number {
  const relative = isEmpiricalRisk(risk) && risk.dtype === 'f32' ? 1e-4 : 1e-9;
  return relative * (1 + gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
}

function distance(u: ArrayLike<number>, v: Float64Array): number {
  return v.reduce((most, x, i) => Math.max(most, Math.abs(x - u[i]!)), 0);
}
