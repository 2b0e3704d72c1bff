import { foldIn, integers, type Key } from '@nonsmooth/tensor';

/** A source of random numbers below a bound, the same for the same key. */
export type Dice = (bound: number) => number;

/** Dice of a key. */
export function dice(key: Key): Dice {
  let count = 0;
  return (bound) => integers(foldIn(key, count++), 1, 0, bound)[0]!;
}

/** Numbers that lengths, shapes and offsets should not be. */
const strange = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/** Bytes with one to four things wrong with them. */
export function damagedBytes(bytes: Uint8Array, roll: Dice): Uint8Array {
  let damaged = bytes.slice();
  for (let times = 1 + roll(4); times > 0 && damaged.length > 0; times--) {
    const at = roll(damaged.length);
    switch (roll(6)) {
      case 0:
        damaged[at]! ^= 1 << roll(8);
        break;
      case 1:
        damaged[at] = roll(256);
        break;
      case 2:
        damaged = damaged.slice(0, at);
        break;
      case 3: {
        // an integer of 1, 2, 4 or 8 bytes in either order
        const size = 2 ** roll(4);
        const value = strange[roll(strange.length)]!;
        for (let i = 0; i < size && at + i < damaged.length; i++) {
          damaged[at + i] = Number((value >> BigInt(8 * (roll(2) ? i : size - 1 - i))) & 255n);
        }
        break;
      }
      case 4: {
        const end = at + roll(16);
        damaged = Uint8Array.from([...damaged.subarray(0, at), ...damaged.subarray(end)]);
        break;
      }
      default: {
        const part = damaged.slice(at, at + roll(32));
        damaged = Uint8Array.from([...damaged.subarray(0, at), ...part, ...damaged.subarray(at)]);
      }
    }
  }
  return damaged;
}

const words = [
  '',
  '-',
  ':',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\n',
  '  ',
  '&a ',
  '*a',
  '!!js ',
  'null',
  '1e999',
  'NaN',
  '-0',
  '0x10',
  '\u0000',
  '\ufeff',
  'é',
  '<<: *a',
  '---',
  '#',
  '"""',
  ',,,',
  '1,2,3,4,5,6,7',
];

/** A text with one to four words, lines or characters wrong. */
export function damagedText(text: string, roll: Dice): string {
  let damaged = text;
  for (let times = 1 + roll(4); times > 0; times--) {
    const at = roll(damaged.length + 1);
    const word = words[roll(words.length)]!;
    switch (roll(4)) {
      case 0:
        damaged = damaged.slice(0, at) + word + damaged.slice(at);
        break;
      case 1:
        damaged = damaged.slice(0, at) + word + damaged.slice(at + 1 + roll(8));
        break;
      case 2: {
        const lines = damaged.split('\n');
        const i = roll(lines.length);
        lines.splice(i, roll(2) + 1, ...lines.slice(0, roll(3)));
        damaged = lines.join('\n');
        break;
      }
      default:
        damaged = damaged.replace(
          /-?\d+(\.\d+)?/,
          () => ['-1', '0', '1e999', '99999999999', '""', 'x'][roll(6)]!,
        );
    }
  }
  return damaged;
}

/** Plain data with one part replaced, missing or doubled. */
export function damagedData(data: unknown, roll: Dice): unknown {
  const leaves = [null, true, -1, 0, 1, 1.5, 2 ** 31, 1e300, 'x', '', '1/0', [], {}, [0], [[1]]];
  const isList = Array.isArray(data);
  if (
    typeof data !== 'object' ||
    data === null ||
    Object.keys(data).length === 0 ||
    roll(8) === 0
  ) {
    return leaves[roll(leaves.length)];
  }
  const keys = Object.keys(data);
  const key = keys[roll(keys.length)]!;
  if (isList) {
    const i = Number(key);
    const list = data as readonly unknown[];
    const choice = roll(6);
    if (choice === 0) return list.toSpliced(i, 1);
    if (choice === 1) return list.toSpliced(i, 0, list[i]);
    return list.with(i, damagedData(list[i], roll));
  }
  const record = data as Readonly<Record<string, unknown>>;
  const { [key]: part, ...rest } = record;
  return roll(8) === 0 ? rest : { ...record, [key]: damagedData(part, roll) };
}
