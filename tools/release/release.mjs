// Whether the packages are fit to be published, and with --publish their publication. Built-in modules only.
//
//   npm run release                 all checks, and what npm would publish
//   npm run release -- --no-tests   the same without the tests, for those who have just run them
//   npm run release -- --publish    the checks without the tests, then `changeset publish`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outdatedManifests, publishedManifests } from './metadata.mjs';

const root = join(import.meta.dirname, '../..');
const allowedOptions = ['--publish', '--no-tests'];
const options = process.argv.slice(2);
for (const option of options) {
  if (!allowedOptions.includes(option)) {
    console.error(`release: unknown option ${option}; allowed: ${allowedOptions.join(', ')}`);
    process.exit(2);
  }
}
const isPublished = options.includes('--publish');
const isTested = !isPublished && !options.includes('--no-tests');
const tarballs = mkdtempSync(join(tmpdir(), 'nonsmooth-release-'));
process.on('exit', () => rmSync(tarballs, { recursive: true, force: true }));

/** Terms under which everything that users install may be passed on with MIT code. */
const licences = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Zlib',
  'Unlicense',
  'Bitstream-Vera',
]);

/** Licences of packages whose manifests refer to a file: what that file says. */
const licencesInFiles = new Map([['dejavu-fonts-ttf', 'Bitstream-Vera']]);

step('metadata', () => {
  const outdated = outdatedManifests().map(({ folder }) => folder);
  return outdated.length === 0
    ? 'all manifests agree'
    : fail(`npm run metadata: ${outdated.join(', ')}`);
});
step('build', () => pnpmRun('build'));
if (isTested) step('tests', () => run(process.execPath, 'tools/run.mjs', 'test'));
step('tarballs in a fresh project: publint, types, sizes', () =>
  run(process.execPath, 'tools/run.mjs', 'test', '--project', 'consumer'),
);
step('licences of what users install', () => {
  const found = Object.entries(JSON.parse(pnpm('licenses', 'list', '--prod', '--json'))).flatMap(
    ([licence, packages]) =>
      packages.map(({ name }) => ({ name, licence: licencesInFiles.get(name) ?? licence })),
  );
  const isAllowed = ({ licence }) =>
    licence
      .replace(/[()]/g, '')
      .split(' OR ')
      .some((one) => licences.has(one));
  const refused = found.filter((one) => !isAllowed(one));
  if (refused.length > 0) {
    return fail(refused.map(({ name, licence }) => `${name}: ${licence}`).join('; '));
  }
  const counts = new Map();
  for (const { licence } of found) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return Array.from(counts, ([licence, count]) => `${count} ${licence}`).join(', ');
});
step('known vulnerabilities of what users install', () => {
  const { status, stdout, stderr } = pnpmQuietly('audit', '--prod');
  if (status === 0) return stdout.trim().split('\n').at(-1);
  return /ERR_PNPM_AUDIT|ENOTFOUND|ECONN|404|responded with/.test(stdout + stderr)
    ? 'not known: the registry does not answer audits'
    : fail(stdout);
});
step('what npm would publish', () => {
  pnpm(
    '-r',
    '--filter',
    './packages/*',
    '--filter',
    './apps/lab',
    'exec',
    'pnpm',
    'pack',
    '--pack-destination',
    tarballs,
  );
  const files = readdirSync(tarballs).filter((file) => file.endsWith('.tgz'));
  // npm signs where and from what it was built only where such a statement can be had
  const canSign = process.env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined;
  const provenance = canSign ? ['--provenance'] : [];
  for (const file of files) {
    run(
      'npm',
      'publish',
      join(tarballs, file),
      '--dry-run',
      '--access',
      'public',
      '--tag',
      'dry-run',
      ...provenance,
    );
  }
  return `${files.length} of ${publishedManifests().length} packages${canSign ? ' with provenance' : ''}`;
});
if (isPublished) {
  // says which tags it made; the platform's package is packed with the addon of its own build
  const { status } = spawnSync('npx', ['changeset', 'publish'], { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 1);
}

function step(name, work) {
  const started = Date.now();
  const said = work();
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${name}: ${said || 'good'} (${seconds} s)`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function pnpmRun(...words) {
  return run(process.execPath, 'tools/run.mjs', ...words);
}

function pnpmQuietly(...words) {
  return spawnSync(process.execPath, ['tools/run.mjs', 'pnpm', ...words], {
    cwd: root,
    encoding: 'utf8',
  });
}

function pnpm(...words) {
  const { status, stdout, stderr } = pnpmQuietly(...words);
  return status === 0 ? stdout : fail(`pnpm ${words.join(' ')}\n${stdout}${stderr}`);
}

/** Says something only if the command fails. */
function run(command, ...words) {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? '' : fail(`${command} ${words.join(' ')}\n${stdout}${stderr}`);
}
