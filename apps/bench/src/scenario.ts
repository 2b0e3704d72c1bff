import type { Case } from './case.js';
import type { Settings } from './settings.js';

/** A workload across packages: a named list of cases. */
export interface Scenario {
  readonly name: string;
  /** One line for --help and the report. */
  readonly summary: string;
  /** The packages that it exercises, without scope. */
  readonly packages: readonly string[];
  /** What has to be installed here for it, if it is not: then the scenario is skipped. */
  missing?(): string | undefined;
  /** What is measured separately; names are unique. A pure function: workers call it again to find a case by its name. */
  cases(settings: Settings): readonly Case[];
}
