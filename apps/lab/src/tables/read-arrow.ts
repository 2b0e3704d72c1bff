import { FormatError } from '@nonsmooth/tensor/formats';
import { tableFromIPC, type Table } from 'apache-arrow';
import { requireArrowFile } from './arrow-structure.js';

/** Reads an Arrow file, of which nothing is believed before it is checked. @throws FormatError */
export function readArrow(bytes: Uint8Array): Table {
  requireArrowFile(bytes);
  try {
    return tableFromIPC(bytes);
  } catch (error) {
    // what the library throws is of many kinds
    throw new FormatError('Arrow', 0, `what cannot be read (${(error as Error).message})`);
  }
}
