import { expect, test } from 'vitest';
import { ensemble } from '../src/case.js';
import { progress } from '../src/progress.js';
import { fixtureScenarios } from './fixture/scenarios.js';

const [scenario] = fixtureScenarios;
const one = ensemble({
  name: 'a case',
  unit: 'steps',
  runs: [],
  prepare: () => {
    throw new Error('never prepared');
  },
  check: () => [],
});

/** What is written while one case is begun and half done. */
function written(terminal: { isTTY?: boolean; columns?: number }): string {
  let text = '';
  const shown = progress({ ...terminal, write: (part) => ((text += String(part)), true) }, 3, 1);
  shown.started(scenario!, one, 2);
  shown.progressed(0.5);
  shown.close();
  return text;
}

test('the live line fits into the terminal, for one that wraps could not be cleared', () => {
  for (const columns of [20, 60, 80, 200]) {
    const lines = written({ isTTY: true, columns }).split('\r\u001b[2K');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
  }
  expect(written({ isTTY: true, columns: 0 })).toContain('[1/3] steady · a case');
});

test('where nothing can be redrawn there is no live line', () => {
  expect(written({})).toBe('');
});
