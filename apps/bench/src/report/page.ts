import { largest } from '@nonsmooth/core';
import { formatNumber, formatPercent, formatRate, formatSeconds } from '../format.js';
import { boundOf, isMet } from '../mark.js';
import { failuresOf, verdictOf, type Results, type ScenarioResult } from '../results.js';
import { checkCells } from '../table.js';
import { html, raw, type Html } from './html.js';
import {
  comparisonPlot,
  efficiencyPlot,
  figurePlot,
  isHueAgain,
  seriesColour,
  threadColour,
  throughputPlots,
} from './plots.js';
import { style } from './style.js';

/** The report as one HTML file that needs nothing else. */
export function reportPage(results: Results): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>nonsmooth benchmark</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>nonsmooth benchmark</h1>
          <p>${subtitle(results)}</p>
          ${banners(results)} ${cards(results)} ${throughputSection(results)}
          ${comparisonSection(results)} ${figureSection(results)} ${efficiencySection(results)}
          ${markSection(results)} ${checkSection(results)} ${machineSection(results)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function subtitle({ startedAt, machine, elapsedSeconds }: Results): string {
  const date = startedAt.slice(0, 16).replace('T', ' ');
  return `${date} UTC · ${machine.processor} · Node ${machine.node} · took ${formatSeconds(elapsedSeconds)}`;
}

function banners(results: Results): readonly Html[] {
  const failures = failuresOf(results);
  return [
    ...(results.complete
      ? []
      : [html`<div class="banner wrong">Incomplete: the run was interrupted.</div>`]),
    ...failures.map((failure) => html`<div class="banner wrong">${failure}</div>`),
  ];
}

/** The study's throughput, the verdict on the work, the scaling. */
function cards({ scenarios, settings }: Results): Html {
  const cases = scenarios.flatMap((scenario) => scenario.cases);
  const checks = cases.flatMap((one) => one.checks).filter(({ verdict }) => verdict !== 'reported');
  const right = checks.filter(({ verdict }) => verdict === 'right').length;
  const most = settings.threads[settings.threads.length - 1]!;
  const efficiencies = cases
    .flatMap((one) => one.measurements)
    .flatMap(({ threads, efficiency }) => (threads === most && efficiency ? [efficiency] : []))
    .sort((a, b) => a - b);
  const median = efficiencies[Math.floor(efficiencies.length / 2)];
  const work = scenarios[0]?.cases.filter(({ baseline }) => !baseline);
  const headline = work
    ?.filter((one) => verdictOf(one) !== 'wrong')
    .map((one) => ({
      name: `${one.unit} per second: ${scenarios[0]!.name}, ${one.name}`,
      best: largest(one.measurements.map(({ throughput }) => throughput ?? 0)),
    }));
  return html`<div class="cards">
    ${(headline ?? []).slice(0, 2).map(({ name, best }) => card(formatRate(best), name))}
    ${[card(`${right} of ${checks.length}`, 'comparisons of the work are right')]}
    ${most > 1 && median ? [card(formatPercent(median), `median efficiency on ${most} threads`)] : []}
  </div>`;
}

function card(figure: string, text: string): Html {
  return html`<div class="card">
    <div class="figure">${figure}</div>
    <p>${text}</p>
  </div>`;
}

function throughputSection({ scenarios, settings }: Results): Html {
  return html`<h2>Throughput</h2>
    <p>
      Work per second on all threads together, on a logarithmic axis. Flop are those of the plain
      formulas; kernels that need fewer may exceed the processor’s limit.
    </p>
    ${legend(settings.threads)}
    <div class="pair">
      ${scenarios.map(
        (scenario) =>
          html`<div class="card">
            <h3>${scenario.name} ${verdict(scenario)}</h3>
            <p>${scenario.summary}</p>
            ${throughputPlots(scenario, settings.threads)}
          </div>`,
      )}
    </div>`;
}

function verdict({ cases }: ScenarioResult): Html {
  switch (verdictOf(...cases.filter(({ baseline }) => !baseline))) {
    case 'right':
      return html`<span class="verdict right">right</span>`;
    case 'wrong':
      return html`<span class="verdict wrong">wrong: does not count</span>`;
    case 'not judged':
      return html`<span class="verdict reported">nothing to compare with</span>`;
  }
}

function legend(
  threads: readonly number[],
  isShown: (threads: number) => boolean = () => true,
): Html {
  const items = threads.flatMap((n, i) =>
    isShown(n)
      ? [
          html`<span
            ><i style="background: ${threadColour(i, threads.length)}"></i>${n}
            thread${n === 1 ? '' : 's'}</span
          >`,
        ]
      : [],
  );
  return html`<div class="legend">${items}</div>`;
}

function efficiencySection({ scenarios, settings }: Results): Html | undefined {
  const plot = efficiencyPlot(scenarios, settings.threads);
  return (
    plot &&
    html`<h2>Scaling efficiency</h2>
      <p>The line marks perfect scaling; threads that share a core or its clock stay below it.</p>
      ${legend(settings.threads, (n) => n > 1)}
      <div class="card">${plot}</div>`
  );
}

function comparisonSection({ scenarios }: Results): Html | undefined {
  const plot = comparisonPlot(scenarios);
  return (
    plot &&
    html`<h2>Against the published study</h2>
      <p>
        Means over runs, ours and those published with arXiv 2505.09572; the band is what still
        counts as right.
      </p>
      <div class="card">${plot}</div>`
  );
}

function figureSection({ scenarios }: Results): Html | undefined {
  const figures = scenarios.flatMap(({ cases }) => cases.flatMap((one) => one.figures));
  if (figures.length === 0) return undefined;
  return html`<h2>Work and precision</h2>
    <p>Further down and to the left is better; both axes are logarithmic.</p>
    <div class="grid">
      ${figures.map(
        (figure) =>
          html`<div class="card">
            <h3>${figure.title}</h3>
            <div class="legend">
              ${figure.series.map(
                ({ name }, i) =>
                  html`<span
                    ><i
                      class="${isHueAgain(i) ? 'hollow' : ''}"
                      style="--hue: ${seriesColour(i)}"
                    ></i
                    >${name}</span
                  >`,
              )}
            </div>
            ${figurePlot(figure)}
          </div>`,
      )}
    </div>`;
}

function checkSection({ scenarios }: Results): Html {
  const rows = scenarios.flatMap((scenario) =>
    scenario.cases.flatMap((one) => [
      html`<tr class="group">
        <td colspan="5">${scenario.name} · ${one.name}</td>
      </tr>`,
      ...one.checks.map((check) => {
        const [quantity, measured, expected, deviation, word] = checkCells(check);
        return html`<tr>
          <td>${quantity}</td>
          <td class="number">${measured}</td>
          <td class="number">${expected}</td>
          <td class="number">${deviation}</td>
          <td><span class="verdict ${check.verdict}">${word.toLowerCase()}</span></td>
        </tr>`;
      }),
    ]),
  );
  return html`<h2>Is the work right?</h2>
    <p>
      A throughput counts only if it is. Samples are shown as mean ± standard deviation (count).
    </p>
    <div class="card scroll">
      <table>
        <tr>
          <th>quantity</th>
          <th class="number">measured</th>
          <th class="number">expected</th>
          <th class="number">deviation</th>
          <th></th>
        </tr>
        ${rows}
      </table>
    </div>`;
}

function markSection({ scenarios }: Results): Html | undefined {
  const rows = scenarios.flatMap((scenario) =>
    scenario.marks.map(
      (mark) =>
        html`<tr>
          <td>${mark.quantity}</td>
          <td class="number">${formatNumber(mark.ratio)}</td>
          <td class="number">${boundOf(mark, formatNumber)}</td>
          <td>
            <span class="verdict ${isMet(mark) ? 'right' : 'wrong'}"
              >${isMet(mark) ? 'met' : 'missed'}</span
            >
          </td>
        </tr>`,
    ),
  );
  if (rows.length === 0) return undefined;
  return html`<h2>Ratios and their marks</h2>
    <p>
      Both sides of a ratio are of this run; those of speed are of the fastest stretches on one
      thread unless they say otherwise, and what is scaled was measured on another machine.
    </p>
    <div class="card scroll">
      <table>
        <tr>
          <th>ratio</th>
          <th class="number">measured</th>
          <th class="number">mark</th>
          <th></th>
        </tr>
        ${rows}
      </table>
    </div>`;
}

function machineSection({ machine, peers, settings }: Results): Html {
  const lines: readonly (readonly [string, string])[] = [
    ['Processor', `${machine.processor}, ${machine.cores} hardware threads`],
    ['Memory', `${machine.memoryGiB} GiB`],
    ['System', machine.system],
    ['Node', `${machine.node} (V8 ${machine.v8})`],
    ['Kernels', machine.kernels],
    ['Packages', listVersions(machine.packages)],
    ['Compared with', listVersions(peers) || 'nothing: --peers installs other libraries'],
    ['Seed', String(settings.seed)],
    ['Timed measurements', formatSeconds(settings.seconds)],
    ...(settings.scenarios.includes('sad')
      ? [['Study', `${settings.dtype}; ${settings.activations.join(', ')}`] as const]
      : []),
  ];
  return html`<h2>Machine and versions</h2>
    <div class="card">
      <dl>
        ${lines.map(
          ([term, text]) =>
            html`<dt>${term}</dt>
              <dd>${text}</dd>`,
        )}
      </dl>
    </div>`;
}

function listVersions(packages: Readonly<Record<string, string>>): string {
  return Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
