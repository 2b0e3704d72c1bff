import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { membersOf } from '../../lab/src/members.js';
import { readStudy } from '../../lab/src/read-study.js';
import { runMember } from '../../lab/src/run-member.js';
import { csvOf, eventsCsvOf } from '../src/export/csv.js';
import { studyOf } from '../src/export/study.js';
import { typescriptOf } from '../src/export/typescript.js';
import { computeRun } from '../src/compute/run.js';
import { presets, stateOfPreset } from '../src/presets/index.js';
import { experimentOf } from '../src/state/experiments.js';
import { problemOf } from '../src/compute/problem.js';
import { parseState } from '../src/state/url.js';

describe('exports', () => {
  test.each(presets.map((preset) => [preset.id, preset] as const))(
    'the study of %s is one of the lab, with the same samples and the same start',
    (_, preset) => {
      const experiment = experimentOf(stateOfPreset(preset));
      const study = readStudy('study.yaml', studyOf(experiment, preset.title));
      const { samples, start, net } = problemOf({ ...experiment, dynamics: 'flow' });
      expect(study.title).toBe(preset.title);
      expect(study.network).toMatchObject({
        widths: net.widths,
        activation: experiment.activation,
      });
      expect(study.inputs).toEqual({ kind: 'values', values: samples.inputs });
      expect(study.target).toEqual({ kind: 'values', values: samples.targets.map((y) => [y]) });
      expect(study.start).toEqual({ kind: 'values', values: [...start] });
    },
  );

  test.each([
    ...presets.map((preset) => [preset.id, experimentOf(stateOfPreset(preset))] as const),
    ...[
      'dyn=sgd&steps=150&batch=3',
      'dyn=sgd&steps=60&data=bump&net=2-5-3-1&seed=7&act=gelu',
      'dyn=gd&steps=90&loss=huber&net=1-3-1',
      'dyn=adam&steps=120&data=moons&n=9&net=2-4-1&act=leakyRelu',
      'until=5&act=tanh',
      'until=5&act=hardTanh&loss=absoluteError&net=1-3-1',
      'until=5&choice=steepestDescent&data=xor&net=2-3-1&b=0&seed=5',
      'until=8&dyn=normalized&net=1-3-1',
    ].map((state) => [state, experimentOf(parseState(state))] as const),
  ])('the study of %s, run by the lab, ends in the bits of the page', (_, experiment) => {
    const [member] = membersOf(readStudy('study.yaml', studyOf(experiment, 'A run')));
    const { theta } = runMember(member!);
    const run = computeRun(experiment);
    expect([...theta]).toEqual([...run.states.subarray(-run.dimension)]);
  });

  test('tables have a row per moment and per event, and every digit', () => {
    const run = computeRun(experimentOf(parseState('until=5&data=constant')));
    const [names, ...rows] = csvOf(run)
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','));
    expect(names!.slice(0, 6)).toEqual([
      't',
      'loss',
      'speed',
      'norm',
      'lyapunov',
      'invariantsDrift',
    ]);
    expect(rows.map(([t]) => Number(t))).toEqual([...run.t]);
    expect(rows.at(-1)!.slice(6).map(Number)).toEqual([...run.states.subarray(-run.dimension)]);
    expect(eventsCsvOf(run).trimEnd().split('\n')).toHaveLength(run.events.length + 1);
  });

  test.each([
    'dyn=flow&until=5',
    'dyn=normalized&until=5',
    'dyn=gd&steps=100',
    'dyn=sgd&steps=100',
    'dyn=adam&steps=100',
    'act=tanh&until=5',
    'data=xor&net=2-3-1&until=5&choice=steepestDescent',
  ])('the lines of TypeScript for %s end in the bits of the page', (state) => {
    const experiment = experimentOf(parseState(state));
    const lines = typescriptOf(experiment);
    const imported = [...lines.matchAll(/import \{ ([^}]*) \}/g)].flatMap(([, names]) =>
      names!.split(', '),
    );
    const body = lines.replace(/^import.*$/gm, '');
    for (const name of imported) expect(body).toMatch(new RegExp(`\\b${name}\\(`));
    const { states, dimension } = computeRun(experiment);
    expect(runLines(lines)).toBe(states.subarray(-dimension).join(', '));
  });
});

/** Runs lines as a user of the packages would; returns the last line that they print. */
function runLines(lines: string): string {
  const folder = mkdtempSync(join(import.meta.dirname, '../.lines-'));
  try {
    const file = join(folder, 'run.mjs');
    writeFileSync(file, lines.replace(' as const', ''));
    return execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n').at(-1)!;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
