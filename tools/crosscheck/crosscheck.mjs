// `npm run crosscheck`: computes with the packages, lets Python compute the same in its own way, and shows how far they are
// apart. What Python does not have (mpmath, SciPy, PyTorch) is skipped and said so. `--write` keeps the table in the docs;
// `--onnx` runs networks in onnxruntime-node too, which is downloaded for that (290 MB).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases.mjs';
import { onnxRows } from './onnx.mjs';

const script = join(import.meta.dirname, 'crosscheck.py');
const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-crosscheck-'));
try {
  const file = join(folder, 'cases.json');
  writeFileSync(file, JSON.stringify(cases()));
  const { status, stdout, stderr, error } = spawnSync('python3', [script, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error?.code === 'ENOENT') {
    console.log('skipped: there is no python3');
  } else if (status !== 0) {
    console.error(stderr);
    process.exitCode = 1;
  } else {
    const found = JSON.parse(stdout);
    const others = process.argv.includes('--onnx')
      ? await onnxRows(folder)
      : { rows: [], skipped: ['onnxruntime-node, without --onnx'] };
    report({
      versions: { ...found.versions, ...others.versions },
      rows: [...found.rows, ...others.rows],
      skipped: [...found.skipped, ...others.skipped],
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** One row per comparison: what, with what, how far apart, and how far they may be. */
function report({ versions, rows, skipped }) {
  const cells = rows.map(({ what, against, count, distance, unit, limit }) => [
    what,
    against,
    String(count),
    `${distance.toPrecision(2)} ${unit}`.trim(),
    `${limit} ${unit}`.trim(),
  ]);
  const head = ['Quantity', 'Compared with', 'Numbers', 'Largest distance', 'Limit'];
  const lines = [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  const table = lines.join('\n');
  console.log(
    `${table}\n\n${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
  );
  for (const reason of skipped) console.log(`skipped: ${reason}`);
  const far = rows.filter(({ distance, limit }) => !(distance <= limit));
  for (const { what, against } of far) console.error(`too far: ${what}, ${against}`);
  if (far.length > 0) process.exitCode = 1;
  if (!process.argv.includes('--write')) return;
  const page = [
    '# Cross-checks',
    '',
    '`npm run crosscheck` computes the same numbers with the packages and with Python libraries that others wrote, and',
    'fails where they are further apart than the limit. Rows whose library is not installed are skipped; this table is of',
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    ...(skipped.length > 0 ? ['', `Skipped when it was written: ${skipped.join('; ')}.`] : []),
    '',
    table,
    '',
  ].join('\n');
  writeFileSync(join(import.meta.dirname, '../../docs/pages/crosscheck.md'), page);
}
