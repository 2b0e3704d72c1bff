import { exitStatus } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { existingArchive } from '../archive.js';
import { membersOf } from '../members.js';
import { scaleNames, shownAs } from '../report/choices.js';
import type { FigureFlags } from '../report/figures.js';
import { oneOf, optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

interface ReportOptions {
  readonly out?: string;
  readonly x?: string;
  readonly xScale?: string;
  readonly yScale?: string;
  readonly show?: string;
}

/** `nonsmooth report FOLDER …`. */
export const report: LabCommand = {
  what: 'writes the report of a study anew, or one that compares several',
  prepare(words) {
    const given = optionsOf<ReportOptions>('report', report.what, words, (command) =>
      command
        .argument('<folder...>', 'folders of results, such as lab/threshold; several are compared')
        .option('--out <folder>', 'for a comparison (default: lab/comparison)')
        .option('--x <column>', 'draw over t (default) or over a recorded column')
        .option('--x-scale <kind>', `${scaleNames.join(', ')} (default: auto)`)
        .option('--y-scale <kind>', `${scaleNames.join(', ')} (default: auto)`)
        .option('--show <kind>', `${shownAs.join(', ')} (default: auto)`),
    );
    if (given.text !== undefined) return printing(given.text);
    const { out, x, xScale, yScale, show } = given.options;
    const flags: FigureFlags = {
      x,
      xScale: xScale === undefined ? undefined : oneOf('--x-scale', xScale, scaleNames),
      yScale: yScale === undefined ? undefined : oneOf('--y-scale', yScale, scaleNames),
      show: show === undefined ? undefined : oneOf('--show', show, shownAs),
    };
    const studies = given.arguments.map(existingArchive);
    if (x !== undefined) {
      for (const { study } of studies) oneOf('--x', x, ['t', ...study.record]);
    }
    const [only, ...others] = studies;
    if (others.length === 0) {
      if (out !== undefined)
        throw new ArgumentError('--out', out, 'only for a comparison of several folders');
      return async () => {
        const { archive, study } = only!;
        const { writeResults } = await import('../results.js');
        const { files } = await writeResults(archive, study, membersOf(study), undefined, flags);
        console.log(`Written: ${files.join(', ')}`);
        return exitStatus.done;
      };
    }
    return async () => {
      const { writeComparison } = await import('../comparison.js');
      const page = await writeComparison(studies, out ?? 'lab/comparison', flags);
      console.log(`Written: ${page}`);
      return exitStatus.done;
    };
  },
};
