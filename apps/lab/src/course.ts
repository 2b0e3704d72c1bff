import type { Dynamics } from './study.js';

/** What the rows of a trajectory follow: a flow in time, the steps of a descent, or a sequence of approximations. */
export type Course = 'flow' | 'descent' | 'approximations';

const courses: Readonly<Record<Dynamics['kind'], Course>> = {
  gradientFlow: 'flow',
  normalizedFlow: 'flow',
  descent: 'descent',
  generalizedDescent: 'descent',
  normalizedDescent: 'descent',
  approximation: 'approximations',
};

/** What dynamics follow. */
export function courseOf({ kind }: Pick<Dynamics, 'kind'>): Course {
  return courses[kind];
}
