import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { membersOf } from '../src/members.js';
import { readStudy } from '../src/read-study.js';
import { runMember } from '../src/run-member.js';

const examples = join(import.meta.dirname, '../examples');
const path = join(examples, 'continue-from-pytorch.yaml');
const members = membersOf(readStudy(path, readFileSync(path, 'utf8')));

/** The numbers of a tensor by the layout of the file itself: length of the header, header in JSON, bytes. */
function tensor(name: string): { shape: number[]; values: number[] } {
  const bytes = readFileSync(join(examples, 'tanh-model.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const { dtype, shape, data_offsets: place } = header[name]!;
  expect(dtype).toBe('F32');
  const [from, to] = place.map((offset) => 8 + length + offset) as [number, number];
  const count = (to - from) / 4;
  return {
    shape,
    values: Array.from({ length: count }, (_, i) => bytes.readFloatLE(from + 4 * i)),
  };
}

test('the example goes on from the very parameters of the file, by its flow and its descents', () => {
  const [w1, b1, w2, b2] = ['0.weight', '0.bias', '2.weight', '2.bias'].map(tensor);
  expect([w1, b1, w2, b2].map((one) => one!.shape)).toEqual([[16, 1], [16], [1, 16], [1]]);
  // y = W₂ tanh(W₁x + b₁) + b₂, as nn.Linear and nn.Tanh define it
  const model = (x: number): number =>
    w1!.values.reduce((sum, w, j) => sum + w2!.values[j]! * Math.tanh(w * x + b1!.values[j]!), 0) +
    b2!.values[0]!;
  const grid = Array.from({ length: 100 }, (_, i) => -1 + (2 * i) / 99);
  const risk = grid.reduce((sum, x) => sum + (model(x) - Math.sin(3 * x)) ** 2 / 100, 0);
  expect(members).toHaveLength(3);
  for (const member of members) {
    const { columns, facts } = runMember(member);
    const losses = columns.get('loss')!;
    expect(losses[0]! / risk).toBeCloseTo(1, 12);
    expect(losses.at(-1)).toBeLessThan(0.5 * risk);
    expect(facts.status).toBe('finished');
  }
});
