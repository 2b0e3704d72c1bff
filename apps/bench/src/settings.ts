import type { Dtype } from '@nonsmooth/kernels';
import type { PythonInstallation } from './peers/python/installation.js';

/** What a run of the benchmark measures; plain data. */
export interface Settings {
  /** Names of the scenarios, in the order of the table. */
  readonly scenarios: readonly string[];
  /** Numbers of worker threads, ascending. */
  readonly threads: readonly number[];
  /** Seconds per timed measurement; ensembles do a fixed amount of work instead. */
  readonly seconds: number;
  readonly seed: number;
  /** Folder for results.json and report.html. */
  readonly out: string;
  /** Results on stdout, progress on stderr. */
  readonly json: boolean;
  /** Activations of the published study. */
  readonly activations: readonly string[];
  /** Arithmetic of the published study. */
  readonly dtype: Dtype;
  /** More cases: for scenarios that were asked for by name. */
  readonly detailed: boolean;
  /** Use native kernels where there are some. */
  readonly native: boolean;
  /** Results of an earlier run to compare with. */
  readonly compare?: string;
  /** Install other libraries and compare with them. */
  readonly peers: boolean;
  /** A Python with libraries to compare with, if peers were asked for and one was found. */
  readonly python?: PythonInstallation;
}
