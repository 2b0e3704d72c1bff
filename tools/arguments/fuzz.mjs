// A million calls with wrong arguments: `npm run fuzz:arguments`, or another number of calls as an argument.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const calls = process.argv[2] ?? '1000000';
const root = join(import.meta.dirname, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'arguments', '--testTimeout', '0'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ARGUMENT_CALLS: calls } },
);
process.exit(status ?? 1);
