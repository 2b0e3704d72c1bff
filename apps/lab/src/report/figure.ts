import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { ink, soft } from './look.js';

/** A figure as a picture that needs nothing else. */
export interface Figure {
  /** The name of its files, unique in a report. */
  readonly name: string;
  readonly title: string;
  /** A whole SVG document, with colours as they are on white. */
  readonly svg: string;
  /** What is not seen in it, such as clipped members. */
  readonly notes: readonly string[];
}

/** A line of the legend: a sample of the line, band or mark, and what it means. */
export interface LegendEntry {
  readonly text: string;
  /** SVG within 30 × 14. */
  readonly sample: string;
}

/** What a figure consists of. */
export interface Parts {
  readonly name: string;
  readonly title: string;
  readonly plot: Omit<Plot.PlotOptions, 'document' | 'width' | 'style'>;
  readonly legend: readonly LegendEntry[];
  readonly notes?: readonly string[];
}

/** Narrow enough for its letters to be read on a telephone. */
export const figureWidth = 460;
const letters = 13;
const lineHeight = 18;
/** Letters of the legend in a line, by the mean width of a letter. */
const perLine = Math.floor((figureWidth - 40) / 6.9);

/** Draws a figure: title, plot, legend and notes below it, as one SVG. */
export function figureOf({ name, title, plot, legend, notes = [] }: Parts): Figure {
  const { document } = parseHTML('<html><body></body></html>');
  const drawn = Plot.plot({
    marginLeft: Math.max(58, room(plot.y)),
    marginBottom: 44,
    marginTop: 30,
    height: 300,
    ...plot,
    document,
    width: figureWidth,
    style: { fontSize: `${letters}px` },
  }) as unknown as Drawn;
  const height = Number(drawn.getAttribute('height'));
  const titleLines = wrapped(title, perLine);
  const top = titleLines.length * lineHeight + 4;
  const lines: string[] = titleLines.map((line, i) =>
    text(0, lineHeight * i + 13, line, `font-weight="600"`),
  );
  let y = top + height + 6;
  for (const entry of legend) {
    const rows = wrapped(entry.text, perLine);
    lines.push(`<g transform="translate(4,${y})">${entry.sample}</g>`);
    rows.forEach((row, i) => lines.push(text(42, y + 11 + lineHeight * i, row)));
    y += lineHeight * rows.length;
  }
  for (const note of notes) {
    for (const row of wrapped(note, perLine + 4)) {
      lines.push(text(4, y + 11, row, `fill="${soft[0]}"`));
      y += lineHeight;
    }
  }
  const content = drawn.innerHTML
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll('currentColor', ink[0])
    // ids that are unique on a page of several figures
    .replaceAll(/plot-clip-\d+/g, `clip-${name}`);
  const total = y + 4;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${figureWidth} ${total}" width="${figureWidth}" height="${total}" ` +
    `role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="${letters}" fill="${ink[0]}">` +
    `<g transform="translate(0,${top})" text-anchor="middle">${content}</g>${lines.join('')}</svg>`;
  return { name, title, svg, notes };
}

/** How wide a letter is, at most on average. */
const letterWidth = 7.6;

/** How much room texts need, such as the labels of ticks, with the ticks themselves. */
export function roomFor(texts: readonly string[]): number {
  return 14 + letterWidth * Math.max(0, ...texts.map((text) => text.length));
}

function room(scale: Plot.ScaleOptions | undefined): number {
  const { ticks, tickFormat } = scale ?? {};
  if (!Array.isArray(ticks) || typeof tickFormat !== 'function') return 0;
  return roomFor(
    ticks.map((tick: number, i) => (tickFormat as (x: number, i: number) => string)(tick, i)),
  );
}

/** What is used of the element that Plot makes. */
interface Drawn {
  readonly innerHTML: string;
  getAttribute(name: string): string | null;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

/** Lines of at most `most` letters, broken between words. */
export function wrapped(content: string, most: number): string[] {
  const lines: string[] = [''];
  const words = content.split(' ').flatMap((word) => pieces(word, most));
  for (const word of words) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function pieces(word: string, most: number): string[] {
  if (word.length <= most) return [word];
  return [word.slice(0, most), ...pieces(word.slice(most), most)];
}

/** Text in HTML and SVG. */
export function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
