import type { State } from '../state/state.js';

/** A state of the page that shows a statement, and what to look at. */
export interface Preset {
  readonly id: string;
  readonly title: string;
  /** Two sentences. */
  readonly look: string;
  readonly state: Partial<State>;
}

/** The presets about one paper, or about kinks in general. */
export interface PresetGroup {
  readonly name: string;
  /** arXiv identifier of the paper, and who wrote it. */
  readonly paper?: { readonly arxiv: string; readonly authors: string };
  /** Whether the panel of questions is what is to be seen. */
  readonly lead?: boolean;
  readonly presets: readonly Preset[];
}
