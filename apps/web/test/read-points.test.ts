import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPoints } from '../src/data/read-points.js';

const two = { inputs: [[0.5], [1.5]], targets: [2, -3e-2] };

describe('a file of samples', () => {
  test.each([
    ['plain', '0.5,2\n1.5,-3e-2'],
    ['with a header', 'x,y\n0.5,2\n1.5,-0.03\n'],
    ['with semicolons and decimal commas', 'Eingabe;Ziel\r\n0,5;2\r\n1,5;-0,03\r\n'],
    ['with tabs', '0.5\t2\n1.5\t-0.03'],
    ['in columns of spaces', '0.5    2\n1.5   -0.03'],
    [
      'with a mark of byte order, quotes and empty lines',
      '\uFEFF"x","y"\n\n"0.5","2"\n\n1.5,-0.03\n\n',
    ],
  ])('is read %s', (_, text) => {
    expect(readPoints(text)).toEqual(two);
  });

  test('has two inputs where it has three columns', () => {
    expect(readPoints('a;b;c\n1;2;3\n4;5;6')).toEqual({
      inputs: [
        [1, 2],
        [4, 5],
      ],
      targets: [3, 6],
    });
  });

  test.each([
    ['', 'the file is empty'],
    ['  \n', 'the file is empty'],
    ['1\n2\n3', '1 column;'],
    ['1,2,3,4\n1,2,3,4', '4 columns;'],
    ['x,y', 'no samples'],
    ['1,2\n3,NaN', 'row 2, "3, NaN", is not 2 numbers'],
    ['NaN,2\n3,4', 'row 1'],
    ['x,y\n1,2\n3,', 'row 3'],
    ['1,2\n3', 'row 2'],
    ['1,2\n1e999,4', 'row 2'],
    ['1,2\n3,four', 'row 2'],
    [Array.from({ length: 10_001 }, (_, i) => `${i},1`).join('\n'), '10001 samples'],
  ])('that does not fit is refused, with the reason: %j', (text, reason) => {
    expect(() => readPoints(text)).toThrow(reason);
  });

  test('of 10 000 rows is read', () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `${i / 100},${i % 7}`).join('\n');
    expect(readPoints(text).inputs).toHaveLength(10_000);
  });

  test('of whatever characters is read or refused with a sentence', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('0123456789,;.\n"e- \t')) }),
        (text) => {
          try {
            const { inputs, targets } = readPoints(text);
            expect(inputs.length).toBe(targets.length);
            expect([...inputs.flat(), ...targets].every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect((error as Error).message).toMatch(/\w+ /);
          }
        },
      ),
    );
  });
});
