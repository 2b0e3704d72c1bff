import { counted } from '@nonsmooth/apps-shared';
import { stringify } from 'yaml';
import type { Curves } from '../curves.js';
import { membersOf } from '../members.js';
import { horizon, type Study } from '../study.js';
import { compact } from './axes.js';
import { escaped, type Figure } from './figure.js';
import { darkColours } from './look.js';
import { verdictTables } from './verdicts.js';
import { groupsOf } from './variations.js';

/** A page with the figures of a study, what became of each variation and why, and the study itself. */
export function reportPage(
  study: Study,
  results: readonly Curves[],
  figures: readonly Figure[],
  missing: number,
): string {
  const incomplete =
    missing > 0
      ? `<p class="warning">Incomplete: ${counted(missing, 'member')} missing.</p>\n`
      : '';
  return pageOf(
    study.title,
    `<p>${escaped(describe(study, results))}</p>
${incomplete}${figureSection(figures)}
<h2>What became of them</h2>
${verdictTables(results)}
<h2>The study</h2>
<pre>${escaped(stringify(study))}</pre>`,
  );
}

/** Figures one beside the other where there is room, with links to their files. */
export function figureSection(figures: readonly Figure[]): string {
  const shown = figures.map(
    ({ name, svg }) =>
      `<figure>${svg}<figcaption><a href="figures/${name}.svg">SVG</a> <a href="figures/${name}.pdf">PDF</a></figcaption></figure>`,
  );
  return `<div class="plots">${shown.join('\n')}</div>`;
}

/** A whole page that needs nothing else. */
export function pageOf(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
</html>
`;
}

function describe(study: Study, results: readonly Curves[]): string {
  const dynamics = new Set(membersOf(study).map((member) => horizonOf(member.study)));
  const variations = counted(groupsOf(results).length, 'variation');
  return `${[...dynamics].join(', ')}; ${variations} of ${counted(study.members, 'start')}, seed ${study.seed}.`;
}

function horizonOf({ dynamics }: Study): string {
  if ('until' in dynamics) return `${dynamics.kind} to t = ${compact(horizon(dynamics.until))}`;
  if ('rule' in dynamics) return `${dynamics.kind} by ${dynamics.rule} to ${dynamics.steps} steps`;
  const steps = 'iterations' in dynamics ? dynamics.iterations : dynamics.steps;
  return `${dynamics.kind} to ${steps} steps`;
}

// figures keep the colours of paper in their files; on a dark page these are exchanged
const dark = darkColours
  .map(
    ([light, shown]) =>
      `figure svg [fill="${light}"], figure svg[fill="${light}"] { fill: ${shown} } figure svg [stroke="${light}"] { stroke: ${shown} }`,
  )
  .join('\n');

const style = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #1c2330; --soft: #5d6778; --line: #e4e6ea; --wrong: #b3261e }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1480px; margin: 0 auto; padding: 36px 24px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; } h2 { font-size: 18px; margin: 36px 0 6px; } p { color: var(--soft); }
.warning { color: var(--wrong); font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(420px, 100%), 1fr)); gap: 26px 24px; margin-top: 20px; align-items: start; }
figure { margin: 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; display: block; }
figcaption { font-size: 13px; } figcaption a { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.verdicts td { white-space: nowrap; } .reasons td { min-width: 4em; max-width: 46em; } .reasons td:nth-child(4) { min-width: 18em; }
.answers td:first-child, .answers td:nth-child(2) { min-width: 9em; max-width: 22em; }
th { color: var(--soft); font-weight: 600; }
pre { font-size: 12.5px; overflow-x: auto; color: var(--soft); }
@media (max-width: 500px) { main { padding: 20px 12px 40px; } h1 { font-size: 21px; } }
@media screen and (prefers-color-scheme: dark) {
:root { --page: #14171d; --ink: #e6e9ef; --soft: #9aa5b5; --line: #2c333e; --wrong: #ff8a80 }
${dark}
}
@media print {
main { padding: 0; max-width: none; } body { font-size: 11px; }
.plots { grid-template-columns: 1fr 1fr; gap: 14px; } figcaption { display: none; }
.scroll { overflow: visible; } table { font-size: 9px; } th, td { padding: 2px 8px 2px 0; } .verdicts td { white-space: normal; } .answers { font-size: 6.5px; } .answers td, .answers th { padding: 1px 3px 1px 0; } .answers td:first-child, .answers td:nth-child(2) { min-width: 0; }
pre { white-space: pre-wrap; font-size: 8.5px; } tr, figure { break-inside: avoid; } h2 { break-after: avoid; }
}
`;
