import type { AdagradRule, AdamRule, AdamWRule, RmspropRule, SgdRule } from '@nonsmooth/core';

// Formulas and defaults are those of PyTorch's optimizers; settings are checked where a descent begins.

/** θ ← θ − γ·g, with momentum and Nesterov's on request; gradient descent if no batch is drawn. */
export function sgd(options: Omit<SgdRule, 'name'>): SgdRule {
  return { name: 'sgd', ...options };
}

/** Kingma, Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980). */
export function adam(options: Omit<AdamRule, 'name'>): AdamRule {
  return { name: 'adam', ...options };
}

/** Adam with decoupled weight decay: Loshchilov, Hutter (arXiv 1711.05101). */
export function adamW(options: Omit<AdamWRule, 'name'>): AdamWRule {
  return { name: 'adamW', ...options };
}

/** Gradients over the root of their mean square: Tieleman, Hinton (2012). */
export function rmsprop(options: Omit<RmspropRule, 'name'>): RmspropRule {
  return { name: 'rmsprop', ...options };
}

/** Gradients over the root of their sum of squares: Duchi, Hazan, Singer (2011). */
export function adagrad(options: Omit<AdagradRule, 'name'>): AdagradRule {
  return { name: 'adagrad', ...options };
}
