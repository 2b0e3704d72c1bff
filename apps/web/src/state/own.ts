import type { State } from './state.js';
import { problem } from './store.js';

/** The samples as they are, to be moved. */
export function ownPoints(): Pick<State, 'data' | 'inputs' | 'targets' | 'preset'> {
  const samples = problem.peek()?.samples;
  return {
    data: 'points',
    inputs: samples?.inputs ?? [],
    targets: samples?.targets ?? [],
    preset: '',
  };
}

/** The start as it is, in numbers. */
export function ownStart(): Pick<State, 'start' | 'theta' | 'preset'> {
  return { start: 'values', theta: [...(problem.peek()?.start ?? [])], preset: '' };
}
