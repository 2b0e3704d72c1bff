import { requireKeys } from '../memory.js';
import type { Watching } from './watches.js';

/** Of problems without modes, and without events. */
export const nothingWatched: Watching<unknown, unknown> = {
  project: false,
  occurrences: [],
  zeroEvents: { atStart: [], always: [] },
  changes: [],
  cutByMode: false,
  begin: () => {},
  projectState: () => {},
  examine: () => undefined,
  advance: () => {},
  change: () => '',
  save: () => ({}),
  restore: (state) => requireKeys('from.watches', state, []),
};
