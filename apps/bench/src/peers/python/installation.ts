import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Libraries of Python that the benchmark can compare with. */
export const pythonSystems = { numpy: 'NumPy', torch: 'PyTorch', jax: 'JAX' } as const;

/** The name of one of them. */
export type PythonSystem = keyof typeof pythonSystems;

/** A Python with some of the libraries; nothing is installed into it. */
export interface PythonInstallation {
  readonly command: string;
  readonly version: string;
  readonly systems: { readonly [Name in PythonSystem]?: string };
  /** Whether torch.compile finds what it needs. */
  readonly compiles: boolean;
}

/** What is written in Python: beside the sources, and beside what is built of them. */
export const pythonFolder: string = ['../python', '../../../python']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(join(path, 'peer.py')))!;

/**
 * The environment of a peer: one thread, on the processor that is there. OPENBLAS_CORETYPE, which some environments set,
 * would keep OpenBLAS on the kernels of another processor and make NumPy slower by half.
 */
export function pythonEnvironment(
  inherited: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string | undefined>> {
  const { OPENBLAS_CORETYPE: _, ...rest } = inherited;
  return {
    ...rest,
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
    JAX_PLATFORMS: 'cpu',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/**
 * The first Python, of the one that NONSMOOTH_PYTHON names or of python3 and python, with NumPy and whatever else of the
 * libraries; undefined where there is none.
 */
export function findPython(): PythonInstallation | undefined {
  const named = process.env['NONSMOOTH_PYTHON'];
  for (const command of named ? [named] : ['python3', 'python']) {
    const { status, stdout } = spawnSync(command, [join(pythonFolder, 'peer.py'), 'find'], {
      encoding: 'utf8',
      env: pythonEnvironment(),
    });
    if (status !== 0) continue;
    const found = JSON.parse(stdout) as Omit<PythonInstallation, 'command'>;
    if (found.systems.numpy !== undefined) return { command, ...found };
  }
  return undefined;
}

/** One line that says what was found and what was not. */
export function pythonLine(found: PythonInstallation | undefined): string {
  if (!found) return 'No Python with NumPy was found: nothing of Python is compared with.';
  const names = Object.keys(pythonSystems) as PythonSystem[];
  const there = names.filter((name) => found.systems[name] !== undefined);
  const absent = names.filter((name) => found.systems[name] === undefined);
  const versions = there.map((name) => `${pythonSystems[name]} ${found.systems[name]!}`);
  const coreType = process.env['OPENBLAS_CORETYPE'];
  return (
    `Python ${found.version} (${found.command}): ${versions.join(', ')}` +
    (absent.length > 0 ? `; not there: ${absent.map((n) => pythonSystems[n]).join(', ')}` : '') +
    (coreType === undefined ? '' : `; without OPENBLAS_CORETYPE=${coreType}, which slows NumPy`)
  );
}
