import type { AnyScenario } from '../scenario.js';

/** The table of scenarios: adding one is one entry here and its file beside this one. */
export const scenarios: readonly AnyScenario[] = [];
