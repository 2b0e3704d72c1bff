import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectProgram } from '../src/compute/inspect.js';
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

  test.each([
    ['identity', 'relu′(0) = 0', 'none'],
    ['mixed-choices', '1, 0, 1, … in turn', 'none'],
    ['mixed-choices', 'relu′(0) = 1', 'frechet'],
    ['no-bias', 'relu′(0) = 0', 'none'],
    ['no-bias', 'relu′(0) = ½', 'frechet'],
    ['two-layers', 'relu′(0) = 1', 'none'],
    ['independent', '1, 0, 1, … in turn', 'frechet'],
    ['tangent', '1, 0, 1, … in turn', 'undecided'],
  ])('%s says of %s: %s', (id, name, verdict) => {
    const { expression, point, direction } = stateOfPreset(presets.find((one) => one.id === id)!);
    const { answers } = inspectProgram(expression, point, direction);
    expect(answers.find((answer) => answer.name === name)?.verdict).toBe(verdict);
  });

  test('that the ten questions name are there', () => {
    const text = readFileSync(join(import.meta.dirname, '../QUESTIONS.md'), 'utf8');
    const named = [...text.matchAll(/\b_([^_]+)_/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThanOrEqual(10);
    for (const name of named) expect(presets.map(({ title }) => title)).toContain(name);
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
