import { writeWhole } from '@nonsmooth/apps-shared';
import * as Plot from '@observablehq/plot';
import { join } from 'node:path';
import { axisFor } from '../report/axes.js';
import { figureOf, type Figure } from '../report/figure.js';
import { lookOf } from '../report/look.js';
import { meanAndDeviation } from '../report/statistics.js';
import { mostStandardErrors, type Difference } from './compare.js';
import type { PublishedStudy } from './published.js';
import { samplesOf, type Sample } from './sample.js';

/**
 * Writes a comparison as small files: `values.csv` (every run at the published steps), `comparison.json`,
 * `comparison.md` and figures. Returns their paths.
 */
export function writeComparisonFiles(
  folder: string,
  studies: readonly PublishedStudy[],
  samples: readonly Sample[],
  found: readonly Difference[],
): string[] {
  const figures = (['norm', 'testLoss'] as const).flatMap((quantity) =>
    figuresOf(studies, samples, quantity),
  );
  const files: Readonly<Record<string, string>> = {
    'values.csv': valuesText(studies, samples),
    'comparison.json': `${JSON.stringify(found, null, 1)}\n`,
    'comparison.md': tableText(found),
    ...Object.fromEntries(figures.map(({ name, svg }) => [`${name}.svg`, `${svg}\n`])),
  };
  for (const [name, text] of Object.entries(files)) writeWhole(join(folder, name), text);
  return Object.keys(files).map((name) => join(folder, name));
}

function valuesText(studies: readonly PublishedStudy[], samples: readonly Sample[]): string {
  const rows = studies.flatMap((study) => {
    const steps = new Set(study.steps.map(({ step }) => step));
    return samplesOf(samples, study)
      .filter(({ step }) => steps.has(step))
      .map(({ start, step, norm, testLoss }) =>
        [study.name, start, step, norm, testLoss].join(','),
      );
  });
  return `study,start,step,norm,testLoss\n${rows.join('\n')}\n`;
}

function tableText(found: readonly Difference[]): string {
  const names = [...new Set(found.map(({ study }) => study))];
  const lines = names.flatMap((name) => {
    const own = found.filter(({ study }) => study === name);
    const steps = [...new Set(own.map(({ step }) => step))];
    return steps.map((step) => {
      const cells = (['norm', 'logTestLoss'] as const).map((quantity) => {
        const { published, ours, standardErrors } = own.find(
          (one) => one.step === step && one.quantity === quantity,
        )!;
        const written = [published, ours].map(
          ({ mean, deviation }) => `${mean.toPrecision(4)} ± ${deviation.toPrecision(2)}`,
        );
        const isFar = Math.abs(standardErrors) > mostStandardErrors;
        return `${written.join(' | ')} | ${isFar ? '**' : ''}${standardErrors.toFixed(2)}${isFar ? '**' : ''}`;
      });
      const [{ ours }] = own as [Difference];
      return `| ${name.replace('polynomial/', '')} | ${ours.runs} | ${step} | ${cells.join(' | ')} |`;
    });
  });
  const far = found.filter(({ standardErrors }) => Math.abs(standardErrors) > mostStandardErrors);
  const largest = found.reduce(
    (top, { standardErrors }) => Math.max(top, Math.abs(standardErrors)),
    0,
  );
  return `Mean ± standard deviation over the runs, published and ours; differences of the means in standard errors of both
together. ${found.length} differences of ${names.length} studies, the largest ${largest.toFixed(2)}, ${far.length} larger than ${mostStandardErrors}.

| study | runs | step | ‖θ‖ published | ‖θ‖ ours | differ by | log₁₀ test loss published | ours | differ by |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

/** Points along a curve. */
const mostPoints = 60;

/** For each number of inputs and rule: our mean and deviation over the steps, and dots with bars as published. */
function figuresOf(
  studies: readonly PublishedStudy[],
  samples: readonly Sample[],
  quantity: 'norm' | 'testLoss',
): Figure[] {
  const panels = new Map<string, PublishedStudy[]>();
  for (const study of studies) {
    if (samplesOf(samples, study).length === 0) continue;
    const key = `${study.inputs}d-${study.rule}`;
    panels.set(key, [...(panels.get(key) ?? []), study]);
  }
  return [...panels].map(([key, own]) => {
    const isLog = quantity === 'testLoss';
    const back = isLog ? (v: number): number => 10 ** v : (v: number): number => v;
    const bands = own.map((study) => bandOf(samplesOf(samples, study), quantity, isLog));
    const marks = own.map(({ steps }) =>
      steps.map(({ step, norm, logTestLoss }) => {
        const { mean, deviation } = isLog ? logTestLoss : norm;
        return {
          step,
          low: back(mean - deviation),
          middle: back(mean),
          high: back(mean + deviation),
        };
      }),
    );
    const all = [...bands, ...marks].flatMap((rows) =>
      rows.flatMap(({ low, high }) => [low, high]),
    );
    const x = axisFor(
      bands.flatMap((rows) => rows.map(({ step }) => step)),
      'log',
      false,
    );
    const y = axisFor(all, 'auto', false);
    const [inputs, rule] = key.split('d-');
    return figureOf({
      name: `${isLog ? 'test-loss' : 'norm'}-${key}`,
      title: `${isLog ? 'Test loss' : 'Norm of the parameters'}: polynomial of ${inputs} ${inputs === '1' ? 'variable' : 'variables'}, ${rule}`,
      plot: {
        x: {
          type: x.type,
          domain: [...x.domain],
          ticks: [...x.ticks],
          tickFormat: x.format as never,
          label: 'steps →',
        },
        y: {
          type: y.type,
          domain: [...y.domain],
          ticks: [...y.ticks],
          tickFormat: y.format as never,
          grid: true,
          label: isLog ? '↑ mean squared error on the test grid' : '↑ ‖θ‖, Euclidean',
        },
        marks: own.flatMap((_, k) => {
          const { stroke, dashes } = lookOf(k);
          return [
            Plot.areaY(bands[k], {
              x: 'step',
              y1: 'low',
              y2: 'high',
              fill: stroke,
              fillOpacity: 0.14,
            }),
            Plot.line(bands[k], {
              x: 'step',
              y: 'middle',
              stroke,
              strokeDasharray: dashes,
              strokeWidth: 2,
            }),
            Plot.ruleX(marks[k], {
              x: 'step',
              y1: 'low',
              y2: 'high',
              stroke,
              strokeWidth: 1.2,
              dx: 2 * (k - 2),
            }),
            Plot.dot(marks[k], { x: 'step', y: 'middle', fill: stroke, r: 3, dx: 2 * (k - 2) }),
          ];
        }),
      },
      legend: [
        ...own.map(({ activation }, k) => ({
          text: activation,
          sample: `<line x1="0" y1="7" x2="30" y2="7" stroke="${lookOf(k).stroke}" stroke-width="2.5" stroke-dasharray="${lookOf(k).dashes}"/>`,
        })),
        {
          text: `lines: ${isLog ? 'geometric ' : ''}mean ± deviation here; dots: as published`,
          sample: `<path d="M15,0V14" stroke="${lookOf(0).stroke}"/><circle cx="15" cy="7" r="3" fill="${lookOf(0).stroke}"/>`,
        },
      ],
    });
  });
}

function bandOf(samples: readonly Sample[], quantity: 'norm' | 'testLoss', isLog: boolean) {
  const byStep = new Map<number, number[]>();
  for (const sample of samples) {
    if (sample.step <= 0) continue;
    const value = isLog ? Math.log10(sample[quantity]) : sample[quantity];
    const own = byStep.get(sample.step);
    if (own) own.push(value);
    else byStep.set(sample.step, [value]);
  }
  const steps = [...byStep.keys()].toSorted((a, b) => a - b);
  const every = Math.max(1, steps.length / mostPoints);
  const back = isLog ? (v: number): number => 10 ** v : (v: number): number => v;
  return steps
    .filter(
      (_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every) || i === steps.length - 1,
    )
    .map((step) => {
      const { mean, deviation } = meanAndDeviation(byStep.get(step)!);
      return {
        step,
        low: back(mean - deviation),
        middle: back(mean),
        high: back(mean + deviation),
      };
    });
}
