// Takes the add-on that `npm run build` compiled into the package, if it runs on glibc 2.17.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const built = join(import.meta.dirname, '../../packages/kernels/native/build/kernels.node');
if (!existsSync(built)) {
  console.error(
    'there are no native kernels to pack: run npm run build where there is a C++ compiler',
  );
  process.exit(1);
}
const symbols = spawnSync('objdump', ['-T', built], { encoding: 'utf8' });
if (symbols.status !== 0) {
  console.error(`objdump, of binutils, must say which symbols ${built} needs`);
  process.exit(1);
}
const versions = [...symbols.stdout.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [
  Number(major),
  Number(minor),
]);
const tooNew = versions.find(([major, minor]) => major > 2 || minor > 17);
if (tooNew) {
  console.error(`${built} needs glibc ${tooNew.join('.')}: build it on a system with glibc 2.17`);
  process.exit(1);
}
copyFileSync(built, join(import.meta.dirname, 'kernels.node'));
