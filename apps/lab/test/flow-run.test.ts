import { expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMember, writeMember, type MemberFile } from '../src/member-file.js';
import { membersOf, type Member } from '../src/members.js';
import { readStudy } from '../src/read-study.js';
import { runMember } from '../src/run-member.js';

const smooth = `
title: Flow
network: { widths: [1, 5, 1], activation: tanh }
inputs: { kind: grid, count: 20, from: -1, to: 1 }
target: { kind: expression, of: 'abs(x) - x^2' }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: gradientFlow, until: 30, save: { from: 0.01, perDecade: 6 } }
record: [loss, speed, norm, energyResidual]
`;
const relu = smooth.replace('tanh', 'relu');
const memberOf = (text: string): Member => membersOf(readStudy('study.yaml', text))[0]!;
const run = (text: string): MemberFile => runMember(memberOf(text));

class Interruption extends Error {}

/** What is on disk of a member when it is killed at its n-th checkpoint. */
function interrupted(member: Member, n: number): MemberFile {
  const place = mkdtempSync(join(tmpdir(), 'nonsmooth-flow-'));
  const path = join(place, 'member.safetensors');
  let count = 0;
  try {
    runMember(member, {
      checkpointSeconds: 0,
      checkpoint(file, { net }) {
        writeMember(path, net, file);
        if (++count === n) throw new Interruption();
      },
    });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
  expect(count).toBe(n);
  const file = readMember(path);
  rmSync(place, { recursive: true });
  return file;
}

test.each([
  ['the default method', smooth],
  ['an explicit method', smooth.replace('until', 'method: dormandPrince54, until')],
  ['log time', smooth.replace('until: 30', 'until: { logTime: 6 }')],
  ['the inclusion across kinks', relu.replace('energyResidual', 'energyResidual, kinkEvents')],
  [
    'the inclusion of a deep network in log time',
    relu
      .replace('[1, 5, 1]', '[1, 4, 4, 1]')
      .replace('energyResidual', 'kinkEvents')
      .replace('until: 30', 'until: { logTime: 4 }'),
  ],
  [
    'the normalized inclusion',
    relu
      .replace('energyResidual', 'kinkEvents')
      .replace('gradientFlow, until: 30', 'normalizedFlow, until: 10'),
  ],
  [
    'the normalized flow of the population risk',
    relu
      .replace('title', 'risk: population\ntitle')
      .replace(/kind: expression.*'/, 'kind: polynomial, coefficients: [0, 1, -1]')
      .replace('gradientFlow, until: 30', 'normalizedFlow, until: 3'),
  ],
])('a flow by %s that was killed goes on with the same bits', (_name, text) => {
  const member = memberOf(text);
  const whole = runMember(member);
  for (const n of [1, 4, 9]) {
    const earlier = interrupted(member, n);
    expect(earlier.facts.status).toBe('unfinished');
    const continued = runMember(member, { earlier });
    expect([...continued.columns]).toEqual([...whole.columns]);
    expect(continued.facts).toEqual(whole.facts);
    expect(continued.theta).toEqual(whole.theta);
  }
});

test.each([smooth, relu])('a flow in log time is the flow', (text) => {
  const accurate = text.replace('until', 'rtol: 1.0e-9, atol: 1.0e-12, until');
  const [plain, logarithmic] = [Math.exp(4), '{ logTime: 4 }'].map((until) =>
    run(accurate.replace('until: 30', `until: ${until}`)),
  );
  const last = (file: MemberFile | undefined): number => file!.columns.get('loss')!.at(-1)!;
  expect(Math.abs(last(logarithmic) - last(plain))).toBeLessThan(1e-7);
});

test.each([smooth, relu])('the energy residual stays within the tolerance along a flow', (text) => {
  const { columns } = run(text);
  const residual = columns.get('energyResidual')!;
  expect(residual[0]).toBe(0);
  for (const value of residual) expect(Math.abs(value)).toBeLessThan(1e-4);
});

test('flows of deep networks tell the kinks that they meet, or ignore them', () => {
  const deep = relu.replace('[1, 5, 1]', '[1, 4, 4, 1]').replace('energyResidual', 'kinkEvents');
  const { facts, columns } = run(deep);
  expect(facts.events.length).toBeGreaterThan(0);
  expect(columns.get('kinkEvents')!.at(-1)).toBe(facts.events.length);
  expect(facts.events[0]).toMatchObject({ kind: expect.any(String) as string });
  const ignored = deep.replace('until', 'kinks: ignored, until');
  expect(() => run(ignored)).toThrow(/kinkEvents.*across the kinks/);
  expect(run(ignored.replace(', kinkEvents', '')).facts.events).toEqual([]);
  expect(() => run(deep.replace('relu', 'relu, dtype: f32'))).toThrow(/network.dtype = "f32"/);
  expect(() => run(smooth.replace('until', 'kinks: itinerary, until'))).toThrow(/dynamics.kinks/);
});

const descent = `
title: Kinks met
network: { widths: [1, 3, 1], activation: relu }
inputs: { kind: values, values: [[-1], [0], [1], [0.5]] }
target: { kind: values, values: [[1], [0], [1], [0.25]] }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.05, steps: 40, batch: 1, every: 10, watch: { examine: 2 } }
record: [loss, hitKinks]
`;

test('a descent counts the steps that meet kinks, and goes on counting', () => {
  const whole = run(descent);
  const hits = whole.columns.get('hitKinks')!;
  // zero biases: the sample x = 0 lies on every kink until a step moves them
  expect(hits.at(-1)).toBeGreaterThan(0);
  expect(hits.at(-1)).toBeLessThan(40);
  const [event] = whole.facts.events;
  expect(event).toMatchObject({
    kind: 'kinksMet',
    watched: 40,
    examined: Math.min(2, hits.at(-1)!),
  });
  const earlier = runMember(memberOf(descent.replace('steps: 40', 'steps: 20')));
  const continued = runMember(memberOf(descent), { earlier });
  expect([...continued.columns]).toEqual([...whole.columns]);
  expect(continued.facts.events).toEqual(whole.facts.events);
  for (const replacement of ['replacement: false, watch', 'momentum: 0, watch']) {
    const text = descent.replace('watch', replacement);
    if (replacement.startsWith('momentum')) expect(() => run(text)).toThrow(/momentum/);
    else expect(run(text).facts.status).toBe('finished');
  }
  expect(() => run(descent.replace('watch: { examine: 2 }', 'replacement: true'))).toThrow(
    /hitKinks/,
  );
});

test('derivatives at kinks are those that a study chooses', () => {
  const at = (kinks: string): Float64Array =>
    Float64Array.from(
      run(descent.replace('relu }', `relu${kinks} }`).replace('steps: 40', 'steps: 1')).theta,
    );
  expect(at('')).toEqual(at(', kinks: { relu: 0 }'));
  expect(() => at(', kinks: { relu: 2 }')).toThrow(/network.kinks.relu = 2; allowed: a number ≤ 1/);
});
