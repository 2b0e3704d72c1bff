import { largest, smallest } from '@nonsmooth/core';
import { counted } from '@nonsmooth/apps-shared';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { stringify } from 'yaml';
import { membersOf, nameOf } from './members.js';
import type { Curves } from './curves.js';
import { horizon, type ColumnName, type Study } from './study.js';

const width = 620;

/** A page with loss, norm and speed of all members over time, and what became of each variation. */
export function reportPage(study: Study, results: readonly Curves[], missing: number): string {
  const plots = study.record.map((quantity) => trajectories(results, quantity));
  const incomplete =
    missing > 0 ? `<p class="warning">Incomplete: ${counted(missing, 'member')} missing.</p>` : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(study.title)}</title>
<style>${style}</style>
<main>
<h1>${escape(study.title)}</h1>
<p>${escape(describe(study, results))}</p>
${incomplete}
${results.length > mostCurves ? `<p>Drawn: ${mostCurves} of ${results.length} members, evenly chosen.</p>` : ''}
${legend(results)}
<div class="plots">${plots.join('\n')}</div>
<h2>What became of them</h2>
${verdictTable(results)}
<h2>The study</h2>
<pre>${escape(stringify(study))}</pre>
</main>
</html>
`;
}

function describe(study: Study, results: readonly Curves[]): string {
  const dynamics = new Set(membersOf(study).map((member) => horizonOf(member.study)));
  const variations = counted(variationsOf(results).length, 'variation');
  return `${[...dynamics].join(', ')}; ${variations} of ${counted(study.members, 'start')}, seed ${study.seed}.`;
}

function horizonOf({ dynamics }: Study): string {
  switch (dynamics.kind) {
    case 'descent':
      return `${dynamics.kind} by ${dynamics.rule} to ${dynamics.steps} steps`;
    case 'normalizedDescent':
      return `${dynamics.kind} to ${dynamics.iterations} steps`;
    default:
      return `${dynamics.kind} to t = ${horizon(dynamics.until)}`;
  }
}

function variationsOf(results: readonly Curves[]): string[] {
  return [...new Set(results.map(({ member }) => nameOf(member.variation)))];
}

/** Hues on a light page and on a dark one. */
const hues = [
  ['#1f4fb0', '#8ab0ff'],
  ['#c2571a', '#f2a069'],
  ['#1d7a4d', '#6fd3a0'],
  ['#8a3fb0', '#d09af0'],
  ['#0f7f93', '#62cfe0'],
  ['#b3265e', '#ff8db4'],
  ['#8a6d00', '#e3c14f'],
  ['#55606f', '#aab4c3'],
] as const;

/** From the second round of hues on, lines are dashed, more finely each round. */
function lookOf(names: readonly string[], name: string): { hue: string; dashes: string } {
  const place = names.indexOf(name);
  const round = Math.floor(place / hues.length);
  const dashes = round === 0 ? 'none' : `${Math.max(1, 8 / round)} 3`;
  return { hue: `var(--hue-${place % hues.length})`, dashes };
}

function legend(results: readonly Curves[]): string {
  const names = variationsOf(results);
  if (names.length < 2) return '';
  const entries = names.map((name) => {
    const { hue, dashes } = lookOf(names, name);
    const line = `<line x1="0" y1="5" x2="22" y2="5" style="stroke: ${hue}" stroke-width="3" stroke-dasharray="${dashes}"/>`;
    return `<span><svg width="22" height="10" aria-hidden="true">${line}</svg>${escape(name)}</span>`;
  });
  return `<p class="legend">${entries.join(' ')}</p>`;
}

const titles: Readonly<Record<ColumnName, string>> = {
  loss: 'Risk',
  norm: '‖θ‖',
  speed: '‖∇L‖',
  gradientNorm: '‖∇L‖ (full)',
  batchLoss: 'Loss on the last batch',
  testLoss: 'Risk on the test set',
  accuracy: 'Accuracy',
  lyapunov: 'V',
  invariantsDrift: 'Drift of the invariants',
  activeNeurons: 'Active neurons',
  kinkEvents: 'Events at kinks',
};

/** Curves in a plot, at most: beyond, nobody can tell them apart, and pages would grow without bound. */
const mostCurves = 300;

/** All of few curves, evenly chosen ones of many. */
function drawn(results: readonly Curves[]): readonly Curves[] {
  if (results.length <= mostCurves) return results;
  return Array.from(
    { length: mostCurves },
    (_, i) => results[Math.floor((i * results.length) / mostCurves)]!,
  );
}

/** One line per member on logarithmic axes; t = 0 has no place there. */
function trajectories(results: readonly Curves[], quantity: ColumnName): string {
  const names = variationsOf(results);
  const points = drawn(results).flatMap(({ member, columns }) => {
    const values = columns.get(quantity);
    if (!values) return [];
    const name = nameOf(member.variation);
    return [...columns.get('t')!].flatMap((t, i) => {
      const value = values[i]!;
      return t > 0 && value > 0 && value < Infinity
        ? [{ index: member.index, t, value, name }]
        : [];
    });
  });
  if (points.length === 0) return '';

  const values = points.map(({ value }) => value);
  const span = largest(values) / smallest(values);
  const { document } = parseHTML('<html><body></body></html>');
  const plot = Plot.plot({
    document,
    width,
    height: 300,
    marginLeft: 60,
    x: { type: 'log', label: isDescent(results) ? 'steps →' : 't →', ticks: 6, tickFormat: '.0e' },
    y: {
      // norms hardly move on a logarithmic axis
      type: span > 30 ? 'log' : 'linear',
      label: `↑ ${titles[quantity]}`,
      grid: true,
      ticks: 6,
      ...(span > 30 && { tickFormat: '.0e' }),
    },
    marks: names.map((name) => {
      const { hue, dashes } = lookOf(names, name);
      return Plot.line(
        points.filter((point) => point.name === name),
        {
          x: 't',
          y: 'value',
          z: 'index',
          stroke: hue,
          strokeDasharray: dashes,
          strokeWidth: 1.5,
          strokeOpacity: 0.8,
        },
      );
    }),
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `<figure><figcaption>${titles[quantity]}</figcaption>${plot.outerHTML}</figure>`;
}

function isDescent(results: readonly Curves[]): boolean {
  return results.every(({ member }) => !('until' in member.study.dynamics));
}

function verdictTable(results: readonly Curves[]): string {
  const rows = variationsOf(results).map((name) => {
    const own = results.filter(({ member }) => nameOf(member.variation) === name);
    const count = (verdict: string): number =>
      own.filter((one) => one.facts.verdict === verdict).length;
    const last = (quantity: 'loss' | 'norm'): string =>
      range(own.map(({ columns }) => columns.get(quantity)?.at(-1) ?? NaN));
    return [
      name || 'all',
      count('converges'),
      count('diverges'),
      count('undecided'),
      own.filter(({ facts }) => facts.status === 'failed').length,
      last('loss'),
      last('norm'),
      range(own.map(({ facts }) => facts.largestNorm)),
    ];
  });
  const head = [
    'variation',
    'converge',
    'diverge',
    'undecided',
    'failed',
    'risk at the end',
    '‖θ‖ at the end',
    'sup ‖θ‖',
  ];
  const line = (tag: string, cells: readonly (string | number)[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(String(cell))}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table>${line('th', head)}${rows.map((row) => line('td', row)).join('')}</table></div>`;
}

function range(values: readonly number[]): string {
  const [low, high] = [smallest(values), largest(values)].map((x) => x.toPrecision(3));
  return low === high ? low! : `${low} … ${high}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const style = `
:root { color-scheme: light dark; --page: #fbfbfa; --ink: #1c2330; --soft: #5d6778; --line: #e4e6ea; --wrong: #b3261e; ${hues.map(([light], i) => `--hue-${i}: ${light};`).join(' ')} }
@media (prefers-color-scheme: dark) { :root { --page: #14171d; --ink: #e6e9ef; --soft: #9aa5b5; --line: #2c333e; --wrong: #ff8a80; ${hues.map(([, dark], i) => `--hue-${i}: ${dark};`).join(' ')} } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1300px; margin: 0 auto; padding: 36px 24px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 36px 0 6px; } p { color: var(--soft); }
.warning { color: var(--wrong); font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 10px 24px; }
figure { margin: 0; } figcaption { font-weight: 600; } figure svg { max-width: 100%; height: auto; color: var(--ink); }
.legend span { display: inline-block; margin-right: 18px; }
.legend svg { margin-right: 6px; vertical-align: middle; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
pre { font-size: 12.5px; overflow-x: auto; color: var(--soft); }
`;
