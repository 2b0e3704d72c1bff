import type { Results } from '../src/results.js';

/** Results of an imagined run: one right case, one wrong, one whose worker died. */
export const exampleResults: Results = {
  schema: 1,
  complete: true,
  startedAt: '2026-01-02T03:04:05.678Z',
  elapsedSeconds: 12.5,
  settings: {
    scenarios: ['study', 'products'],
    threads: [1, 2],
    seconds: 0.5,
    seed: 1,
    out: 'benchmark',
    json: false,
    activations: ['gelu'],
    dtype: 'f32',
    detailed: false,
    native: true,
    peers: false,
  },
  machine: {
    processor: 'Imagined <CPU>',
    cores: 2,
    memoryGiB: 8,
    system: 'linux 1 x64',
    node: '20.0.0',
    v8: '11.3',
    kernels: 'native-avx512',
    packages: { '@nonsmooth/kernels': '0.1.0' },
  },
  peers: { rival: '1.2.3' },
  scenarios: [
    {
      name: 'study',
      summary: 'whole runs',
      packages: ['kernels'],
      marks: [
        { quantity: 'fast ÷ slow', ratio: 12.5, mark: 10 },
        { quantity: 'slow ÷ fast', ratio: 0.5, mark: 0.8 },
      ],
      cases: [
        {
          name: 'SGD',
          unit: 'gradient steps',
          baseline: false,
          measurements: [
            {
              threads: 1,
              jobs: 20,
              failures: [],
              units: 4e4,
              seconds: 1,
              throughput: 4e4,
              digest: 'a',
            },
            {
              threads: 2,
              jobs: 20,
              failures: [],
              units: 4e4,
              seconds: 0.5,
              throughput: 76000,
              efficiency: 0.95,
              digest: 'a',
            },
          ],
          checks: [
            {
              quantity: 'norm',
              measured: { mean: 7.08, deviation: 0.11, count: 20 },
              expected: { mean: 7.05, deviation: 0.12, count: 20 },
              deviation: 0.82,
              limit: 4,
              measure: 'standard errors',
              verdict: 'right',
            },
          ],
          figures: [
            {
              title: 'precision',
              x: 'error',
              y: 'work',
              series: [
                {
                  name: 'ours',
                  points: [
                    { x: 1e-8, y: 200 },
                    { x: 1e-4, y: 90 },
                  ],
                },
                { name: 'theirs', points: [{ x: 1e-5, y: 400 }] },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'products',
      summary: 'matrix products',
      packages: ['kernels'],
      marks: [],
      cases: [
        {
          name: 'n = 64',
          unit: 'products',
          baseline: false,
          measurements: [
            {
              threads: 1,
              jobs: 1,
              failures: [],
              units: 100,
              seconds: 1,
              throughput: 100,
              digest: 'b',
            },
            {
              threads: 2,
              jobs: 2,
              failures: [],
              units: 200,
              seconds: 1,
              throughput: 200,
              efficiency: 1,
              digest: 'c',
            },
          ],
          checks: [{ quantity: 'same bits', measured: 'b ≠ c', expected: 'b', verdict: 'wrong' }],
          figures: [],
        },
        {
          name: 'n = 256',
          unit: 'products',
          baseline: false,
          measurements: [{ threads: 1, jobs: 1, failures: ['worker exited with code: 7'] }],
          checks: [],
          figures: [],
        },
      ],
    },
  ],
};
