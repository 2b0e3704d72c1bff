import { streamFile } from './tables/stream-file.js';
import { memberTable, trajectoryTable, type Format, type Table } from './tables/tables.js';
import { writeWhole } from '@nonsmooth/apps-shared';
import { join } from 'node:path';
import type { Archive } from './archive.js';
import type { MemberFile } from './member-file.js';
import type { Member } from './members.js';
import { thinned, type Curves } from './curves.js';
import { reportPage } from './report.js';
import type { Study } from './study.js';

/**
 * Writes the tables and the report from the files of the members, one at a time: the same bytes for any number of
 * workers, interrupted in between or not. Returns the paths and how many members are there.
 */
export function writeResults(
  archive: Archive,
  study: Study,
  members: readonly Member[],
  format: Format | undefined,
): { readonly files: readonly string[]; readonly ended: number } {
  const columns = ['t', ...study.record];
  const curves: Curves[] = [];
  const place = (name: string): string => join(archive.folder, name);
  const files = [place('members.csv'), place('report.html')];
  const all = (...tables: Table[]): void => {
    for (const member of members) {
      const file = archive.read(member);
      if (!file) continue;
      for (const table of tables) table.add(member, file);
    }
    for (const table of tables) table.finish();
  };
  const gather: Table = {
    add: (member: Member, file: MemberFile) => void curves.push(thinned(member, file)),
    finish() {},
  };
  streamFile(place('members.csv'), (write) => {
    const rows = memberTable(members, columns, write);
    if (!format) return all(rows, gather);
    const name = place(`trajectories.${format}`);
    files.unshift(name);
    streamFile(name, (bytes) =>
      all(rows, trajectoryTable(members, columns, format, bytes), gather),
    );
  });
  writeWhole(place('report.html'), reportPage(study, curves, members.length - curves.length));
  return { files, ended: curves.length };
}
