import { FormatError } from './format-error.js';

// The directory at the end of a zip archive (APPNOTE.TXT 6.3.10, sections 4.3.12–4.3.16): what it says of every file.

const endOfDirectory = 0x06054b50;
const endOfLargeDirectory = 0x06064b50;
const entryOfDirectory = 0x02014b50;
const endLength = 22;
const longestComment = 0xffff;

/** The CRC-32 of each file of the archive, in the order of its directory; what follows the archive's last byte is none of it. */
export function checksumsOfZip(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (at: number, what: string): never => {
    throw new FormatError('.npz', at, what);
  };
  const isEnd = (at: number): boolean =>
    view.getUint32(at, true) === endOfDirectory &&
    at + endLength + view.getUint16(at + 20, true) === bytes.length;
  let end = bytes.length - endLength;
  while (end >= 0 && !isEnd(end)) {
    end = end > bytes.length - endLength - longestComment ? end - 1 : -1;
  }
  if (end < 0) fail(0, 'no zip archive (no directory at the end)');
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) {
    const large = end >= 20 ? Number(view.getBigUint64(end - 12, true)) : bytes.length;
    if (!(large + 56 <= end) || view.getUint32(large, true) !== endOfLargeDirectory) {
      fail(end, 'no directory of a large archive');
    }
    count = Number(view.getBigUint64(large + 32, true));
    at = Number(view.getBigUint64(large + 48, true));
  }
  const checksums: number[] = [];
  for (let i = 0; i < count; i++) {
    if (!(at + 46 <= end) || view.getUint32(at, true) !== entryOfDirectory) {
      fail(Math.min(at, bytes.length), `no entry ${i} of ${count} in the directory`);
    }
    checksums.push(view.getUint32(at + 16, true));
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    at += 46 + lengths.reduce((sum, length) => sum + length);
  }
  return checksums;
}

const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let r = byte;
  for (let bit = 0; bit < 8; bit++) r = r & 1 ? (r >>> 1) ^ 0xedb88320 : r >>> 1;
  return r;
});

/** CRC-32 as in zip archives: the remainder by the reflected polynomial 0xEDB88320. */
export function crc32(bytes: Uint8Array): number {
  let r = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) r = remainders[(r ^ bytes[i]!) & 0xff]! ^ (r >>> 8);
  return ~r >>> 0;
}
