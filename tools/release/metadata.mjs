// What all manifests say alike about the repository, from the `repository` of the root's package.json: run it after
// changing that, or after adding a package. `--check` writes nothing and lists what differs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What is searched for in every package, and what in one. */
const common = ['nonsmooth', 'numerical', 'scientific-computing', 'typescript'];
const own = {
  core: ['errors', 'arrays'],
  kernels: ['webassembly', 'simd', 'linear-algebra', 'neural-networks'],
  'kernels-linux-x64': ['native', 'simd', 'avx2', 'avx512'],
  tensor: ['tensor', 'ndarray', 'random', 'npy', 'safetensors'],
  autodiff: ['automatic-differentiation', 'gradient', 'hessian', 'backpropagation'],
  nets: ['neural-networks', 'relu', 'loss', 'onnx'],
  subgradient: ['subgradient', 'clarke', 'generalized-gradient', 'certificate', 'relu'],
  ode: ['ode', 'initial-value-problem', 'runge-kutta', 'stiff', 'differential-equations'],
  flows: ['gradient-flow', 'gradient-descent', 'adam', 'differential-inclusion', 'optimization'],
  lab: ['experiments', 'ensembles', 'gradient-flow', 'neural-networks'],
};

/** The manifest with the fields that follow from the repository's address, after its description. */
export function withMetadata(manifest, repository, directory) {
  const name = manifest.name.split('/').at(-1);
  const {
    name: _,
    version,
    description,
    keywords: _k,
    homepage: _h,
    bugs: _b,
    repository: _r,
    ...rest
  } = manifest;
  return {
    name: manifest.name,
    version,
    description,
    keywords: [...common, ...(own[name] ?? [])],
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: 'git', url: `git+${repository}.git`, directory },
    ...rest,
  };
}

/** The manifests of all packages that are published, by folder. */
export function publishedManifests() {
  const folders = ['packages', 'platforms', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${group}/${name}`),
  );
  return folders
    .map((folder) => ({ folder, manifest: read(join(root, folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Folders whose manifest says something else than it should, with what it should say. */
export function outdatedManifests() {
  const { repository } = read(join(root, 'package.json'));
  return publishedManifests().flatMap(({ folder, manifest }) => {
    const due = withMetadata(manifest, repository, folder);
    return JSON.stringify(due) === JSON.stringify(manifest) ? [] : [{ folder, due }];
  });
}

if (process.argv[1] === import.meta.filename) {
  const outdated = outdatedManifests();
  const isCheck = process.argv.includes('--check');
  for (const { folder, due } of outdated) {
    console.log(`${folder}/package.json ${isCheck ? 'differs: npm run metadata' : 'written'}`);
    if (!isCheck) {
      writeFileSync(join(root, folder, 'package.json'), `${JSON.stringify(due, undefined, 2)}\n`);
    }
  }
  process.exitCode = isCheck && outdated.length > 0 ? 1 : 0;
}
