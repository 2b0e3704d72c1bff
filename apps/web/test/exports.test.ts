import { describe, expect, test } from 'vitest';
import { readStudy } from '../../lab/src/read-study.js';
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
    'dyn=flow',
    'dyn=normalized',
    'dyn=gd',
    'dyn=sgd',
    'dyn=adam',
    'act=tanh',
    'data=xor&net=2-3-1',
  ])('the lines for %s import what they call', (state) => {
    const lines = typescriptOf(experimentOf(parseState(state)));
    const imported = [...lines.matchAll(/import \{ ([^}]*) \}/g)].flatMap(([, names]) =>
      names!.split(', '),
    );
    const body = lines.replace(/^import.*$/gm, '');
    for (const name of imported) expect(body).toMatch(new RegExp(`\\b${name}\\(`));
  });
});
