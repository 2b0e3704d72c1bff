import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from './archive.js';
import { pointsPerCurve, thinned, type Curves } from './curves.js';
import { fitOf } from './fit.js';
import type { Member } from './members.js';
import type { Figure } from './report/figure.js';
import { figuresOf, type FigureFlags } from './report/figures.js';
import { reportPage } from './report/page.js';
import { pdfOf } from './report/pdf.js';
import type { Study } from './study.js';
import { streamFile } from './tables/stream-file.js';
import { memberTable, trajectoryTable, type Format, type Table } from './tables/tables.js';

/** What was written, and how many members there are. */
export interface Written {
  readonly files: readonly string[];
  readonly ended: number;
}

/**
 * Writes the tables and the report from the files of the members, one at a time: the same bytes for any number of
 * workers, interrupted in between or not.
 */
export async function writeResults(
  archive: Archive,
  study: Study,
  members: readonly Member[],
  format: Format | undefined,
  flags: FigureFlags = {},
): Promise<Written> {
  const columns = ['t', ...study.record];
  const place = (name: string): string => join(archive.folder, name);
  const files = [place('members.csv'), place('report.html')];
  let curves: readonly Curves[] = [];
  streamFile(place('members.csv'), (write) => {
    const rows = memberTable(members, columns, write);
    if (!format) {
      curves = gathered(archive, members, [rows]);
      return;
    }
    const name = place(`trajectories.${format}`);
    files.unshift(name);
    streamFile(name, (bytes) => {
      curves = gathered(archive, members, [rows, trajectoryTable(members, columns, format, bytes)]);
    });
  });
  const figures = figuresOf(study, curves, flags);
  await writeFigures(archive.folder, figures);
  const page = reportPage(study, curves, figures, members.length - curves.length);
  writeWhole(place('report.html'), page);
  return { files, ended: curves.length };
}

/** What reports show of the members that have ended; these are added to `tables` on the way. */
export function gathered(
  archive: Archive,
  members: readonly Member[],
  tables: readonly Table[] = [],
): Curves[] {
  const curves: Curves[] = [];
  const points = pointsPerCurve(members.length);
  let fits = 0;
  for (const member of members) {
    const file = archive.read(member);
    if (!file) continue;
    for (const table of tables) table.add(member, file);
    const fit = member.start === 0 && fits < mostFits ? fitOf(member, file) : undefined;
    if (fit) fits++;
    curves.push({ ...thinned(member, file, points), fit });
  }
  for (const table of tables) table.finish();
  return curves;
}

/** Variations whose networks are drawn, at most. */
const mostFits = 30;

/** Writes each figure as SVG and PDF into `figures/`, in place of those that are there. */
export async function writeFigures(folder: string, figures: readonly Figure[]): Promise<void> {
  const place = join(folder, 'figures');
  requireWritable('--out', place);
  const names = new Set(figures.flatMap(({ name }) => [`${name}.svg`, `${name}.pdf`]));
  for (const file of readdirSync(place)) {
    if (/\.(svg|pdf)$/.test(file) && !names.has(file)) rmSync(join(place, file));
  }
  for (const figure of figures) {
    writeWhole(join(place, `${figure.name}.svg`), `${figure.svg}\n`);
    writeWhole(join(place, `${figure.name}.pdf`), await pdfOf(figure));
  }
}
