import { substitute } from '../src/read-study.js';
import type { Study } from '../src/study.js';

/** A study in the size of a test: few steps, short flows, small test sets. */
export function shrunk(
  study: Study,
  { steps, until }: Readonly<Record<'steps' | 'until', number>>,
): Study {
  const { dynamics, test: testing } = study;
  const smaller: Record<string, unknown> = {};
  const shorten = (name: string, most: number): void => {
    const value = (dynamics as unknown as Record<string, unknown>)[name];
    if (typeof value === 'number') smaller[`dynamics.${name}`] = Math.min(value, most);
  };
  for (const name of ['steps', 'iterations']) shorten(name, steps);
  shorten('every', Math.max(1, Math.floor(steps / 8)));
  shorten('until', until);
  if (testing?.inputs && 'count' in testing.inputs) smaller['test.inputs.count'] = 5;
  return { ...substitute(study, smaller), vary: study.vary };
}
