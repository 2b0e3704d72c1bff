import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compile, programFromData, programToData } from '@nonsmooth/autodiff';
import { initialize, network, xavierUniform } from '@nonsmooth/nets';
import { readOnnx, writeOnnx } from '@nonsmooth/nets/onnx';
import {
  certify,
  claimOf,
  conformancePrograms,
  programOfExpression,
  readClaim,
  verify,
} from '@nonsmooth/subgradient';
import { key, normal, tensor } from '@nonsmooth/tensor';
import {
  readIdx,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from '@nonsmooth/tensor/formats';
import { afterAll, expect, test } from 'vitest';
import { readRows } from '../../../apps/lab/src/data/read-file.js';
import { readMember, writeMember } from '../../../apps/lab/src/member-file.js';
import { readStudy } from '../../../apps/lab/src/read-study.js';
import { formats, type Format } from '../../../apps/lab/src/tables/tables.js';
import { damagedBytes, damagedData, damagedText, dice } from './mutations.js';
import { survives } from './survives.js';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const matrix = tensor([
  [1, 2.5, -3],
  [4, 5, 6e-3],
]);
const vectors = new Map([
  ['weights', matrix],
  ['biases', tensor([1, 2, 3])],
]);
/** Two images of 2 × 3 bytes. */
const images = Uint8Array.from([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  ...Array.from({ length: 12 }, (_, i) => i),
]);

test('.npy', () => {
  const file = writeNpy(matrix);
  survives((roll) => readNpy(damagedBytes(file, roll)));
});

test('.npz, also inside its archive', () => {
  const file = writeNpz(vectors);
  survives((roll) => readNpz(damagedBytes(file, roll)));
});

test('safetensors', () => {
  const file = writeSafetensors(vectors, { note: 'some' });
  survives((roll) => readSafetensors(damagedBytes(file, roll)));
});

test('IDX', () => {
  survives((roll) => readIdx(damagedBytes(images, roll)));
});

test('ONNX', () => {
  const net = network([2, 3, 1], { activation: 'elu', batchNormalization: true });
  const statistics = { mean: [1, 2], variance: [3, 4] };
  const file = writeOnnx(net, initialize(net, xavierUniform, key(1)), { statistics });
  survives((roll) => readOnnx(damagedBytes(file, roll)));
});

const claims = conformancePrograms.slice(0, 60).map(({ expression, point }) => {
  const program = programOfExpression(expression, point.length);
  return claimOf(certify(program, point).certificate, program);
});

test('programs as data: what is read can be compiled', () => {
  survives((roll) => {
    const { program } = claims[roll(claims.length)]!;
    compile(programFromData(damagedData(programToData(programFromData(program)), roll)));
  });
});

test('claims: read and verified', () => {
  survives((roll) => {
    const claim = damagedData(JSON.parse(JSON.stringify(claims[roll(claims.length)])), roll);
    const { program, certificate } = readClaim(claim);
    verify(certificate, program);
  });
});

test('rows of data for studies: CSV, arrays, tables, gzipped or not', () => {
  const csv = new TextEncoder().encode('# numbers\nx,y\n1,2\n3,"4"\n5e-3,6\n');
  const files = [csv, writeNpy(matrix), writeNpz(vectors), images, gzipSync(csv)];
  const path = join(folder, 'data');
  survives((roll) => {
    const file = files[roll(files.length)]!;
    const isText = file === csv && roll(2) === 0;
    writeFileSync(
      path,
      isText ? damagedText(new TextDecoder().decode(csv), roll) : damagedBytes(file, roll),
    );
    const { rows, columns, data } = readRows('inputs.file', { file: path });
    expect(data.length).toBe(rows * columns);
  });
});

/** A small table in one of the formats that the lab writes. */
function tableIn(format: Format): Uint8Array {
  const parts: Uint8Array[] = [];
  const names = ['one', 'two'];
  const fields = [
    { name: 'x', kind: 'number' },
    { name: 'n', kind: 'integer' },
    { name: 'text', kind: 'text', values: names },
  ] as const;
  const sink = formats[format](fields, (part) => void parts.push(part.slice()));
  const write = (...rows: [number, number, string][]): void =>
    sink.write({
      length: rows.length,
      columns: [
        Float64Array.from(rows, ([x]) => x),
        Int32Array.from(rows, ([, n]) => n),
        rows.map(([, , text]) => text),
      ],
    });
  write([1, 1, 'one'], [2.5, 2, 'two'], [-3, 3, 'one']);
  write([4, 4, 'two']);
  sink.finish();
  return Buffer.concat(parts);
}

test.each([
  ['arrow', 20],
  // a process for each
  ['parquet', 1 / 5],
] as const)('rows of data for studies: .%s', (format, share) => {
  const file = tableIn(format);
  const path = join(folder, `table.${format}`);
  writeFileSync(path, file);
  const columns = ['n', 'x'];
  expect(readRows('inputs.file', { file: path, columns }).data).toHaveLength(8);
  survives((roll) => {
    writeFileSync(path, damagedBytes(file, roll));
    const found = readRows('inputs.file', { file: path, columns });
    expect(found.data).toHaveLength(found.rows * found.columns);
    // text would be no number, and so are rows that are not there
    expect(found.rows).toBeLessThanOrEqual(64);
  }, share);
});

test('members of ensembles, from which a study goes on', () => {
  const net = network([1, 2, 1], { activation: 'tanh' });
  const path = join(folder, 'member.safetensors');
  writeMember(path, net, {
    facts: {
      status: 'unfinished',
      reason: '',
      parameters: net.dimension,
      gradients: 10,
      steps: 5,
      largestNorm: NaN,
      largestNormAt: 0,
      verdict: 'undecided',
      evidence: '',
      thetaHash: '',
      events: [],
    },
    columns: new Map([['t', Float64Array.of(0, 1)]]),
    theta: Float64Array.from(normal(key(1), [net.dimension]).data),
    moments: [new Float64Array(net.dimension)],
  });
  const file = readFileSync(path);
  survives((roll) => {
    writeFileSync(path, damagedBytes(file, roll));
    readMember(path);
  });
});

test('studies in YAML', () => {
  const studies = join(import.meta.dirname, '../../../apps/lab/studies');
  const texts = readdirSync(studies)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(studies, name), 'utf8'));
  survives((roll) => readStudy('study.yaml', damagedText(texts[roll(texts.length)]!, roll)));
});

test('the same numbers damage the same way', () => {
  const damage = (): Uint8Array => damagedBytes(images, dice(key(3)));
  expect(damage()).toEqual(damage());
});
