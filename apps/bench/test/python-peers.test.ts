import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  findPython,
  pythonEnvironment,
  pythonLine,
  pythonSystems,
  type PythonSystem,
} from '../src/peers/python/installation.js';
import { pythonPeers } from '../src/scenarios/python-peers.js';
import type { Work } from '../src/work.js';

const python = findPython();
const systems = Object.keys(python?.systems ?? {}) as PythonSystem[];

afterEach(() => vi.unstubAllEnvs());

describe.each(systems)('%s', (system) => {
  const cases = pythonPeers(python!).filter(({ name }) => name.endsWith(pythonSystems[system]));

  test.each(['tiny relu f64', 'small tanh f64', 'medium relu f32', 'digits step Adam'])(
    'has our results: %s',
    { timeout: 60_000 },
    async (own) => {
      const one = cases.find(({ name }) => name === `${own}, ${pythonSystems[system]}`)!;
      const work = (await one.prepare(0, 3)) as Work<number>;
      work.run();
      work.run();
      const checks = one.check([work.answer()]);
      work.dispose?.();
      expect(checks.map(({ verdict }) => verdict)).toEqual(['right']);
      expect(work.units).toBeGreaterThan(0);
    },
  );

  test('says what it fails of', async () => {
    const one = cases[0]!;
    const folder = '/nonexistent';
    vi.stubEnv('PYTHONHOME', folder); // no standard library there
    await expect(Promise.resolve(one.prepare(0, 3))).rejects.toThrow(`${system} failed: `);
  });
});

test('a Python that is not there costs one plain line', () => {
  vi.stubEnv('NONSMOOTH_PYTHON', '/nonexistent/python');
  expect(findPython()).toBeUndefined();
  expect(pythonLine(undefined)).toBe(
    'No Python with NumPy was found: nothing of Python is compared with.',
  );
});

test('the line names what is there, what is not, and the variable that slows NumPy', () => {
  vi.stubEnv('OPENBLAS_CORETYPE', 'Haswell');
  const found = { command: 'python3', version: '3.12.1', systems: { numpy: '2.1.0' } };
  expect(pythonLine({ ...found, compiles: false })).toBe(
    'Python 3.12.1 (python3): NumPy 2.1.0; not there: PyTorch, JAX; ' +
      'without OPENBLAS_CORETYPE=Haswell, which slows NumPy',
  );
  vi.stubEnv('OPENBLAS_CORETYPE', undefined);
  const all = { numpy: '2.1.0', torch: '2.9.0', jax: '0.8.0' };
  expect(pythonLine({ ...found, systems: all, compiles: true })).toBe(
    'Python 3.12.1 (python3): NumPy 2.1.0, PyTorch 2.9.0, JAX 0.8.0',
  );
});

test('peers have one thread and the kernels of the processor that is there', () => {
  const environment = pythonEnvironment({ PATH: '/bin', OPENBLAS_CORETYPE: 'Haswell' });
  expect(environment).toMatchObject({ PATH: '/bin', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' });
  expect(environment).not.toHaveProperty('OPENBLAS_CORETYPE');
});

test('marks are those of the libraries that are there', () => {
  const everything = {
    command: 'python3',
    version: '3.12.1',
    systems: { numpy: '1', torch: '1', jax: '1' },
    compiles: true,
  };
  const names = pythonPeers(everything).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const title of ['NumPy', 'PyTorch', 'PyTorch compiled', 'JAX']) {
    expect(names).toContain(`large relu f64, ${title}`);
  }
  expect(names).not.toContain('study step Adam, NumPy'); // it has no error function
  const marks = pythonPeers(everything).flatMap((one) =>
    one.comparisons.map(({ quantity, mark }) => `${quantity}: ${mark}`),
  );
  expect(marks).toContain('deep-small relu f64 ÷ PyTorch compiled: 3.5');
  expect(marks).toContain('digits step Adam ÷ PyTorch: 2');
});
