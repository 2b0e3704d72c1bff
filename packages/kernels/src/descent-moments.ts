import type { DescentRule, DescentRuleName } from '@nonsmooth/core';
import { settingsOf, type Settings } from './descent-settings.js';

const counts: { readonly [Name in DescentRuleName]: (settings: Settings<Name>) => number } = {
  sgd: ({ momentum }) => (momentum === 0 ? 0 : 1),
  adam: ({ amsgrad }) => (amsgrad ? 3 : 2),
  adamW: ({ amsgrad }) => (amsgrad ? 3 : 2),
  rmsprop: ({ centered, momentum }) => 1 + (centered ? 1 : 0) + (momentum === 0 ? 0 : 1),
  adagrad: () => 1,
};

/** How many arrays as long as θ the rule remembers, and what they start with. @throws ArgumentError as `settingsOf`. */
export function momentsOf(rule: DescentRule): { readonly count: number; readonly initial: number } {
  const settings = settingsOf(rule);
  const count = counts[rule.name] as (settings: unknown) => number;
  return {
    count: count(settings),
    initial: settings.name === 'adagrad' ? settings.initialAccumulator : 0,
  };
}
