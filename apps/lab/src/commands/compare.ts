import { exitStatus, requireWritable } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { existingArchive } from '../archive.js';
import { differences, mostStandardErrors } from '../published/compare.js';
import { readPublished } from '../published/published.js';
import { samplesIn } from '../published/sample.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

/** `nonsmooth compare FOLDER … --with FILE`. */
export const compare: LabCommand = {
  what: 'compares studies that were run with published statistics',
  prepare(words) {
    const given = optionsOf<{ with?: string; out?: string }>(
      'compare',
      compare.what,
      words,
      (command) =>
        command
          .argument('<folder...>', 'folders of results with their trajectories')
          .option('--with <file>', 'published statistics, such as published/sad-published.json')
          .option('--out <folder>', 'for table, values and figures (default: lab/published)'),
    );
    if (given.text !== undefined) return printing(given.text);
    const { with: file, out = 'lab/published' } = given.options;
    if (file === undefined) {
      throw new ArgumentError('--with', '', 'a file of published statistics');
    }
    const studies = readPublished(file);
    const runs = given.arguments.map((folder) => ({ folder, ...existingArchive(folder) }));
    requireWritable('--out', out);
    return async () => {
      const samples = runs.flatMap(({ folder, study }) => samplesIn(folder, study));
      const found = differences(studies, samples);
      const { writeComparisonFiles } = await import('../published/comparison-files.js');
      const files = writeComparisonFiles(out, studies, samples, found);
      const far = found.filter(
        ({ standardErrors }) => Math.abs(standardErrors) > mostStandardErrors,
      );
      for (const { study, step, quantity, standardErrors } of far) {
        console.log(
          `${study}, step ${step}: ${quantity} differs by ${standardErrors.toFixed(1)} standard errors`,
        );
      }
      console.log(
        `${found.length - far.length} of ${found.length} means within ${mostStandardErrors} standard errors. Written: ${files.join(', ')}`,
      );
      return exitStatus.done;
    };
  },
};
