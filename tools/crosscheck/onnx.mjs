// Networks as ONNX files in onnxruntime-node. It is installed for this alone, in a folder of its own, and without its install
// script, which would fetch files for graphics cards: what processors need is in the package.
import { activationNames } from '@nonsmooth/kernels';
import { initialize, network, realize, xavierUniform } from '@nonsmooth/nets';
import { writeOnnx } from '@nonsmooth/nets/onnx';
import { fromData, key, uniform } from '@nonsmooth/tensor';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const version = '1.30.0';

/** Rows of the table, or why there are none. */
export async function onnxRows(folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', ['install', ...flags, `onnxruntime-node@${version}`], {
    cwd: folder,
  });
  if (status !== 0)
    return { rows: [], skipped: [`onnxruntime-node ${version} cannot be installed`] };
  const runtime = createRequire(join(folder, 'package.json'))('onnxruntime-node');
  const rows = [];
  for (const name of activationNames) rows.push(await compared(runtime, name, false));
  rows.push(await compared(runtime, 'relu', true));
  return { rows, skipped: [], versions: { 'onnxruntime-node': version } };
}

async function compared(runtime, name, batchNormalization) {
  const samples = 50;
  const net = network([3, 7, 5, 2], { activation: name, batchNormalization });
  const theta = initialize(net, xavierUniform, key(1));
  const inputs = Float32Array.from(uniform(key(2), [samples * 3], { low: -2, high: 2 }).data);
  const columns = [0, 1, 2].map((t) => inputs.filter((_, i) => i % 3 === t));
  const mean = columns.map((column) => column.reduce((sum, x) => sum + x / samples, 0));
  const variance = columns.map((column, t) =>
    column.reduce((sum, x) => sum + (x - mean[t]) ** 2 / samples, 0),
  );
  const options = batchNormalization ? { statistics: { mean, variance } } : {};
  const session = await runtime.InferenceSession.create(writeOnnx(net, theta, options));
  const fed = new runtime.Tensor('float32', inputs, [samples, 3]);
  const { output } = await session.run({ input: fed });
  const expected = realize(net, Float32Array.from(theta), fromData(inputs, [samples, 3])).data;
  const distance = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - output.data[i])), 0);
  return {
    what: `network with ${name}${batchNormalization ? ' and batch normalization' : ''}, as ONNX`,
    against: 'onnxruntime-node, 32 bits',
    count: expected.length,
    distance,
    unit: '',
    limit: 2e-5,
  };
}
