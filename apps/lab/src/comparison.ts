import { counted, requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { basename, join, resolve } from 'node:path';
import type { Archive } from './archive.js';
import type { Curves } from './curves.js';
import { membersOf } from './members.js';
import { timeTitle } from './report/axes.js';
import { escaped, type Figure } from './report/figure.js';
import { figuresOf, type FigureFlags } from './report/figures.js';
import { figureSection, pageOf } from './report/page.js';
import { verdictTables } from './report/verdicts.js';
import { gathered, writeFigures } from './results.js';
import type { Study } from './study.js';

/** A study that was run. */
export interface Ran {
  readonly archive: Archive;
  readonly study: Study;
}

/**
 * Writes a report of several studies into a folder: their variations in the same figures where they have the same axis,
 * steps or time, with the columns that all of those recorded. Returns the path of the page.
 */
export async function writeComparison(
  studies: readonly Ran[],
  folder: string,
  flags: FigureFlags,
): Promise<string> {
  requireWritable('--out', folder);
  const names = namesOf(studies);
  const seen = studies.map(({ archive, study }, k) => ({
    study,
    curves: gathered(archive, membersOf(study)).map((one): Curves => ({
      ...one,
      member: { ...one.member, variation: { study: names[k]!, ...one.member.variation } },
    })),
  }));
  const axes = [...new Set(studies.map(({ study }) => timeTitle(study)))];
  const figures = axes.flatMap((axis, k): Figure[] => {
    const own = seen.filter(({ study }) => timeTitle(study) === axis);
    const [first, ...others] = own.map(({ study }) => study) as [Study, ...Study[]];
    const record = first.record.filter((name) =>
      others.every((study) => study.record.includes(name)),
    );
    const { figures: _figures, ...rest } = first;
    const drawn = figuresOf(
      { ...rest, record },
      own.flatMap(({ curves }) => curves),
      flags,
    );
    if (axes.length === 1) return drawn;
    return drawn.map((figure) => {
      const name = `${figure.name}-${k + 1}`;
      return { ...figure, name, svg: figure.svg.replaceAll(`clip-${figure.name}`, `clip-${name}`) };
    });
  });
  await writeFigures(folder, figures);
  const list = seen.map(({ study, curves }, k) => {
    const missing = membersOf(study).length - curves.length;
    const told = missing > 0 ? `, ${counted(missing, 'member')} missing` : '';
    return `<li>${escaped(names[k]!)}: ${escaped(study.title)} (${counted(curves.length, 'member')}${told})</li>`;
  });
  const page = join(folder, 'report.html');
  writeWhole(
    page,
    pageOf(
      `${names.join(', ')}: a comparison`,
      `<ul>${list.join('')}</ul>
${figureSection(figures)}
<h2>What became of them</h2>
${verdictTables(seen.flatMap(({ curves }) => curves))}`,
    ),
  );
  return page;
}

/** The names of the folders, numbered if they are the same. */
function namesOf(studies: readonly Ran[]): string[] {
  const names = studies.map(({ archive }) => basename(resolve(archive.folder)));
  return names.map((name, i) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} ${i + 1}`,
  );
}
