import { isTensor, tensor } from '@nonsmooth/tensor';
import {
  FormatError,
  readIdx,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from '@nonsmooth/tensor/formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentOf, damaged, names, tensors } from './numbers.js';

const encoder = new TextEncoder();

/** A .npy file by hand: version 1, header as given. */
function npy(header: string, ...entries: readonly number[]): Uint8Array {
  const bytes = encoder.encode(header);
  return Uint8Array.from([
    0x93,
    ...encoder.encode('NUMPY'),
    1,
    0,
    bytes.length & 255,
    bytes.length >> 8,
    ...bytes,
    ...entries,
  ]);
}

function safetensors(header: string, entries: readonly number[] = []): Uint8Array {
  const bytes = encoder.encode(header);
  return Uint8Array.from([
    bytes.length & 255,
    bytes.length >> 8,
    0,
    0,
    0,
    0,
    0,
    0,
    ...bytes,
    ...entries,
  ]);
}

test('a round trip keeps every bit, dtype and shape', () => {
  fc.assert(
    fc.property(tensors, (given) => {
      expect(contentOf(readNpy(writeNpy(given)))).toEqual(contentOf(given));
    }),
  );
  const table = fc.uniqueArray(fc.tuple(names, tensors), {
    selector: ([name]) => name,
    maxLength: 4,
  });
  fc.assert(
    fc.property(table, (entries) => {
      const expected = entries.map(([name, one]) => [name, contentOf(one)]);
      const content = (found: ReadonlyMap<string, unknown>) =>
        [...found].map(([name, one]) => [name, contentOf(one as ReturnType<typeof readNpy>)]);
      const byName = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
      const read = readSafetensors(writeSafetensors(entries, { made: 'here' }));

      expect(content(read.tensors).sort(byName)).toEqual(expected.sort(byName));
      expect(read.metadata).toEqual({ made: 'here' });
      expect(content(readNpz(writeNpz(entries))).sort(byName)).toEqual(expected.sort(byName));
    }),
  );
});

test('the same tensors give the same bytes, aligned as the formats ask', () => {
  const one = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(writeNpz([['a', one]])).toEqual(writeNpz([['a', one]]));
  const bytes = writeNpy(one);
  expect((bytes.length - 32) % 64).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(10, 60))).toBe(
    "{'descr': '<f8', 'fortran_order': False, 'shape': ",
  );
});

describe('types of entries', () => {
  test.each([
    ["'|b1'", [0, 1, 2], [0, 1, 1], 'f32'],
    ["'|u1'", [0, 255], [0, 255], 'f32'],
    ["'|i1'", [255, 127], [-1, 127], 'f32'],
    ["'<u2'", [1, 2], [513], 'f32'],
    ["'>u2'", [1, 2], [258], 'f32'],
    ["'<i2'", [255, 255], [-1], 'f32'],
    ["'<i4'", [254, 255, 255, 255], [-2], 'f64'],
    ["'<i8'", [253, 255, 255, 255, 255, 255, 255, 255], [-3], 'f64'],
    ["'>f4'", [0x3f, 0xc0, 0, 0], [1.5], 'f32'],
    ["'>f8'", [0xbf, 0xf8, 0, 0, 0, 0, 0, 0], [-1.5], 'f64'],
    // binary16: 1, −2, the least subnormal, ∞
    ["'<f2'", [0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c], [1, -2, 2 ** -24, Infinity], 'f32'],
  ] as const)('%s', (descr, bytes, expected, dtype) => {
    const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${expected.length},)}\n`;
    const found = readNpy(npy(header, ...bytes));
    expect([...found.data]).toEqual([...expected]);
    expect(found.dtype).toBe(dtype);
  });

  test('bfloat16 is the upper half of a float32', () => {
    const header = '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}';
    const { tensors: found } = readSafetensors(safetensors(header, [0xc0, 0x3f, 0, 0xc0]));
    expect([...found.get('a')!.data]).toEqual([1.5, -2]);
  });

  test('64-bit integers that no double holds are refused', () => {
    const header = "{'descr': '<u8', 'fortran_order': False, 'shape': ()}\n";
    expect(() => readNpy(npy(header, ...Array<number>(8).fill(255)))).toThrow(FormatError);
  });
});

test('Fortran order is turned into row-major order', () => {
  const header = "{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1', }\n";
  const { data, shape } = readNpy(npy(header, 1, 4, 2, 5, 3, 6));
  expect([shape, [...data]]).toEqual([
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
});

test('an IDX file is big-endian, its first axis the slowest', () => {
  const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);
  const { shape, data } = readIdx(bytes);
  expect([shape, [...data]]).toEqual([
    [2, 3],
    [1, 2, 3, 4, 5, 255],
  ]);
  expect(() => readIdx(bytes.subarray(0, 17))).toThrow('5 bytes of entries instead of 6');
});

describe('what breaks a rule is refused with the place', () => {
  const dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}";
  test.each([
    ['no magic', () => readNpy(encoder.encode('NUMPY, but not quite'))],
    ['version 9', () => readNpy(npy(dictionary).with(6, 9))],
    ['entries missing', () => readNpy(npy(dictionary, 1, 2, 3))],
    ['entries left over', () => readNpy(npy(dictionary, 1, 2, 3, 4, 5, 6, 7, 8, 9))],
    ['Python objects', () => readNpy(npy(dictionary.replace('<f8', '|O'), 1))],
    ['complex numbers', () => readNpy(npy(dictionary.replace('<f8', '<c16'), 1))],
    [
      'a shape beyond all memory',
      () => readNpy(npy(dictionary.replace('1,', '9999999999, 9999999999'), 1)),
    ],
    ['code instead of a dictionary', () => readNpy(npy('__import__("os")'))],
    ['no zip archive', () => readNpz(encoder.encode('PK but not quite'))],
    [
      'a gap',
      () =>
        readSafetensors(
          safetensors('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', [0, 0]),
        ),
    ],
    [
      'an overlap',
      () =>
        readSafetensors(
          safetensors(
            '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
            [0, 0, 0],
          ),
        ),
    ],
    [
      'a length that does not fit',
      () =>
        readSafetensors(
          safetensors(
            '{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}',
            Array<number>(8).fill(0),
          ),
        ),
    ],
    [
      'a negative shape',
      () => readSafetensors(safetensors('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}')),
    ],
    [
      'an unknown dtype',
      () =>
        readSafetensors(
          safetensors('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,1]}}', [0]),
        ),
    ],
    ['a header that is a list', () => readSafetensors(safetensors('[]'))],
    [
      'a header longer than the file',
      () => readSafetensors(Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 0)),
    ],
    ['metadata that is no text', () => readSafetensors(safetensors('{"__metadata__":{"a":1}}'))],
  ])('%s', (_, read) => {
    expect(read).toThrow(FormatError);
  });

  test('an archive behind other bytes, without its end, or with any byte of its entries changed', () => {
    const bytes = writeNpz([['a', tensor([1, 2, 3])]]);
    expect(() => readNpz(Uint8Array.of(1, 2, 3, ...bytes))).toThrow('no entry 0 of 1');
    expect(() => readNpz(bytes.subarray(0, -1))).toThrow('no directory');
    const content = writeNpy(tensor([1, 2, 3]));
    for (let i = 30 + 'a.npy'.length; i < 35 + content.length; i += 7) {
      const other = bytes.slice();
      other[i]! ^= 1;
      expect(() => readNpz(other)).toThrow('the checksum of a.npy is another one');
    }
  });

  test('an archive that unpacks to too much', () => {
    const bytes = writeNpz([['a', tensor(new Float64Array(1000))]]);
    expect(() => readNpz(bytes, { maxBytes: 100 })).toThrow('more than 100 bytes');
  });

  test('names that are not different', () => {
    const one = tensor([1]);
    expect(() =>
      writeNpz([
        ['a', one],
        ['a', one],
      ]),
    ).toThrow('name = "a"');
    expect(() => writeSafetensors([['__metadata__', one]])).toThrow('name');
  });
});

describe('damaged files end in a FormatError or in tensors', () => {
  const readers = {
    npy: [readNpy, tensors.map(writeNpy)],
    npz: [readNpz, tensors.map((one) => writeNpz([['a', one]]))],
    safetensors: [
      readSafetensors,
      fc.tuple(names, tensors).map((entry) => writeSafetensors([entry])),
    ],
    IDX: [
      readIdx,
      fc
        .uint8Array({ maxLength: 40 })
        .map((tail) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, tail.length, ...tail)),
    ],
  } as const satisfies Record<
    string,
    readonly [(bytes: Uint8Array) => unknown, fc.Arbitrary<Uint8Array>]
  >;

  test.each(Object.keys(readers) as (keyof typeof readers)[])('%s', (name) => {
    const [read, valid] = readers[name];
    fc.assert(
      fc.property(fc.oneof(damaged(valid), fc.uint8Array({ maxLength: 60 })), (bytes) => {
        try {
          const found: unknown = read(bytes);
          const all = isTensor(found)
            ? [found]
            : [
                ...(found instanceof Map
                  ? found
                  : (found as ReturnType<typeof readSafetensors>).tensors
                ).values(),
              ];
          expect(all.every(isTensor)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
