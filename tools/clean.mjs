// Removes everything that a build makes, so that the next build starts from clean.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
for (const group of ['packages', 'apps']) {
  for (const name of readdirSync(join(root, group))) {
    for (const made of ['dist', '.turbo', 'src/wasm/generated']) {
      rmSync(join(root, group, name, made), { recursive: true, force: true });
    }
  }
}
rmSync(join(root, '.turbo'), { recursive: true, force: true });
rmSync(join(root, 'node_modules/.cache/turbo'), { recursive: true, force: true });
