import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { run } from '../src/commands/run.js';
import { worker } from '../src/commands/worker.js';
import type { Laboratory } from '../src/commands/command.js';

const examples = join(import.meta.dirname, '../examples');
const read = (name: string): string => readFileSync(join(examples, name), 'utf8');

// The parts of the Kubernetes API 1.32 that the examples use, under its names: a field that it does not have is refused.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const quantity = z.union([z.int(), z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/)]);
const container = z.strictObject({
  name,
  image: z.string(),
  command: z.array(z.string()),
  args: z.array(z.string()).optional(),
  env: z
    .array(
      z.strictObject({
        name: z.string(),
        valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name, key: z.string() }) }),
      }),
    )
    .optional(),
  resources: z.strictObject({ requests: z.strictObject({ cpu: quantity, memory: quantity }) }),
  volumeMounts: z
    .array(
      z.strictObject({
        name,
        mountPath: z.string().startsWith('/'),
        readOnly: z.boolean().optional(),
      }),
    )
    .optional(),
});
const volume = z.strictObject({
  name,
  persistentVolumeClaim: z.strictObject({ claimName: name, readOnly: z.boolean().optional() }),
});
const podOf = <Policy extends z.ZodType>(restartPolicy: Policy) =>
  z.strictObject({
    restartPolicy,
    terminationGracePeriodSeconds: z.int().positive().optional(),
    containers: z.array(container).min(1),
    volumes: z.array(volume).optional(),
  });
const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name });
const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata,
  spec: z.strictObject({
    completionMode: z.literal('Indexed'),
    completions: z.int().positive(),
    parallelism: z.int().positive(),
    // needs completionMode Indexed and pods that are not restarted in their place
    backoffLimitPerIndex: z.int().nonnegative(),
    template: z.strictObject({ spec: podOf(z.literal('Never')) }),
  }),
});
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.int().nonnegative(),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({
      metadata: z.strictObject({ labels }),
      spec: podOf(z.literal('Always').optional()),
    }),
  }),
});

const nowhere: Laboratory = {
  executor: () => {
    throw new Error('nothing is run');
  },
  queueThreads: () => {
    throw new Error('nothing is run');
  },
};

describe('Kubernetes', () => {
  test('an indexed job: fields, volumes, and a command that the laboratory understands', () => {
    const { spec } = job.parse(parse(read('kubernetes-indexed-job.yaml'), { strict: true }));
    const { containers, volumes = [] } = spec.template.spec;
    const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
    expect(mounts.map((one) => one.name).sort()).toEqual(volumes.map((one) => one.name).sort());
    const [shell, flag, ...rest] = [...containers[0]!.command, ...containers[0]!.args!];
    expect([shell, flag, rest.length]).toEqual(['bash', '-c', 1]);
    const said = (index: number): string[] => {
      const { stdout } = spawnSync('bash', ['-c', rest[0]!.replace('exec nonsmooth', 'echo')], {
        encoding: 'utf8',
        env: { JOB_COMPLETION_INDEX: String(index) },
      });
      return stdout.trim().split(' ');
    };
    expect(said(0)).toContain(`1/${spec.completions}`);
    expect(said(spec.completions - 1)).toContain(`${spec.completions}/${spec.completions}`);
    const words = said(6).slice(1);
    // all words are understood; the study lies elsewhere
    expect(() => run.prepare(words, nowhere)).toThrow(/study = "\/studies\/study.yaml"; .*ENOENT/);
  });

  test('a deployment of workers: fields, labels, and a command that the laboratory understands', () => {
    const { spec } = deployment.parse(parse(read('kubernetes-workers.yaml'), { strict: true }));
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    const [{ command, env }] = spec.template.spec.containers as [z.infer<typeof container>];
    expect(command[0]).toBe('nonsmooth');
    expect(env!.map((one) => one.name)).toEqual(['NONSMOOTH_QUEUE_PASSWORD']);
    expect(command[1]).toBe('worker');
    expect(worker.prepare(command.slice(2), nowhere)).toBeTypeOf('function');
  });
});

test('the SLURM array: a shard for each task, and what joins them', () => {
  const script = read('slurm-array.sh').replaceAll('exec nonsmooth', 'exec echo');
  const words = (environment: Record<string, string>): string[] => {
    const { stdout, stderr } = spawnSync('bash', ['-s', 'some/study.yaml'], {
      encoding: 'utf8',
      input: script,
      env: { PATH: process.env['PATH'], ...environment },
    });
    expect(stderr).toBe('');
    return stdout.trim().split(' ');
  };
  const [command, ...rest] = words({ SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MAX: '100' });
  expect([command, rest.includes('7/100'), rest.includes('results/study-7')]).toEqual([
    'run',
    true,
    true,
  ]);
  expect(() => run.prepare(rest, nowhere)).toThrow(/study = "some\/study.yaml"; .*ENOENT/);
  expect(words({ OF: '3' })).toEqual(
    'merge results/study-1 results/study-2 results/study-3 --out results/study'.split(' '),
  );
});
