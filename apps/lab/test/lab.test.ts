import { ArgumentError } from '@nonsmooth/core';
import { tableFromIPC } from 'apache-arrow';
import type { EmpiricalRisk } from '@nonsmooth/nets';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { membersOf, nameOf } from '../src/members.js';
import { questionsOf } from '../src/conformance/answers.js';
import { studyJsonSchema } from '../src/commands/schema.js';
import { problemOf } from '../src/problem.js';
import { readConformance, readStudy } from '../src/read-study.js';
import { figuresOf } from '../src/report/figures.js';
import { reportPage } from '../src/report/page.js';
import { thinned, type Curves } from '../src/curves.js';
import { runMember } from '../src/run-member.js';
import { csvSink } from '../src/tables/csv.js';
import { memberTable, trajectoryTable, type Format } from '../src/tables/tables.js';
import type { MemberFile } from '../src/member-file.js';
import type { Member } from '../src/members.js';
import { parquetReadObjects } from 'hyparquet';

const folder = join(import.meta.dirname, '../studies');
const small = `
title: A small study
network: { widths: [1, 3, 1], activation: tanh }
inputs: { kind: grid, count: 10, from: -1, to: 1 }
target: { kind: polynomial, coefficients: [0, 0, 1] }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: gradientFlow, until: 10, save: { from: 0.1, perDecade: 4 } }
members: 2
seed: 7
vary:
  network.activation: [tanh, gelu, relu]
`;

const allResults = (text: string): { member: Member; file: MemberFile }[] =>
  membersOf(readStudy('small.yaml', text)).map((member) => ({ member, file: runMember(member) }));

type Results = ReturnType<typeof allResults>;

const curvesOf = (results: Results): Curves[] =>
  results.map(({ member, file }) => thinned(member, file, 400));

const names = ['t', 'loss', 'speed', 'norm'];

/** The trajectories of results as the bytes of a file. */
const trajectories = (results: Results, format: Format): Uint8Array => {
  const parts: Uint8Array[] = [];
  const members = results.map(({ member }) => member);
  const table = trajectoryTable(members, names, format, (bytes) => parts.push(bytes.slice()));
  for (const { member, file } of results) table.add(member, file);
  table.finish();
  return Buffer.concat(parts);
};

/** A column of all results, one after another. */
const column = (results: Results, name: string): number[] =>
  results.flatMap(({ file }) => [...file.columns.get(name)!]);

test.each(readdirSync(folder))('the study %s is understood', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const asked = readConformance(name, text);
  if (asked) {
    expect(questionsOf(asked).length).toBeGreaterThan(1);
    return;
  }
  const study = readStudy(name, text);
  expect(membersOf(study).length).toBeGreaterThan(1);
});

test('every combination of the values to vary gets the same starts, in order', () => {
  const members = membersOf(readStudy('small.yaml', `${small}  dynamics.until: [5, 10]\n`));
  expect(members.map(({ index }) => index)).toEqual([...Array(12).keys()]);
  expect(members.map(({ start }) => start)).toEqual(members.map((_, i) => i % 2));
  expect(nameOf(members[2]!.variation)).toBe('activation tanh, until 10');
  expect(members[2]!.study.dynamics).toMatchObject({ until: 10 });
});

describe('results', () => {
  const results = allResults(small);

  test('start at t = 0, end at the horizon, and never gain loss', () => {
    for (const { file } of results) {
      expect(file.facts.status).toBe('finished');
      const t = file.columns.get('t')!;
      expect([t[0], t.at(-1)]).toEqual([0, 10]);
      const loss = file.columns.get('loss')!;
      for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThan(loss[i - 1]!);
    }
    const norm0 = results.map(({ file }) => file.columns.get('norm')![0]);
    // the same start for all activations, another for every member
    expect(norm0[0]).toBe(norm0[2]);
    expect(norm0[0]).not.toBe(norm0[1]);
  });

  test('read back from Arrow with their types, bit for bit', () => {
    const table = tableFromIPC(trajectories(results, 'arrow'));
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'member: Int32',
      'network.activation: Dictionary<Int32, Utf8>',
      'start: Int32',
      't: Float64',
      'loss: Float64',
      'speed: Float64',
      'norm: Float64',
    ]);
    for (const name of names) expect([...table.getChild(name)!]).toEqual(column(results, name));
    const activations = [...table.getChild('network.activation')!];
    expect(new Set(activations)).toEqual(new Set(['tanh', 'gelu', 'relu']));
  });

  test('read back from Parquet, bit for bit', async () => {
    const bytes = trajectories(results, 'parquet');
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file: file as ArrayBuffer });
    for (const name of names) expect(rows.map((row) => row[name])).toEqual(column(results, name));
    expect(rows[0]).toMatchObject({ member: 0, 'network.activation': 'tanh', start: 0 });
  });

  test('read back from CSV', () => {
    const text: string[] = [];
    const table = memberTable(
      results.map(({ member }) => member),
      names,
      (bytes) => text.push(Buffer.from(bytes).toString()),
    );
    for (const { member, file } of results) table.add(member, file);
    table.finish();
    const [head, ...rows] = text.join('').trimEnd().split('\r\n');
    expect(head!.split(',').slice(0, 3)).toEqual(['member', 'network.activation', 'start']);
    expect(rows.length).toBe(6);
    const place = head!.split(',').indexOf('loss');
    expect(Number(rows[3]!.split(',')[place])).toBe(results[3]!.file.columns.get('loss')!.at(-1));
  });

  test('texts with commas and quotes are quoted in CSV', () => {
    const text: string[] = [];
    const sink = csvSink([{ name: 'text', kind: 'text' }], (bytes) =>
      text.push(Buffer.from(bytes).toString()),
    );
    sink.write({ length: 1, columns: [['a "quoted", word']] });
    expect(text.join('')).toBe('text\r\n"a ""quoted"", word"\r\n');
  });

  test('are drawn in a report that names what is missing', () => {
    const study = readStudy('small.yaml', small);
    const curves = curvesOf(results);
    const figures = figuresOf(study, curves);
    // of the ReLU network
    expect(figures.map(({ name }) => name)).toEqual(['loss', 'speed', 'norm', 'itinerary']);
    const page = reportPage(study, curves, figures, 0);
    expect(page.match(/<figure><svg/g)).toHaveLength(4);
    expect(page).toContain('activation gelu');
    expect(page).not.toContain('Incomplete');
    expect(reportPage(study, curves.slice(0, 2), [], 4)).toContain('4 members missing');
  });
});

test('the report names every dynamics, and tells variations apart without colours', () => {
  const study = readStudy(
    'small.yaml',
    small
      .slice(0, small.indexOf('vary'))
      .concat('vary: { dynamics.until: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], seed: [1, 2] }'),
  );
  const curves = membersOf(study).map((member) => thinned(member, runMember(member), 400));
  const figures = figuresOf(study, curves).filter(({ name }) => name.startsWith('loss'));
  const page = reportPage(study, curves, figures, 0);
  expect(page).toContain('gradientFlow to t = 1, gradientFlow to t = 2, ');
  expect(page).toContain('; 20 variations of 2 starts, seed 7.');
  expect(figures).toHaveLength(4);
  for (const { svg } of figures) {
    const looks = svg.match(/<line x1="0" y1="7"[^>]*>/g)!;
    expect(new Set(looks).size).toBe(5);
    const dashes = looks.map((look) => /stroke-dasharray="[^"]*"/.exec(look)![0]);
    expect(new Set(dashes).size).toBe(5);
  }
});

test.each([
  ['a normalized flow', 'activation: tanh', 'activation: relu', 'gradientFlow', 'normalizedFlow'],
  [
    'the population risk',
    'activation: tanh',
    'activation: relu',
    'title',
    'risk: population\ntitle',
  ],
  ['a teacher', '{ kind: polynomial, coefficients: [0, 0, 1] }', '{ kind: teacher, deviation: 1 }'],
  ['a realization', '{ kind: random, weights: xavierUniform }', '{ kind: realization, h: 1 }'],
  [
    'descent on random batches',
    '{ kind: gradientFlow, until: 10, save: { from: 0.1, perDecade: 4 } }',
    '{ kind: descent, rule: adam, learningRate: 0.01, steps: 300, batch: 4, every: 20 }',
  ],
])('%s runs', (_name, ...replacements) => {
  let text = small.slice(0, small.indexOf('vary'));
  for (let i = 0; i < replacements.length; i += 2) {
    text = text.replace(replacements[i]!, replacements[i + 1]!);
  }
  for (const { file } of allResults(text)) {
    expect(file.facts.status).toBe('finished');
    const loss = file.columns.get('loss')!;
    expect(loss.at(-1)).toBeLessThan(loss[0]!);
  }
});

test.each([
  ['until: 10', 'until: -1', 'small.yaml:7: dynamics.until = -1'],
  ['activation: tanh', 'activation: cosine', 'small.yaml:3: network.activation = "cosine"'],
  ['members: 2', 'member: 2', 'small.yaml:8: member = 2; allowed: keys: title, network, '],
  [
    'title: A small',
    'titel: A small',
    'small.yaml:2: titel = "A small study"; allowed: keys: title',
  ],
  ['count: 10', 'count: 1', 'small.yaml:4: inputs.count = 1; allowed: a number ≥ 2'],
  ['count: 10', 'count: ten', 'small.yaml:4: inputs.count = "ten"; allowed: a finite number'],
  [
    'kind: grid',
    'kind: gird',
    'inputs.kind = "gird"; allowed: grid, uniform, normal, values, moons, xor, file',
  ],
  ['[1, 3, 1]', '[1]', 'network.widths = [1]; allowed: a list of at least 2 entries'],
  ['from: -1, to: 1', 'from: 1, to: 1', 'inputs.to = 1; allowed: a number > from'],
  ['from: 0.1', 'from: 10', 'dynamics.save.from = 10; allowed: a time before until'],
  ['members: 2', 'members: 1e12', 'members = 1000000000000; allowed: at most 1000000'],
  ['network.activation:', 'members: [1, 2] #', 'vary = "members"; allowed: paths'],
  ['title: A small study', 'title: *a', 'YAML document (Unresolved alias'],
  ['[tanh, gelu, relu]', '[tanh, sine]', 'vary: network.activation = "sine"'],
  ['network.activation:', 'network.depth.x:', 'vary = "network.depth.x"'],
  ['title: A', 'title: [A', 'YAML'],
])('a wrong study is refused where it is wrong: %s → %s', (right, wrong, message) => {
  const read = () => membersOf(readStudy('small.yaml', small.replace(right, wrong)));
  expect(read).toThrow(ArgumentError);
  expect(read).toThrow(message);
});

test.each([
  ['', '"nothing"'],
  ['- a', '"a list"'],
  ['\u0001\u0002'.repeat(10_000), '"a string"'],
])('what is no study at all is refused without being shown', (text, kind) => {
  expect(() => readStudy('file', text)).toThrow(`file = ${kind}; allowed: a study: title, `);
});

const studyOf = (parts: string): string =>
  `title: Another study\nseed: 3\n${parts.trim()}\n`.replaceAll(/^ {4}/gm, '');
const last = (results: Results, name: string): number => column(results, name).at(-1)!;

test('digits-like classes: Adam without replacement, cosine schedule, accuracy on a test set', () => {
  const results = allResults(
    studyOf(`
    network: { widths: [2, 12, 2], activation: tanh }
    loss: crossEntropy
    inputs: { kind: moons, count: 200, noise: 0.05 }
    target: { kind: labels }
    test: { inputs: { kind: moons, count: 100, noise: 0.05 } }
    start: { kind: random, weights: xavierUniform }
    dynamics: { kind: descent, rule: adam, learningRate: 0.02, settings: { weightDecay: 1.0e-5 }, schedule: { kind: cosine, steps: 800 }, warmUp: 20, steps: 800, batch: 20, replacement: false, every: 200 }
    record: [loss, testLoss, accuracy, norm, gradientNorm]`),
  );
  expect(last(results, 'accuracy')).toBeGreaterThan(0.98);
  expect(last(results, 'testLoss')).toBeLessThan(0.1);
});

test('a ReLU flow of XOR records its kinks, active neurons and drift of the invariants', () => {
  const results = allResults(
    studyOf(`
    network: { widths: [2, 4, 1], activation: relu }
    inputs: { kind: xor }
    target: { kind: labels }
    start: { kind: random, weights: heNormal, biases: 0.5 }
    dynamics: { kind: gradientFlow, until: 20, kinks: itinerary, method: dormandPrince54, save: { from: 0.1 } }
    record: [loss, activeNeurons, kinkEvents, invariantsDrift]`),
  );
  const [{ file }] = results as [Results[number]];
  expect(last(results, 'kinkEvents')).toBe(file.facts.events.length);
  expect(last(results, 'activeNeurons')).toBeLessThanOrEqual(4);
  expect(last(results, 'invariantsDrift')).toBeLessThan(1e-3);
});

test('V falls along a flow to a constant target', () => {
  const results = allResults(
    studyOf(`
    network: { widths: [1, 6, 1], activation: relu }
    inputs: { kind: grid, count: 20, from: -1, to: 1 }
    target: { kind: constant, value: [0.5] }
    start: { kind: random, weights: heNormal }
    dynamics: { kind: gradientFlow, until: 5, save: { from: 0.01 } }
    record: [loss, lyapunov]`),
  );
  const v = column(results, 'lyapunov');
  for (let i = 1; i < v.length; i++) expect(v[i]).toBeLessThanOrEqual(v[i - 1]!);
});

test('a grid in two dimensions carries a polynomial of two variables', () => {
  const [member] = membersOf(
    readStudy(
      'two.yaml',
      studyOf(`
    network: { widths: [2, 3, 1], activation: tanh }
    inputs: { kind: grid, count: 3, from: 0, to: 2 }
    target: { kind: polynomial, terms: [{ coefficient: 2, exponents: [1, 2] }, { coefficient: 1, exponents: [0, 0] }] }
    start: { kind: random, weights: zero }
    dynamics: { kind: normalizedDescent, learningRate: 0.1, iterations: 1 }`),
    ),
  );
  const { risk } = problemOf(member!);
  const { inputs, targets } = (risk as EmpiricalRisk).data as unknown as {
    inputs: { data: number[] };
    targets: { data: number[] };
  };
  expect([...inputs.data].slice(0, 8)).toEqual([0, 0, 0, 1, 0, 2, 1, 0]);
  const expected = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => 2 * x * y * y + 1));
  expect([...targets.data]).toEqual(expected);
});

test('a table of numbers of the user: CSV with a head, standardized, with a test set and noise', () => {
  const place = mkdtempSync(join(tmpdir(), 'nonsmooth-data-'));
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${10 + i},${(i / 20) ** 2}`);
  writeFileSync(join(place, 'mine.csv'), ['a,b,y', ...rows].join('\n'));
  const text = studyOf(`
    network: { widths: [2, 8, 1], activation: gelu, dtype: f32 }
    loss: { name: huber, parameter: 1 }
    inputs: { kind: file, file: mine.csv, columns: [a, b] }
    target: { kind: file, file: mine.csv, columns: [y] }
    standardize: true
    noise: 0.01
    test: { fraction: 0.25 }
    start: { kind: random, weights: xavierUniform }
    dynamics: { kind: descent, rule: sgd, learningRate: 0.05, settings: { momentum: 0.9 }, steps: 300 }
    record: [loss, testLoss]`);
  const run = (content: string): MemberFile[] =>
    membersOf(readStudy(join(place, 'study.yaml'), content)).map((one) => runMember(one));
  const [file] = run(text);
  expect(file!.columns.get('loss')!.at(-1)).toBeLessThan(0.01);
  expect(() => run(text.replace('[a, b]', '[a, c]'))).toThrow(/columns a, b, y; not c/);
  expect(() => run(text.replaceAll('mine', 'yours'))).toThrow(/yours.csv.*ENOENT/);
  rmSync(place, { recursive: true });
});

test('variations are listed or drawn at random, reproducibly', () => {
  const base = small.slice(0, small.indexOf('vary'));
  const listed = membersOf(
    readStudy(
      's.yaml',
      `${base}vary: [{ network.activation: gelu, dynamics.until: 5 }, { network.activation: tanh }]`,
    ),
  );
  expect(listed).toHaveLength(4);
  expect(listed[0]!.study).toMatchObject({
    network: { activation: 'gelu' },
    dynamics: { until: 5 },
  });
  const random = `${base}vary: { random: 50, of: { dynamics.until: { from: 1, to: 100, scale: log }, network.activation: [tanh, gelu] } }`;
  const drawn = (): number[] =>
    membersOf(readStudy('s.yaml', random)).map(
      ({ variation }) => variation['dynamics.until'] as number,
    );
  expect(drawn()).toEqual(drawn());
  expect(new Set(drawn()).size).toBe(50);
  for (const until of drawn()) {
    expect(until).toBeGreaterThanOrEqual(1);
    expect(until).toBeLessThan(100);
  }
});

test('the shipped JSON schema is that of the studies that are read', () => {
  const shipped = JSON.parse(
    readFileSync(join(import.meta.dirname, '../study.schema.json'), 'utf8'),
  ) as unknown;
  expect(studyJsonSchema()).toEqual(shipped);
});
