import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What must agree between machines that share work: the same jobs then have the same bits everywhere. */
export interface Build {
  /** Version of each package, and a hash of its code: kernels are part of the code of theirs. */
  readonly packages: Readonly<Record<string, string>>;
  /** A hash of the schema of jobs. */
  readonly schema: string;
}

/** What a build is found from. */
export interface BuildSources {
  /** Packages that determine what comes out, with the module of whom they are resolved from. */
  readonly packages: readonly string[];
  /** The name of the app, and a module of its code, beside which all others lie. */
  readonly app: string;
  readonly module: string;
  /** Of jobs, as text. */
  readonly schema: string;
}

/** The build of this process. */
export function buildOf({ packages, app, module, schema }: BuildSources): Build {
  const require = createRequire(module);
  return {
    packages: Object.fromEntries([
      ...packages.map((name) => {
        const entry = require.resolve(name);
        return [name, `${versionAbove(entry)}+${hashOf(readFileSync(entry))}`];
      }),
      [app, `${versionAbove(module)}+${codeIn(dirname(module))}`],
    ]) as Record<string, string>,
    schema: hashOf(schema),
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
    found.push(`schema of jobs ${theirs.schema} there, ${ours.schema} here`);
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
