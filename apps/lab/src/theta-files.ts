import { requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { writeNpz, writeSafetensors } from '@nonsmooth/tensor/formats';
import { join } from 'node:path';
import type { Archive } from './archive.js';
import { stateOf } from './member-file.js';
import type { Member } from './members.js';
import { disposeOf, problemOf } from './problem.js';
import { writeArrowTensors } from './tables/arrow-tensors.js';

type State = ReturnType<typeof stateOf>;

/** Parameters at one time or step; undefined for the last ones. */
type Snapshot = readonly [t: number | undefined, state: State];

/** A file for each: the last one under the name of the member. */
const apart =
  (write: (state: State) => Uint8Array) =>
  (snapshots: readonly Snapshot[]): [string, Uint8Array][] =>
    snapshots.map(([t, state]) => [t === undefined ? '' : `-at-${t}`, write(state)]);

/** The formats of parameters, by the ending of their files: what is added to a file's name, and its bytes. */
export const thetaFormats = {
  safetensors: apart((state) => writeSafetensors(state, {})),
  npz: apart(writeNpz),
  arrow: (snapshots: readonly Snapshot[], end: number): [string, Uint8Array][] => {
    const rows = snapshots.filter(([t]) => t !== end);
    return [['', writeArrowTensors(rows.map(([t = end, tensors]) => ({ t, tensors })))]];
  },
} as const;

/** The name of a format of parameters. */
export type ThetaFormat = keyof typeof thetaFormats;

/**
 * Writes the parameters of all members that have ended into `theta/`, under the names of PyTorch's `state_dict`: the last
 * ones as `<member>.<format>`, those kept at a time or step t as `<member>-at-<t>.<format>`; as Arrow tensors all in one
 * file, a row per time. Returns how many files.
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
      const kept = [...(file.kept ?? [])].sort(([t], [u]) => t - u);
      const snapshots = [...kept, [undefined, file.theta] as const].map(
        ([t, theta]) => [t, stateOf(problem.net, theta)] as const,
      );
      const end = file.columns.get('t')?.at(-1) ?? NaN;
      for (const [added, bytes] of thetaFormats[format](snapshots, end)) {
        writeWhole(join(folder, `${member.index}${added}.${format}`), bytes);
        files++;
      }
    } finally {
      disposeOf(problem);
    }
  }
  return files;
}
