import type { JSX } from 'preact';
import { computeAgain, failure } from '../state/store.js';

/** What went wrong with the run, and another try. */
export function Failure(): JSX.Element | null {
  if (!failure.value) return null;
  return (
    <p class="failure" role="alert">
      {failure.value}{' '}
      <button type="button" class="link" onClick={computeAgain}>
        Compute again
      </button>
    </p>
  );
}
