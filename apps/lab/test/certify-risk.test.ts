import { populationRisk, network } from '@nonsmooth/nets';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { memberFilesIn } from '../src/archive.js';
import { certify } from '../src/commands/certify.js';
import type { Laboratory } from '../src/commands/command.js';
import { writeMember } from '../src/member-file.js';
import { membersOf } from '../src/members.js';
import { problemOf } from '../src/problem.js';
import { readStudy } from '../src/read-study.js';
import { riskVerdict } from '../src/risk-verdict.js';
import { runMember } from '../src/run-member.js';

const place = mkdtempSync(join(tmpdir(), 'nonsmooth-certify-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What `certify FOLDER` prints of the first member of a study that was run. */
async function said(text: string, ...words: string[]): Promise<string> {
  const folder = mkdtempSync(join(place, 'study-'));
  const study = readStudy('study.yaml', text);
  mkdirSync(join(folder, 'members'));
  writeFileSync(join(folder, 'study.json'), JSON.stringify(study));
  const [member] = membersOf(study);
  writeMember(memberFilesIn(folder).fileOf(member!), problemOf(member!).net, runMember(member!));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await certify.prepare([folder, ...words], {} as Laboratory)();
    return log.mock.calls.flat().join('\n');
  } finally {
    log.mockRestore();
  }
}

const of = (network: string, more = ''): string => `
title: To be certified
network: { widths: [1, 3, 1], ${network} }
inputs: { kind: uniform, count: 20, from: -1, to: 1 }
target: { kind: polynomial, coefficients: [0, 1, 1] }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.01, steps: 5, every: 1 }
${more}`;

test.each([
  ['a smooth risk', of('activation: tanh'), /verdict {3}gradient[^]*smooth/],
  ['a smooth risk in single precision', of('activation: gelu, dtype: f32'), /verdict {3}gradient/],
  ['a risk with kinks', of('activation: relu'), /verdict {3}gradient[^]*certificate was verified/],
  ['the population risk', of('activation: relu', 'risk: population'), /verdict {3}gradient[^]*C¹/],
  ['a relative error', of('activation: gelu', 'loss: relativeL2'), /verdict {3}gradient[^]*smooth/],
])('%s of a member is certified', async (_, text, wanted) => {
  expect(await said(text)).toMatch(wanted);
});

test('another vector is told not to be a generalized gradient', async () => {
  const vector = Array(10).fill('1').join(',');
  for (const text of [of('activation: tanh'), of('activation: relu', 'risk: population')]) {
    const answer = await said(text, '--gradient', vector);
    expect(answer).toMatch(/verdict {3}none/);
    expect(answer).toMatch(/clarke {4}out/);
  }
});

test('a certificate of a smooth risk is written; the population risk has none', async () => {
  const out = join(place, 'claim.json');
  expect(await said(of('activation: tanh'), '--out', out)).toMatch(
    /certificate was verified[^]*Written/,
  );
  await expect(said(of('activation: relu', 'risk: population'), '--out', out)).rejects.toThrow(
    /--out.*population/,
  );
});

test('at a neuron whose weight and bias are 0 the generalized gradient is a limit of gradients', () => {
  const net = network([1, 2, 1], { activation: 'relu' });
  const risk = populationRisk(net, { interval: [-1, 1], target: [1, 1] });
  // w = (0, 1), b = (0, 0.5), v = (2, 1), c = 0
  const theta = Float64Array.of(0, 1, 0, 0.5, 2, 1, 0);
  const found = riskVerdict(risk, theta, undefined)!;
  expect(found).toMatchObject({
    verdict: 'bouligand',
    memberships: { clarke: 'in', frechet: 'undecided' },
  });
  expect(found.kinks).toEqual(['neuron 0, whose weight and bias are 0']);
  // gradients near by, on the side on which the neuron is dead
  const near = theta.slice();
  near[2] = -1e-9;
  const limit = new Float64Array(7);
  risk.gradient(near, limit);
  limit.forEach((slope, i) => expect(found.gradient[i]).toBeCloseTo(slope, 7));
  const other = Array.from(found.gradient, (g, i) => (i === 0 ? g + 1 : g));
  expect(riskVerdict(risk, theta, other)!.verdict).toBe('undecided');
  expect(riskVerdict(risk, theta.fill(NaN), undefined)!.verdict).toBe('undecided');
});
