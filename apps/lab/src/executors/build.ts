import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { studySchema } from '../study.js';

/** What must agree between machines that share a study: the same studies then have the same bits everywhere. */
export interface Build {
  /** Version of each package, and a hash of its code: kernels are part of the code of theirs. */
  readonly packages: Readonly<Record<string, string>>;
  /** A hash of the schema of studies. */
  readonly schema: string;
}

/** The packages that determine the bits of a member. */
const names = ['core', 'kernels', 'tensor', 'autodiff', 'nets', 'ode', 'flows'] as const;

/** The build of this process. */
export function ownBuild(): Build {
  const require = createRequire(import.meta.url);
  const lab = codeIn(import.meta.dirname);
  return {
    packages: Object.fromEntries([
      ...names.map((name) => {
        const entry = require.resolve(`@nonsmooth/${name}`);
        return [`@nonsmooth/${name}`, `${versionAbove(entry)}+${hashOf(readFileSync(entry))}`];
      }),
      ['@nonsmooth/lab', `${versionAbove(import.meta.filename)}+${lab}`],
    ]) as Record<string, string>,
    schema: hashOf(JSON.stringify(z.toJSONSchema(studySchema, { io: 'input' }))),
  };
}

/** A name of a build. */
export function fingerprintOf({ packages, schema }: Build): string {
  const entries = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([entries, schema]))
    .digest('hex')
    .slice(0, 24);
}

/** In what two builds differ, in words; empty if they agree. */
export function differences(theirs: Build, ours: Build): string {
  const packages = [...new Set([...Object.keys(theirs.packages), ...Object.keys(ours.packages)])];
  const found = packages
    .filter((name) => theirs.packages[name] !== ours.packages[name])
    .map(
      (name) =>
        `${name} ${theirs.packages[name] ?? 'none'} there, ${ours.packages[name] ?? 'none'} here`,
    );
  if (theirs.schema !== ours.schema) {
    found.push(`schema of studies ${theirs.schema} there, ${ours.schema} here`);
  }
  return found.join('; ');
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}

/** One hash for all modules of a folder. */
function codeIn(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.js')) hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 8);
}

/** The version in the manifest of the package that a file belongs to. */
function versionAbove(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
    if (version !== undefined) return version;
  }
  return 'unknown';
}
