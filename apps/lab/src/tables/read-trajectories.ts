import { ArgumentError } from '@nonsmooth/core';
import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArrow } from './read-arrow.js';

/** Calls `row` with every row of a study's table of trajectories, by column. @throws ArgumentError without such a table. */
export function readTrajectories(
  folder: string,
  row: (value: (column: string) => string | number | undefined) => void,
): void {
  const csv = join(folder, 'trajectories.csv');
  const arrow = join(folder, 'trajectories.arrow');
  if (existsSync(csv)) {
    const [names, ...rows] = parse(readFileSync(csv));
    const places = new Map(names!.map((name, i) => [name, i]));
    for (const cells of rows) row((column) => cells[places.get(column) ?? -1]);
  } else if (existsSync(arrow)) {
    const table = readArrow(readFileSync(arrow));
    const columns = new Map(table.schema.fields.map(({ name }) => [name, table.getChild(name)!]));
    for (let i = 0; i < table.numRows; i++) {
      row((column) => columns.get(column)?.get(i) as string | number | undefined);
    }
  } else {
    throw new ArgumentError(
      'folder',
      folder,
      'a folder with trajectories.csv or trajectories.arrow',
    );
  }
}
