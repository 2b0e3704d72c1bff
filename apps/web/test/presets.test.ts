import { describe, expect, test } from 'vitest';
import { presetGroups, presets, stateOfPreset } from '../src/presets/index.js';
import { parseState, printState } from '../src/state/url.js';

describe('presets', () => {
  test('have a name of their own, two sentences, and a state that the address names', () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
    for (const preset of presets) {
      expect(preset.look.match(/[.:]( |$)/g)!.length, preset.id).toBeGreaterThanOrEqual(2);
      const state = stateOfPreset(preset);
      expect(parseState(printState(state)), preset.id).toEqual(state);
    }
  });

  test('show each of the five papers', () => {
    const papers = presetGroups.flatMap(({ paper }) => (paper ? [paper.arxiv] : []));
    expect(papers.toSorted()).toEqual([
      '2102.09924',
      '2207.06246',
      '2407.09639',
      '2501.15646',
      '2505.09572',
    ]);
  });
});
