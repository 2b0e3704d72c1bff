import { kinks } from './kinks.js';
import { p1 } from './p1.js';
import { p2 } from './p2.js';
import { p3 } from './p3.js';
import { p4 } from './p4.js';
import { p5 } from './p5.js';
import { initialState, type State } from '../state/state.js';
import { consistent } from '../state/url.js';
import type { Preset, PresetGroup } from './preset.js';

/** All presets, by what they are about. */
export const presetGroups: readonly PresetGroup[] = [kinks, p1, p2, p3, p4, p5];

/** Every preset. */
export const presets: readonly Preset[] = presetGroups.flatMap((group) => group.presets);

/** The state of a preset: what it does not say is as the page begins. */
export function stateOfPreset({ id, state }: Preset): State {
  return consistent({ ...initialState, ...state, preset: id });
}
