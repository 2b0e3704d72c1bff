// The figure of an example: what it exports as `curves`, as SVG that follows the colours of the page.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** An SVG with y over x; `scale: 'log'` for a logarithmic y. */
export function drawCurves({ x, y, scale = 'linear' }) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const points = Array.from(x.values, (at, i) => [at, y.values[i]]);
  const figure = Plot.plot({
    document,
    width: 640,
    height: 240,
    marginLeft: 56,
    x: { label: x.name },
    y: { label: y.name, type: scale, grid: true },
    marks: [Plot.line(points, { stroke: 'currentColor' })],
  });
  const label = `${y.name} over ${x.name}`;
  const svg = figure.outerHTML
    .replaceAll(/<style>[\s\S]*?<\/style>/g, '')
    .replace('<svg', `<svg role="img" aria-label="${label}"`);
  return `<div class="example-figure">${svg.replaceAll('\n', ' ')}</div>`;
}
