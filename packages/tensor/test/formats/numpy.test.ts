import { tensor } from '@nonsmooth/tensor';
import { readNpy, readNpz, writeNpy, writeNpz } from '@nonsmooth/tensor/formats';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const python = (code: string) =>
  spawnSync('python3', ['-c', code], { cwd: folder, encoding: 'utf8' });
const hasNumpy = python('import numpy').status === 0;
if (!hasNumpy) console.log('skipped: comparison of .npy files with NumPy, which is not installed');

test.skipIf(!hasNumpy)('NumPy reads what is written, and what it writes is read', () => {
  const given = tensor([
    [1.5, -2, 3],
    [NaN, Infinity, 1e-310],
  ]);
  writeFileSync(join(folder, 'a.npy'), writeNpy(given));
  writeFileSync(
    join(folder, 'b.npz'),
    writeNpz([
      ['one', given],
      ['two', tensor(7)],
    ]),
  );
  const { status, stderr } = python(`
import numpy as np
a = np.load('a.npy'); b = np.load('b.npz')
assert a.shape == (2, 3) and a.dtype == '<f8' and a[0, 2] == 3 and a[1, 2] == 1e-310
assert np.isnan(b['one'][1, 0]) and b['two'].shape == () and b['two'] == 7
np.save('c.npy', np.asfortranarray(a.astype('>f4')))
np.savez_compressed('d.npz', x=a, y=np.arange(5, dtype='int16'), z=np.array([True, False]))
`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  expect([...readNpy(read('c.npy')).data]).toEqual([1.5, -2, 3, NaN, Infinity, 0]);
  const arrays = readNpz(read('d.npz'));
  expect([...arrays.get('x')!.data]).toEqual([...given.data]);
  expect([...arrays.get('y')!.data]).toEqual([0, 1, 2, 3, 4]);
  expect([...arrays.get('z')!.data]).toEqual([1, 0]);
});
