import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { inTurn } from './in-turn.js';

interface LaterProps {
  /** What keeps the place until then. */
  readonly place?: JSX.Element;
  /** Not before this. */
  readonly when?: boolean;
  readonly children: () => JSX.Element | null;
}

/** A part of the page that is made in its turn: all parts at once would block the page while it loads. */
export function Later({ place, when = true, children }: LaterProps): JSX.Element | null {
  const isMade = useSignal(false);
  useEffect(() => {
    if (when) inTurn(() => (isMade.value = true));
  }, [when]);
  return isMade.value ? children() : (place ?? null);
}
