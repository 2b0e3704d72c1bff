import { requireObject } from '@nonsmooth/core';
import type {
  AdagradRule,
  AdamRule,
  AdamWRule,
  DescentRule,
  RmspropRule,
  SgdRule,
} from '@nonsmooth/core';
import { settingsOf } from '@nonsmooth/kernels';

// Formulas and defaults are those of PyTorch's optimizers.

/** θ ← θ − γ·g, with momentum and Nesterov's on request; gradient descent if no batch is drawn. */
export function sgd(options: Omit<SgdRule, 'name'>): SgdRule {
  return checked({ name: 'sgd', ...asObject(options) });
}

/** Kingma, Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980). */
export function adam(options: Omit<AdamRule, 'name'>): AdamRule {
  return checked({ name: 'adam', ...asObject(options) });
}

/** Adam with decoupled weight decay: Loshchilov, Hutter (arXiv 1711.05101). */
export function adamW(options: Omit<AdamWRule, 'name'>): AdamWRule {
  return checked({ name: 'adamW', ...asObject(options) });
}

/** Gradients over the root of their mean square: Tieleman, Hinton (2012). */
export function rmsprop(options: Omit<RmspropRule, 'name'>): RmspropRule {
  return checked({ name: 'rmsprop', ...asObject(options) });
}

/** Gradients over the root of their sum of squares: Duchi, Hazan, Singer (2011). */
export function adagrad(options: Omit<AdagradRule, 'name'>): AdagradRule {
  return checked({ name: 'adagrad', ...asObject(options) });
}

function asObject<Options extends object>(options: Options): Options {
  requireObject('options', options);
  return options;
}

/** The rule, with its settings checked. */
function checked<Rule extends DescentRule>(rule: Rule): Rule {
  settingsOf(rule);
  return rule;
}
