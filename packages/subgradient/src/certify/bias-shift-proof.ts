import type { Program } from '@nonsmooth/autodiff';
import type { LocalForm } from '../abs-normal/local-form.js';
import { denseLayers } from '../dense/dense-layers.js';
import type { Decision, Decisions, SubdifferentialName } from '../membership/proofs.js';

/**
 * What signed shifts of the biases prove about g_σ: the program is a ReLU network with its own bias per hidden neuron,
 * whose outputs go into anything that is smooth near the point, and σ is the same at all kinks of a neuron that matter.
 * On a path of shifts (see `biasShiftCertificate`) all signs are strict, and f is the smooth function that they choose.
 */
export function biasShiftProves(
  program: Program,
  local: LocalForm,
  choice: readonly number[],
  claim: string,
): boolean {
  const network = denseLayers(program);
  const { irregular, unresolved } = local.procedure;
  if (network === undefined || irregular.length + unresolved.length > 0) return false;
  const byNeuron = new Map<string, number>();
  for (const [i, { node, entry }] of local.kinks.entries()) {
    const width = network.layers.find((layer) => layer.node === node)?.width;
    if (width === undefined) return false;
    const neuron = `${node} ${entry % width}`;
    const sigma = byNeuron.get(neuron) ?? choice[i]!;
    if (sigma !== choice[i]) return false;
    byNeuron.set(neuron, sigma);
  }
  switch (claim) {
    case 'bouligand in':
      return choice.every((sigma) => Math.abs(sigma) === 1);
    case 'clarke in':
      return choice.every((sigma) => Math.abs(sigma) <= 1);
    default:
      return false;
  }
}

/** The decisions, with what bias shifts prove in the place of what is undecided. */
export function withBiasShifts(
  decisions: Decisions,
  program: Program,
  local: LocalForm,
  choice: readonly number[] | undefined,
): Decisions {
  if (choice === undefined || choice.length === 0) return decisions;
  const isOpen = (set: SubdifferentialName): boolean => decisions[set].answer === 'undecided';
  if (!isOpen('bouligand') && !isOpen('limiting') && !isOpen('clarke')) return decisions;
  const proof = { kind: 'biasShift' } as const;
  const shifted: Decision = { answer: 'in', proof };
  const isBouligand = biasShiftProves(program, local, choice, 'bouligand in');
  const isClarke = isBouligand || biasShiftProves(program, local, choice, 'clarke in');
  const bouligand = isOpen('bouligand') && isBouligand ? shifted : decisions.bouligand;
  const implied: Decision = { answer: 'in', proof: { kind: 'impliedBy', set: 'bouligand' } };
  return {
    ...decisions,
    bouligand,
    limiting: isOpen('limiting') && bouligand.answer === 'in' ? implied : decisions.limiting,
    clarke: isOpen('clarke') && isClarke ? shifted : decisions.clarke,
  };
}
