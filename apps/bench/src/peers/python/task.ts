import type { FloatArray } from '@nonsmooth/kernels';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  pythonEnvironment,
  pythonFolder,
  type PythonInstallation,
  type PythonSystem,
} from './installation.js';

/** A gradient or a descent, in the layout of `DenseProblem` of @nonsmooth/kernels. */
export interface PythonProblem {
  readonly kind: 'gradient' | 'descent';
  readonly widths: readonly number[];
  readonly activation: 'relu' | 'tanh' | 'gelu';
  readonly loss: 'squared' | 'crossEntropy';
  readonly dtype: 'f64' | 'f32';
  readonly inputs: FloatArray;
  readonly targets: FloatArray;
  readonly theta: FloatArray;
  /** Of a descent by Adam: step n is over the samples of the n-th batch. */
  readonly descent?: {
    readonly learningRate: number;
    readonly batch: number;
    readonly indices: Uint32Array;
  };
}

/** A problem that a process of Python has prepared. */
export interface PythonTask {
  /** How often one call of `run` computes. */
  readonly runsPerCall: number;
  run(): void;
  /** Loss, then the gradient or the last parameters, of the last run. */
  result(): { readonly loss: number; readonly vector: Float64Array };
  dispose(): void;
}

/** Has a library prepare a problem; `compile` asks PyTorch for its compiler. @throws Error with the library's own words. */
export async function pythonTask(
  python: PythonInstallation,
  system: PythonSystem,
  problem: PythonProblem,
  variant: 'eager' | 'compile' = 'eager',
): Promise<PythonTask> {
  const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-peer-'));
  const at = (name: string): string => join(folder, name);
  writeProblem(problem, at('problem.json'), at('problem.bin'));
  // pipes with names are read and written without the event loop, by a call that waits
  const made = spawnSync('mkfifo', [at('calls'), at('replies')]);
  if (made.status !== 0) throw new Error('pipes cannot be made here (mkfifo)');
  const words = [join(pythonFolder, 'peer.py'), 'serve', system, variant, folder];
  const child = spawn(python.command, words, {
    env: pythonEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const runsPerCall = await new Promise<number>((resolve, reject) => {
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.stdout.setEncoding('utf8').once('data', (line: string) => {
      resolve((JSON.parse(line) as { runs: number }).runs);
    });
    child.on('error', reject);
    child.on('close', () => {
      rmSync(folder, { recursive: true, force: true });
      reject(new Error(`${system} failed: ${complaint.trim().split('\n').at(-1)}`));
    });
  });
  const calls = openSync(at('calls'), 'w');
  const replies = openSync(at('replies'), 'r');
  const reply = Buffer.alloc(1);
  const ask = (what: 'r' | 'a'): void => {
    writeSync(calls, what);
    if (readSync(replies, reply, 0, 1, null) === 0) throw new Error(`${system} ended early`);
  };
  return {
    runsPerCall,
    run: () => ask('r'),
    result() {
      ask('a');
      const bytes = readFileSync(at('answer'));
      const numbers = new Float64Array(new Uint8Array(bytes).buffer);
      return { loss: numbers[0]!, vector: numbers.subarray(1) };
    },
    dispose() {
      closeSync(calls);
      closeSync(replies);
    },
  };
}

function writeProblem(problem: PythonProblem, headerPath: string, dataPath: string): void {
  const { inputs, targets, theta, descent, ...rest } = problem;
  const type = problem.dtype === 'f64' ? '<f8' : '<f4';
  const float = (values: FloatArray): Uint8Array => {
    const copy = problem.dtype === 'f64' ? Float64Array.from(values) : Float32Array.from(values);
    return new Uint8Array(copy.buffer);
  };
  const indices = descent?.indices ?? new Uint32Array(0);
  const header = {
    ...rest,
    learning_rate: descent?.learningRate ?? 0,
    batch: descent?.batch ?? 1,
    arrays: [
      ['inputs', type, inputs.length],
      ['targets', type, targets.length],
      ['theta', type, theta.length],
      ['indices', '<u4', indices.length],
    ],
  };
  writeFileSync(headerPath, JSON.stringify(header));
  const parts = [
    float(inputs),
    float(targets),
    float(theta),
    new Uint8Array(indices.slice().buffer),
  ];
  writeFileSync(dataPath, Buffer.concat(parts));
}
