import * as Plot from '@observablehq/plot';
import { stringify } from 'yaml';
import { compact } from '../report/axes.js';
import { escaped, figureOf, figureWidth, roomFor, type Figure } from '../report/figure.js';
import { hues, soft, onHue } from '../report/look.js';
import { figureSection, pageOf } from '../report/page.js';
import { table } from '../report/table.js';
import type { Answer } from './answers.js';
import type { ConformanceStudy } from './question.js';
import type { Summary } from './summary.js';

const outcomes = [
  ['right', '✓', 'in Clarke’s subdifferential', hues[0]![0]],
  ['wrong', '✗', 'outside of it', hues[5]![0]],
  ['undecided', '?', 'undecided', hues[2]![0]],
  ['none', '–', 'no answer', soft[0]],
] as const;

/** For every library a bar of what its answers are. */
export function conformanceFigure(summary: readonly Summary[]): Figure {
  const bars = summary.flatMap((one) => {
    let from = 0;
    return outcomes.map(([outcome, mark, , fill]) => {
      const bar = { library: one.library, from, to: from + one[outcome], mark, fill };
      from = bar.to;
      return bar;
    });
  });
  // narrower bars have no room for their number, which stands in the table
  const least = Math.max(1, 0.06 * summary[0]!.questions);
  const shown = outcomes.filter(([outcome]) => summary.some((one) => one[outcome] > 0));
  return figureOf({
    name: 'answers',
    title: 'Answers at kinks',
    plot: {
      marginLeft: Math.min(figureWidth / 2, roomFor(summary.map(({ library }) => library))),
      height: 70 + 26 * summary.length,
      x: { label: 'programs →', grid: true },
      y: {
        label: 'library',
        labelAnchor: 'top',
        labelArrow: 'none',
        domain: summary.map(({ library }) => library),
      },
      marks: [
        Plot.barX(
          bars.filter(({ from, to }) => to > from),
          { y: 'library', x1: 'from', x2: 'to', fill: 'fill', inset: 1 },
        ),
        Plot.text(
          bars.filter(({ from, to }) => to - from >= least),
          {
            y: 'library',
            x: ({ from, to }: (typeof bars)[number]) => (from + to) / 2,
            text: ({ from, to, mark }: (typeof bars)[number]) => `${mark} ${to - from}`,
            fill: onHue[0],
            fontWeight: 600,
          },
        ),
      ],
    },
    legend: shown.map(([, mark, text, fill]) => ({
      text: `${mark} ${text}`,
      sample: `<rect x="8" y="1" width="14" height="12" fill="${fill}"/>`,
    })),
  });
}

/** A page with the figure, the table of libraries, and every answer. */
export function conformancePage(
  study: ConformanceStudy,
  summary: readonly Summary[],
  answers: readonly Answer[],
  figure: Figure,
): string {
  const libraries = summary.map(({ library }) => library);
  const questions = [...new Set(answers.map(({ question }) => question))];
  const rows = questions.map((question) => [
    question.name,
    question.formula,
    vector(question.point),
    ...libraries.map((library) =>
      cell(answers.find((one) => one.library === library && one.question === question)!),
    ),
  ]);
  return pageOf(
    study.title,
    `<p>${questions.length} expressions, each asked for its derivative at one point; the answers are judged with certificates.</p>
${figureSection([figure])}
<h2>Libraries</h2>
${table(
  'verdicts',
  ['library', 'Clarke', 'outside', 'undecided', 'no answer', 'limiting', 'Bouligand', 'Fréchet'],
  summary.map((one) => [
    one.library,
    one.right,
    one.wrong,
    one.undecided,
    one.none,
    one.limiting,
    one.bouligand,
    one.frechet,
  ]),
)}
<h2>Answers</h2>
<p>✓ in Clarke’s subdifferential, ✗ outside of it, ? undecided, – no answer.</p>
${table('answers', ['function', 'expression', 'at', ...libraries], rows)}
<h2>The study</h2>
<pre>${escaped(stringify(study))}</pre>`,
  );
}

function cell({ gradient, memberships, reason }: Answer): string {
  const mark = { in: '✓', out: '✗', undecided: '?', '': '–' }[memberships.clarke];
  return `${mark} ${gradient ? vector(gradient) : reason}`;
}

const vector = (x: readonly number[]): string =>
  x.length === 1 ? compact(x[0]!) : `(${x.map(compact).join(', ')})`;
