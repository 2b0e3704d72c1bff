import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { writeNpz, writeSafetensors } from '@nonsmooth/tensor/formats';
import { join } from 'node:path';
import type { Archive } from './archive.js';
import { stateOf } from './member-file.js';
import type { Member } from './members.js';
import { disposeOf, problemOf } from './problem.js';

/** The formats of parameters, by the ending of their files. */
export const thetaFormats = {
  safetensors: (arrays: ReturnType<typeof stateOf>) => writeSafetensors(arrays, {}),
  npz: writeNpz,
} as const;

/** The name of a format of parameters. */
export type ThetaFormat = keyof typeof thetaFormats;

/**
 * Writes the parameters of all members that have ended into `theta/`, under the names of PyTorch's `state_dict`: the last
 * ones as `<member>.<format>`, those kept at a time or step t as `<member>-at-<t>.<format>`. Returns how many files.
 */
export function writeTheta(
  archive: Archive,
  members: readonly Member[],
  format: ThetaFormat,
): number {
  const folder = join(archive.folder, 'theta');
  requireWritable('--out', folder);
  let files = 0;
  for (const member of members) {
    const file = archive.read(member);
    if (!file) continue;
    const problem = problemOf(member);
    try {
      const named = [
        [`${member.index}`, file.theta] as const,
        ...[...(file.kept ?? [])].map(([t, theta]) => [`${member.index}-at-${t}`, theta] as const),
      ];
      for (const [name, theta] of named) {
        writeWhole(
          join(folder, `${name}.${format}`),
          thetaFormats[format](stateOf(problem.net, theta)),
        );
        files++;
      }
    } finally {
      disposeOf(problem);
    }
  }
  return files;
}
